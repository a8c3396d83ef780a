"""A consent by reply: yes to what was asked, or START after a refusal."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.confirmations import confirmation_text
from compliance.constants import (
    ConsentAction,
    ConsentMethod,
    Purpose,
    SuppressionCause,
    SuppressionSource,
)
from compliance.models import ConsentState, Program, Suppression
from compliance.reach import named
from compliance.services.consent import consent_record
from compliance.services.suppressions import suppression_add, suppression_lift
from config.common.errors import DomainError
from messaging.constants import EventType, ReplyDeed
from messaging.services.replies.addressees import Addressee
from messaging.services.replies.answers import Answer
from messaging.services.replies.effects import News, Reply

_BY_THE_PERSON = (SuppressionSource.MO, SuppressionSource.LINK)


def grant(reply: Reply, one: Addressee) -> None:
    """Consents, where something was asked or the word itself is a wish (START, DK)."""
    pending = _pending(reply, one)
    if pending is not None:
        _consent(reply, one, pending.purpose, ConsentMethod.REGISTRATION_REPLY)
        _settled(reply, one, ReplyDeed.GRANTED, pending.purpose)
        return
    method = _method(reply, one)
    if reply.match.is_answer or method is None:
        reply.note(one, ReplyDeed.NOTHING)
        return
    program = _program(one, reply.match.argument)
    _consent(reply, one, Purpose.MARKETING, method)
    lifted = _take_back(reply, one, program)
    deed = ReplyDeed.TAKEN_BACK if lifted else ReplyDeed.GRANTED
    _settled(reply, one, deed, Purpose.MARKETING, program)


def _pending(reply: Reply, one: Addressee) -> ConsentState | None:
    return ConsentState.objects.filter(
        account=one.sender.account,
        advertiser=one.sender.advertiser,
        msisdn=reply.message.msisdn,
        state=ConsentAction.REQUESTED,
    ).first()


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
        account=one.sender.account,
        advertiser=one.sender.advertiser,
        msisdn=reply.message.msisdn,
        purpose=purpose,
        action=ConsentAction.GRANTED,
        method=method,
        source=one.sender.address,
        evidence=reply.evidence,
        # Not the phone's time: a refusal a moment ago is taken back by what was read after it.
        given_at=max(reply.now, reply.message.received_at),
        actor=None,
    )


def _take_back(reply: Reply, one: Addressee, program: Program | None) -> int:
    """Lifts what the person refused by reply or link; what others entered, complaints and holds
    stay. How many were lifted. A word about one program leaves wider refusals standing."""
    refused = Suppression.objects.filter(
        account=one.sender.account,
        msisdn=reply.message.msisdn,
        lifted_at=None,
        cause=SuppressionCause.REFUSAL,
        source__in=_BY_THE_PERSON,
    )
    own = [
        refusal
        for refusal in refused
        if refusal.advertiser_id in (None, one.sender.advertiser_id)
        and refusal.sender in ("", one.sender.address)
        and (program is None or refusal.program_id == program.pk)
    ]
    return sum(_lifted(reply, one, refusal) for refusal in own)


def _lifted(reply: Reply, one: Addressee, refusal: Suppression) -> bool:
    try:
        with transaction.atomic():
            suppression_lift(
                suppression=refusal,
                reason=_("The person took it back by reply."),
                actor=None,
            )
    except DomainError:
        return False  # it stays, and the page of the number shows it
    if refusal.advertiser_id is None:
        _keep_for_others(one, refusal)
    return True


def _keep_for_others(one: Addressee, refusal: Suppression) -> None:
    """Of a refusal of every brand, what was said to one of them takes back that one's."""
    account = one.sender.account
    for advertiser in account.advertisers.exclude(pk=one.sender.advertiser_id):
        suppression_add(
            account=account,
            advertiser=advertiser,
            msisdn=refusal.msisdn,
            purpose=refusal.purpose,
            source=refusal.source,
            cause=SuppressionCause.REFUSAL,
            reason=refusal.reason,
            actor=None,
        )


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
