"""What deciding, pricing and sending need of the configuration, held in memory.

A snapshot is immutable and belongs to one configuration version (config.common.versions) and
one day; processes keep one and look at the version several times a second, so that a
withdrawn template or a changed route is respected at once without a query per message.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from compliance.content_policy import ContentPolicy
from compliance.models import Account, Advertiser
from compliance.rule_packs.packs import Rulebook
from compliance.rule_packs.turns import Turns
from compliance.selectors.content_rules import content_policy
from compliance.selectors.registers import RegisterStanding, register_standings
from compliance.selectors.rules import rule_turns, rulebook
from config.common import clock, logs, versions
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.bind_limits import BindLimits, bind_limits
from messaging.selectors.registrations import Registrations, template_registrations
from messaging.wording.wordings import WordingSet, wording_set
from routing.engine import RoutingSnapshot
from routing.models import Sender
from routing.network_texts import NetworkText
from routing.selectors.numbers import NumberIndex, number_index
from routing.selectors.pools import StandIns, stand_ins
from routing.selectors.snapshot import (
    momentary,
    routing_snapshot,
    routing_turns,
    sender_is_usable,
)
from routing.selectors.standings import sender_standings
from routing.selectors.text_rules import network_text_rules
from routing.standing import SenderStanding

log = logs.get_logger(__name__)

_VERSION_AGE_SECONDS = 0.2
_MOMENT_AGE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What sending needs of an account."""

    id: int
    is_active: bool
    country: str
    currency: str
    share: int
    free_text_classes: frozenset[str]
    adds_preference_link: bool = False
    residency: frozenset[str] = frozenset()
    verification_limit: str = ""  # codes of all its services together
    trial_limit: int | None = None  # messages a day, of an account on trial


@dataclass(frozen=True, slots=True)
class SenderCard:
    """What sending needs of a sender; `throughput` in segments per second."""

    id: int
    account_id: int
    advertiser_id: int
    address: str
    kind: str
    country: str
    throughput: float | None
    status: str
    lease_start: date
    lease_end: date | None
    is_usable: bool
    message_classes: frozenset[str]
    receives_replies: bool = False
    traffic_kind: str = "a2p"


@dataclass(frozen=True, slots=True)
class ApprovedText:
    """A template version that may be sent, ready to render in each of its languages.

    `is_current`: approved now. A retired one was replaced by a newer wording: what was accepted
    or launched with it still leaves, nothing new begins with it.
    """

    version_id: int
    account_id: int
    advertiser_id: int
    slug: str
    message_class: str
    body: str
    wordings: WordingSet
    is_current: bool
    program_id: int | None = None
    asks_consent: bool = False
    is_paid: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """What rules judge: each language's text in its letters, with slots shown."""
        return self.wordings.texts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything configured, at one version.

    `turns`: when the rulebook's answers change by the calendar; a decision holds until the next.
    `until`: when another day begins, other routes or other rates; it decides nothing from then
    on. `routing_turns`: all such moments of routes and rates that are known.
    """

    version: int
    day: date
    until: datetime
    routing_turns: tuple[datetime, ...]
    accounts: Mapping[int, AccountCard]
    senders: Mapping[int, SenderCard]
    senders_by_address: Mapping[tuple[int, str], SenderCard]
    texts: Mapping[int, ApprovedText]
    texts_by_slug: Mapping[tuple[int, str], ApprovedText]
    standings: Mapping[int, SenderStanding]
    template_registrations: Registrations
    network_texts: Mapping[tuple[int, str], NetworkText]
    numbers: NumberIndex
    routing: RoutingSnapshot
    rulebook: Rulebook
    turns: Turns
    registers: Mapping[str, RegisterStanding]
    content_policy: ContentPolicy
    brands: Mapping[int, tuple[str, ...]]
    stand_ins: StandIns
    bind_limits: BindLimits

    def decides(self, version: int, at: datetime) -> bool:
        """Whether it is of this version and holds at this moment (which may lie before it was
        read, where a test turns the clock back)."""
        is_same_day = self.day == at.astimezone(UTC).date()
        return self.version == version and is_same_day and at < self.until


class SnapshotCache:
    """One process's snapshot; refreshed by whoever asks first after it grew old."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._version_read = self._moment_read = float("-inf")

    def current(self) -> Snapshot:
        """The snapshot of the version in force at most 0.2 s ago."""
        moment = time.monotonic()
        snapshot = self._snapshot
        is_fresh = moment - self._version_read < _VERSION_AGE_SECONDS
        if snapshot is not None and is_fresh and clock.now() < snapshot.until:
            return snapshot
        with self._lock:
            self._snapshot = self._refresh(moment)
            return self._snapshot

    def latest(self) -> Snapshot:
        """The snapshot of the version in force now, for one query: what is refused or foretold
        rests on what a person has just changed."""
        self._version_read = float("-inf")
        return self.current()

    def forget(self) -> None:
        """Read everything anew next time (tests)."""
        self._snapshot = None

    def _refresh(self, moment: float) -> Snapshot:
        version, now = versions.current(), clock.now()
        snapshot = self._snapshot
        if snapshot is None or not snapshot.decides(version, now):
            former, snapshot = snapshot, snapshot_build(version, now)
            if former is not None:
                snapshot.routing.after(former.routing)
            self._moment_read = moment
        elif moment - self._moment_read > _MOMENT_AGE_SECONDS:
            snapshot = _at_present(snapshot)
            self._moment_read = moment
        self._version_read = moment
        return snapshot


