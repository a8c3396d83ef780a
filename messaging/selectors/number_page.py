"""One number in one account, for the page that answers a call: who, what was agreed, what was sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import phonenumbers

from compliance.constants import LANES, MessageClass
from compliance.models import (
    Account,
    Advertiser,
    ConsentRecord,
    ConsentState,
    Suppression,
)
from compliance.rule_packs.model import CapParams
from compliance.selectors.registers import listed, register_standings
from compliance.selectors.rules import rulebook
from config.common import clock
from messaging.frequency import slots_unpacked
from messaging.models import Frequency, Message, RefusalReview
from messaging.selectors.proofs.messages import messages_between
from messaging.selectors.proofs.model import ReplyFacts
from messaging.selectors.proofs.people import consent_records, replies_of, suppressions
from routing.constants import NetworkSource
from routing.selectors.numbers import KnownLine, number_index, number_lines, numbers_known

SHOWN_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A contact with this number, by the app that keeps contacts: `label` is its model's."""

    name: str
    language: str
    lists: tuple[str, ...]
    label: str
    pk: int


Contacts = Callable[[int, str], list[ContactCard]]
_contacts: list[Contacts] = []


def register(contacts: Contacts) -> None:
    """Called when the app that keeps contacts is ready."""
    _contacts[:] = [contacts]


def contacts_of(account_id: int, msisdn: str) -> list[ContactCard]:
    """The account's contacts with a number; none where no app keeps contacts."""
    return _contacts[0](account_id, msisdn) if _contacts else []


@dataclass(frozen=True, slots=True)
class Used:
    """A message that counts against how often an advertiser may write; `sent_at` None: on its
    way."""

    message_id: str
    message_class: str
    campaign_id: int | None
    reserved_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Budget:
    """An advertiser's slots with the number, and what is allowed at most: (limit, hours)."""

    advertiser: Advertiser
    caps: tuple[tuple[int, int], ...]
    promised: tuple[int, int] | None
    used: tuple[Used, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """The do-not-call list of the number's country, and whether the number is on it."""

    name: str
    as_of: datetime
    is_listed: bool


@dataclass(slots=True)
class NumberFile:
    """Everything the page shows; what the reader may not see stays empty."""

    account: Account
    msisdn: str
    country: str
    contacts: list[ContactCard] = field(default_factory=list)
    states: list[ConsentState] = field(default_factory=list)
    records: list[ConsentRecord] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)
    replies: list[ReplyFacts] = field(default_factory=list)
    reviews: list[RefusalReview] = field(default_factory=list)
    register: Register | None = None
    budgets: list[Budget] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    network: str = ""
    network_source: str = ""
    known: list[KnownLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader may see of a number."""

    consent: bool
    replies: bool
    contacts: bool


def number_file(account: Account, msisdn: str, shown: Shown) -> NumberFile:
    """The number in the account, in a bounded number of queries, each by an index."""
    country = country_of_number(msisdn)
    found = NumberFile(account, msisdn, country)
    _network(found)
    if shown.contacts:
        found.contacts = contacts_of(account.pk, msisdn)
    if shown.consent:
        found.states = list(
            ConsentState.objects.filter(msisdn=msisdn, account=account).select_related("advertiser")
        )
        found.records = consent_records(account.pk, msisdn)[::-1]
        found.suppressions = suppressions(account.pk, msisdn)[::-1]
        found.register = _register(country, msisdn)
        found.budgets = _budgets(account, msisdn, country)
    if shown.replies:
        found.replies = replies_of(account.pk, msisdn, with_texts=True)
        found.reviews = list(
            RefusalReview.objects.filter(account=account, msisdn=msisdn, state="waiting")
        )
    found.messages = messages_between(account.pk, msisdn, None, None, SHOWN_MESSAGES)
    return found


def _network(found: NumberFile) -> None:
    """The network messages to the number go to, and what is known of it."""
    numbers = number_index()
    hint = numbers.network_of(
        found.msisdn, found.country, numbers_known([found.msisdn]).get(found.msisdn)
    )
    found.network = numbers.names.get(hint.network_id or 0, "")
    found.network_source = str(NetworkSource(hint.source).label)
    found.known = number_lines(found.msisdn)


def country_of_number(msisdn: str) -> str:
    """The country of E.164 digits in two letters; "" where they belong to none."""
    try:
        number = phonenumbers.parse(f"+{msisdn}")
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.region_code_for_number(number) or "")


def _register(country: str, msisdn: str) -> Register | None:
    standing = register_standings().get(country)
    if standing is None or not msisdn.isdecimal():
        return None
    return Register(standing.name, standing.as_of, msisdn in listed(country, [msisdn]))


def _budgets(account: Account, msisdn: str, country: str) -> list[Budget]:
    advertisers = {one.pk: one for one in Advertiser.objects.filter(account=account)}
    kept = {
        row.advertiser_id: row
        for row in Frequency.objects.filter(advertiser_id__in=advertisers, msisdn=msisdn)
    }
    states = ConsentState.objects.filter(
        account=account, msisdn=msisdn, promised_limit__isnull=False
    )
    promised = {
        row.advertiser_id: (row.promised_limit or 0, row.promised_hours or 0) for row in states
    }
    return [
        Budget(
            advertiser=advertiser,
            caps=_caps(country, account.pk, pk),
            promised=promised.get(pk),
            used=tuple(_used(bytes(kept[pk].slots))) if pk in kept else (),
        )
        for pk, advertiser in advertisers.items()
        if pk in kept or pk in promised
    ]


def _caps(country: str, account_id: int, advertiser_id: int) -> tuple[tuple[int, int], ...]:
    rules = rulebook().rules_for(country, clock.now(), account_id, advertiser_id)
    found = rules.recipient_rules[MessageClass.MARKETING.value]
    return tuple(
        (rule.params.limit, rule.params.hours)
        for rule in found
        if isinstance(rule.params, CapParams)
    )


def _used(stored: bytes) -> Iterable[Used]:
    for slot in slots_unpacked(stored):
        yield Used(
            message_id=str(UUID(bytes=slot.message_id)),
            message_class=LANES[slot.lane],
            campaign_id=slot.campaign_id,
            reserved_at=datetime.fromtimestamp(slot.reserved_at, UTC),
            sent_at=datetime.fromtimestamp(slot.sent_at, UTC) if slot.sent_at else None,
        )
