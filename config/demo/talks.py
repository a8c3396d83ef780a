"""Conversations of the demo: people who wrote, who answered them, and within which time they owe
it. Everything is made through the services that people and phones use."""

from dataclasses import dataclass

from carriers.models import Bind
from carriers.smpp import pdu
from compliance.models import Account, User
from config.common import clock
from config.demo import persons, world
from messaging.constants import Origin
from messaging.models import Conversation
from messaging.selectors.snapshot import snapshots
from messaging.services.conversations import (
    ReplyRequest,
    conversation_assign,
    conversation_close,
    conversation_note_add,
    conversation_reply,
)
from messaging.services.conversations.limits import ResponseLimit, response_rule_save
from messaging.services.inbound import Received, inbound_receive
from messaging.services.submissions import MessageRequest, messages_submit

SHORT_CODE = "53849"
_UCS2 = 8
_BIND = "mobifone-1"  # the network of the demo's people


@dataclass(frozen=True, slots=True)
class _Made:
    """Who makes the conversations of an account."""

    account: Account
    marketer: User
    officer: User


def reply_receive(number: str, text: str, *, to: str = SHORT_CODE) -> None:
    """A reply as the network of the number would hand it over."""
    bind = Bind.objects.get(name=_BIND)
    deliver = pdu.DeliverSm(
        source_addr=number,
        destination_addr=to,
        data_coding=_UCS2,
        short_message=text.encode("utf-16-be"),
    )
    raw = pdu.with_header(pdu.DELIVER_SM, 0, 1, pdu.deliver_sm_body(deliver))
    inbound_receive([Received(deliver, raw, bind.pk, bind.carrier_id, "gsm7", clock.now())])


def talks_build() -> None:
    """A limit of an hour; one who asked for a person, those who wait, one answered, one closed;
    and people who mistyped the short code, whose words nobody's inbox shows."""
    account = Account.objects.get(slug=world.ACCOUNTS[0]["slug"])
    made = _Made(
        account,
        User.objects.get(username=world.PEOPLE[0][0]),
        User.objects.get(username=world.REVIEWERS[account.slug]),
    )
    response_rule_save(
        rule=None,
        account=account,
        limit=ResponseLimit(limit_minutes=60, escalate_to=made.marketer),
        actor=made.marketer,
    )
    snapshots.forget()
    for talk in persons.TALKS:
        _talk(made, talk)
    for number, to, text in persons.MISTYPED:
        reply_receive(number, text, to=to)


def _talk(made: _Made, talk: persons.DemoTalk) -> None:
    # Two accounts hold this short code, each in its country: it is answered to who wrote last.
    order = MessageRequest(
        to=f"+{talk.number}",
        sender=SHORT_CODE,
        template="order-notice",
        parameters={"order": f"SM2026{talk.number[-3:]}", "name": talk.name, "amount": "390.000đ"},
    )
    messages_submit(account=made.account, requests=[order], origin=Origin.API)
    reply_receive(talk.number, talk.text)
    found = Conversation.objects.get(account=made.account, msisdn=talk.number)
    if talk.note:
        conversation_assign(conversation=found, to=made.marketer, actor=made.marketer)
        conversation_note_add(conversation=found, text=talk.note, actor=made.marketer)
    if talk.answer:
        conversation_reply(
            conversation=found,
            request=ReplyRequest(text=talk.answer),
            version=found.version,
            actor=made.marketer,
        )
    if talk.is_closed:
        conversation_close(conversation=found, actor=made.officer)
