"""Erasure of a person's data: what goes now, and what must stay, until when and why.

The same steps foretell an erasure and carry it out.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from campaigns.models import AudienceEntry, BadLine, Contact
from campaigns.selectors.triggers import events_about
from campaigns.services.people.copying import entries_of
from campaigns.services.triggers.keeping import person_events_forget
from compliance.constants import Purpose, SuppressionSource
from compliance.models import Account, ConsentRecord, Suppression, User
from compliance.retention import kept
from compliance.selectors.retention import policies
from compliance.selectors.rules import rulebook
from compliance.services.consent import opt_out
from compliance.services.erasure import ledger_erase
from config.common import clock
from messaging.selectors.people import (
    conversations_held,
    messages_open,
    newest_message,
    replies_of,
    texts_held,
)
from messaging.services.people import (
    person_conversations_forget,
    person_counts,
    person_counts_forget,
    person_replies_forget,
    person_texts_forget,
)
from routing.numbers import NumberError, normalize


@dataclass(frozen=True, slots=True)
class Line:
    """A part of an erasure: `rows` of `what` go, or stay until a day (None: for good) because of
    `why` (the codes of `REASONS`)."""

    what: str
    rows: int
    is_kept: bool = False
    until: str | None = None
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data: an account's person, by number."""

    account: Account
    msisdn: str
    actor: User | None
    subject: str

    @property
    def national(self) -> str:
        """The digits that also a number written without country code ends with."""
        return self.msisdn[-8:]


def erasure_foretell(account: Account, msisdn: str) -> list[Line]:
    """What an erasure would take away and keep, without doing it."""
    return _lines(Person(account, msisdn, None, ""), is_real=False)


def person_erase(person: Person) -> list[Line]:
    """Erases in the caller's transaction; repeating takes what may go by then."""
    return _lines(person, is_real=True)


def _lines(person: Person, *, is_real: bool) -> list[Line]:
    found = [step(person, is_real) for step in _STEPS]
    return [line for line in found if line is not None and line.rows]


def _refusal(person: Person, is_real: bool) -> Line | None:
    """Who wants to be forgotten wants no advertising: the refusal itself stays, so that it
    holds when somebody imports the number anew."""
    if is_real:
        opt_out(
            account=person.account,
            advertiser=None,
            msisdn=person.msisdn,
            purpose=Purpose.MARKETING,
            source=SuppressionSource.CONSOLE,
            evidence={"request": person.subject},
            actor=person.actor,
        )
    held = Suppression.objects.filter(
        account=person.account, msisdn=person.msisdn, lifted_at=None
    ).count()
    return Line("refusals", max(held, 1), is_kept=True, why="refusal_holds")


def _texts(person: Person, is_real: bool) -> Line | None:
    if is_real:
        return Line("texts", person_texts_forget(person.account, person.msisdn))
    return Line("texts", texts_held(person.account, person.msisdn))


def _open(person: Person, is_real: bool) -> Line | None:
    rows = messages_open(person.account, person.msisdn)
    tomorrow = clock.now().date() + timedelta(days=1)
    return Line("open_messages", rows, True, tomorrow.isoformat(), "on_their_way")


def _replies(person: Person, is_real: bool) -> Line | None:
    if is_real:
        return Line("replies", person_replies_forget(person.account, person.msisdn))
    held = [one for one in replies_of(person.account, person.msisdn) if one.text]
    return Line("replies", len(held))


def _conversations(person: Person, is_real: bool) -> Line | None:
    count = person_conversations_forget if is_real else conversations_held
    return Line("conversations", count(person.account, person.msisdn))


def _counts(person: Person, is_real: bool) -> Line | None:
    """How often the person was written to; that consent was once asked for stays on record."""
    count = person_counts_forget if is_real else person_counts
    return Line("counts", count(person.account, person.msisdn))


def _metadata(person: Person, is_real: bool) -> Line | None:
    newest = newest_message(person.account, person.msisdn)
    if newest is None:
        return None
    until = _until(person, "message", newest.created_at)
    return Line("message_records", 1, True, until.isoformat(), "message_records")


def _audiences(person: Person, is_real: bool) -> Line | None:
    contact = _contact(person)
    entries = entries_of(person.account, contact)
    keys = [one.campaign_id for one in entries if one.msisdn]
    if is_real and contact is not None:
        AudienceEntry.objects.filter(campaign_id__in=keys, contact_id=contact.pk).update(msisdn="")
    return Line("audiences", len(keys))


def _contacts(person: Person, is_real: bool) -> Line | None:
    contact = _contact(person)
    if contact is None:
        return None
    if is_real:
        contact.delete()
    return Line("contact", 1)


def _bad_lines(person: Person, is_real: bool) -> Line | None:
    found = BadLine.objects.filter(contact_import__account=person.account).filter(
        Q(content__contains=person.msisdn) | Q(content__contains=person.national)
    )
    rows = found.count()
    if is_real:
        found.delete()
    return Line("bad_lines", rows)


def _trigger_events(person: Person, is_real: bool) -> Line | None:
    """Bodies of platforms' events in which the number is."""
    if is_real:
        return Line("trigger_events", person_events_forget(person.account, person.msisdn))
    return Line("trigger_events", events_about(person.account, person.msisdn).count())


def _evidence(person: Person, is_real: bool) -> Line | None:
    """The proof that there was consent, and that it was taken back, is owed for a time."""
    records = ConsentRecord.objects.filter(account=person.account, msisdn=person.msisdn)
    newest = records.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    if newest is None:
        return None
    until = _until(person, "evidence", newest)
    rows = records.count()
    if until > clock.now().date():
        return Line("evidence", rows, True, until.isoformat(), "evidence_owed")
    if is_real:
        ledger_erase(
            account=person.account,
            msisdn=person.msisdn,
            reason=person.subject,
            actor=person.actor,
        )
    return Line("evidence", rows)


def _contact(person: Person) -> Contact | None:
    return Contact.objects.filter(account=person.account, msisdn=person.msisdn).first()


def _until(person: Person, kind: str, newest: datetime) -> date:
    try:
        country = normalize(f"+{person.msisdn}").country
    except NumberError:  # no mobile number: the rules at home
        country = person.account.country
    pack = rulebook().rules_for(country, clock.now()).pack
    days = kept(kind, person.account.pk, country, policies(), pack).days
    return (newest + timedelta(days=days)).date()


# In this order: audiences are found by the contact, which goes afterwards.
_STEPS: tuple[Callable[[Person, bool], Line | None], ...] = (
    _texts,
    _replies,
    _conversations,
    _counts,
    _bad_lines,
    _trigger_events,
    _audiences,
    _contacts,
    _evidence,
    _open,
    _metadata,
    _refusal,
)