def _at_present(snapshot: Snapshot) -> Snapshot:
    """The same configuration with what holds now: binds, heat, quality, orders."""
    routing = snapshot.routing.with_momentary(momentary())
    return snapshot if routing is snapshot.routing else replace(snapshot, routing=routing)


def snapshot_build(version: int, at: datetime) -> Snapshot:
    """Reads the whole configuration for a moment: a dozen queries."""
    day = at.astimezone(UTC).date()
    turns = routing_turns(at)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    senders = {row.id: _sender_card(row, day) for row in Sender.objects.all()}
    texts = {text.version_id: text for text in _sendable_texts()}
    return Snapshot(
        version=version,
        day=day,
        until=min([midnight, *turns]),
        routing_turns=turns,
        accounts={row.id: _account_card(row) for row in Account.objects.all()},
        senders=senders,
        senders_by_address={
            (card.account_id, card.address.casefold()): card for card in senders.values()
        },
        texts=texts,
        texts_by_slug={
            (text.account_id, text.slug): text for text in texts.values() if text.is_current
        },
        standings=sender_standings(),
        template_registrations=template_registrations(),
        network_texts=network_text_rules(),
        numbers=number_index(),
        routing=routing_snapshot(version, at),
        rulebook=rulebook(),
        turns=rule_turns(),
        registers=register_standings(),
        content_policy=content_policy(),
        brands={row.id: row.names for row in Advertiser.objects.all()},
        stand_ins=stand_ins(),
        bind_limits=bind_limits(),
    )


def _account_card(row: Account) -> AccountCard:
    return AccountCard(
        id=row.id,
        is_active=row.status == Account.Status.ACTIVE,
        country=row.country,
        currency=row.currency,
        share=max(1, row.share),
        free_text_classes=frozenset(row.free_text_classes),
        adds_preference_link=row.adds_preference_link,
        residency=frozenset(row.residency),
        verification_limit=row.verification_limit,
        trial_limit=row.trial_daily_limit if row.is_trial else None,
    )


def _sender_card(row: Sender, day: date) -> SenderCard:
    return SenderCard(
        id=row.id,
        account_id=row.account_id,
        advertiser_id=row.advertiser_id,
        address=row.address,
        kind=row.kind,
        country=row.country,
        throughput=row.throughput,
        status=row.status,
        lease_start=row.lease_start,
        lease_end=row.lease_end,
        is_usable=sender_is_usable(row, day),
        message_classes=frozenset(row.allowed_classes),
        receives_replies=row.receives_replies,
        traffic_kind=row.traffic_kind,
    )


def _sendable_texts() -> list[ApprovedText]:
    sendable = (VersionStatus.APPROVED, VersionStatus.RETIRED)
    rows = TemplateVersion.objects.filter(status__in=sendable).select_related("template")
    texts = (_approved_text(row) for row in rows)
    return [text for text in texts if text is not None]


def _approved_text(row: TemplateVersion) -> ApprovedText | None:
    """None for a version that cannot be read: it is not sent, and stops no other."""
    try:
        wordings = version_wordings(row)
    except (ValueError, KeyError):
        log.exception("template version cannot be read", extra={"version": row.pk})
        return None
    return ApprovedText(
        version_id=row.id,
        account_id=row.template.account_id,
        advertiser_id=row.template.advertiser_id,
        slug=row.template.slug,
        message_class=row.template.message_class,
        body=row.body,
        wordings=wordings,
        is_current=row.status == VersionStatus.APPROVED,
        program_id=row.template.program_id,
        asks_consent=row.template.asks_consent,
        is_paid=row.template.is_paid,
    )


def version_wordings(row: TemplateVersion) -> WordingSet:
    """The compiled wordings of a stored version. Raises ValueError or KeyError where it was not
    checked before it was stored."""
    return wording_set(
        body=row.body,
        slots=row.slots,
        rewriting=row.rewriting,
        variants=row.variants,
        language=row.template.language,
    )


snapshots = SnapshotCache()
