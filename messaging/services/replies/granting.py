"""A consent by reply: yes to what was asked, or START after a refusal."""

from typing import Any

from django.utils.translation import gettext as _

from compliance.confirmations import confirmation_text
from compliance.constants import ConsentAction, ConsentMethod, Purpose, SuppressionSource
from compliance.models import Program
from compliance.reach import named
from compliance.services.consent import consent_confirm, consent_record
from messaging.constants import EventType, ReplyDeed
from messaging.services.replies.addressees import Addressee
from messaging.services.replies.answers import Answer
from messaging.services.replies.effects import News, Reply
from messaging.services.replies.wishes import refusals_take_back


def grant(reply: Reply, one: Addressee) -> None:
    """Consents, where something was asked or the word itself is a wish (START, DK)."""
    confirmed = consent_confirm(
        **_who(reply, one), evidence=reply.evidence, at=reply.now, source=one.sender.address
    )
    if confirmed:
        _settled(reply, one, ReplyDeed.GRANTED, confirmed[0].purpose)
        return
    method = _method(reply, one)
    if reply.match.is_answer or method is None:
        reply.note(one, ReplyDeed.NOTHING)
        return
    program = _program(one, reply.match.argument)
    _consent(reply, one, Purpose.MARKETING, method)
    lifted = refusals_take_back(
        one.sender.advertiser,
        reply.message.msisdn,
        program=program,
        sender=one.sender.address,
        reason=_("The person took it back by reply."),
    )
    deed = ReplyDeed.TAKEN_BACK if lifted else ReplyDeed.GRANTED
    _settled(reply, one, deed, Purpose.MARKETING, program)


def _method(reply: Reply, one: Addressee) -> ConsentMethod | None:
    """The way of consenting that the country knows for a text from the person, if any."""
    methods = reply.rules(one).pack.optin.methods
    ways = (ConsentMethod.MO, ConsentMethod.CALL_OR_SMS)
    return next((way for way in ways if way.value in methods), None)


def _program(one: Addressee, argument: str) -> Program | None:
    programs = {program.pk: program for program in one.sender.advertiser.programs.all()}
    found = named(argument, {pk: (p.code, p.name) for pk, p in programs.items()})
    return programs[found] if found is not None else None


def _consent(reply: Reply, one: Addressee, purpose: str, method: str) -> None:
    consent_record(
        **_who(reply, one),
        purpose=purpose,
        action=ConsentAction.GRANTED,
        method=method,
        source=one.sender.address,
        evidence=reply.evidence,
        # Not the phone's time: a refusal a moment ago is taken back by what was read after it.
        given_at=max(reply.now, reply.message.received_at),
        actor=None,
    )


def _who(reply: Reply, one: Addressee) -> dict[str, Any]:
    sender = one.sender
    return {
        "account": sender.account,
        "advertiser": sender.advertiser,
        "msisdn": reply.message.msisdn,
    }


def _settled(
    reply: Reply, one: Addressee, deed: str, purpose: str, program: Program | None = None
) -> None:
    reply.note(one, deed, _confirmed(reply, one), purpose=purpose, program=program)
    data: dict[str, Any] = {
        "number": f"+{reply.message.msisdn}",
        "advertiser": one.sender.advertiser.name,
        "purpose": purpose,
        "program": program.code if program else None,
        "source": SuppressionSource.MO.value,
    }
    reply.news.append(News(one.sender.account_id, EventType.CONSENT_GRANTED, data))


def _confirmed(reply: Reply, one: Addressee) -> Answer | None:
    """The confirmation with everything that the country wants in it."""
    pack = reply.rules(one).pack
    if not pack.optin.confirmation_required:
        return None
    elements = pack.optin.confirmation_elements
    texts = {language: confirmation_text(elements, (language,)) for language in pack.languages}
    return reply.answer(one, texts)
