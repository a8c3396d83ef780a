"""Conversations of the demo: people who wrote, who answered them, and within which time they owe
it. Everything is made through the services that people and phones use."""

from dataclasses import dataclass
from datetime import timedelta

from carriers.models import Bind
from carriers.smpp import pdu
from compliance.models import Account, User
from config.common import clock
from config.demo import persons, world
from messaging.models import Conversation
from messaging.selectors.snapshot import snapshots
from messaging.services.conversations import (
    ReplyRequest,
    conversation_assign,
    conversation_close,
    conversation_note_add,
    conversation_reply,
    conversations_escalate,
)
from messaging.services.conversations.limits import ResponseLimit, response_rule_save
from messaging.services.inbound import Received, inbound_receive

SHORT_CODE = "53849"
_UCS2 = 8
_BIND = "mobifone-1"  # the network of the demo's people


@dataclass(frozen=True, slots=True)
class _Made:
    """Who makes the conversations of an account."""

    account: Account
    marketer: User
    officer: User


def reply_receive(number: str, text: str, *, minutes_ago: int = 0) -> None:
    """A reply as the network of the number would hand it over."""
    bind = Bind.objects.get(name=_BIND)
    deliver = pdu.DeliverSm(
        source_addr=number,
        destination_addr=SHORT_CODE,
        data_coding=_UCS2,
        short_message=text.encode("utf-16-be"),
    )
    raw = pdu.with_header(pdu.DELIVER_SM, 0, 1, pdu.deliver_sm_body(deliver))
    at = clock.now() - timedelta(minutes=minutes_ago)
    inbound_receive([Received(deliver, raw, bind.pk, bind.carrier_id, "gsm7", at)])


def talks_build() -> None:
    """A limit of an hour, one who waits too long, one who waits, one taken care of, one closed."""
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
    conversations_escalate()


def _talk(made: _Made, talk: persons.DemoTalk) -> None:
    reply_receive(talk.number, talk.text, minutes_ago=talk.minutes_ago)
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
