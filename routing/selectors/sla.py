"""What a carrier did over a period against what its contract says: for the operator, and for the
carrier to read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from carriers.models import Bind, Carrier, SessionEvent
from carriers.smpp import statuses
from config.common import clock
from config.common.errors import InvalidError
from routing.engine.buckets import quantile
from routing.models import Sender
from routing.observed import (
    ACCEPTED,
    DELIVERED,
    PEAK_MINUTE,
    PEAK_SECOND,
    RECEIPTS,
    SEGMENTS,
    STATUS,
    TAKEN,
)

MOST_DAYS = 400
_LIVE = frozenset({"bound", "throttled"})
_READ = """
SELECT what, bucket, CASE WHEN what IN ('peak_second', 'peak_minute') THEN max(n) ELSE sum(n) END
FROM routing_observation
WHERE grain = %(grain)s AND at >= %(since)s AND at < %(until)s AND carrier_id = %(carrier)s
  AND CASE WHEN what IN ('peak_second', 'peak_minute') THEN sender_id = %(sender)s
           ELSE %(sender)s = 0 OR sender_id = %(sender)s END
GROUP BY what, bucket
"""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without a session; `until` None: it lasts."""

    since: datetime
    until: datetime | None
    detail: str

    def seconds(self, now: datetime) -> float:
        return ((self.until or now) - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class SlaReport:
    """Counts in segments where the contract counts them (throughput, answers), in messages where
    receipts do. Times in seconds; None where there is nothing to say."""

    carrier: Carrier
    sender: Sender | None
    first: date
    last: date
    contracted: float | None
    peak_second: int
    peak_minute: int
    segments: int
    messages: int
    refused: int
    unanswered: int
    answer_p50: float | None
    answer_p95: float | None
    answer_p99: float | None
    asked: int
    receipts: int
    delivered: int
    receipt_p50: float | None
    receipt_p95: float | None
    codes: tuple[tuple[str, int], ...]
    ends: tuple[tuple[str, int], ...]
    outages: tuple[Outage, ...]
    availability: float | None

    @property
    def coverage(self) -> float | None:
        return min(1.0, self.receipts / self.asked) if self.asked else None

    @property
    def delivery_rate(self) -> float | None:
        return min(1.0, self.delivered / self.asked) if self.asked else None

    @property
    def used(self) -> float | None:
        """The greatest part of the contracted throughput that was reached."""
        return self.peak_second / self.contracted if self.contracted else None


def period_check(first: date, last: date) -> None:
    """A period that is one, and not too long. Raises InvalidError with the field."""
    if last < first:
        raise InvalidError("period_reversed", _("The period ends before it begins."), field="last")
    if last - first > timedelta(days=MOST_DAYS):
        raise InvalidError(
            "period_too_long",
            _("At most %(days)d days: choose a later day.") % {"days": MOST_DAYS},
            field="first",
        )


def sla_report(carrier: Carrier, first: date, last: date, sender: Sender | None) -> SlaReport:
    """The report of the days `first` to `last` (UTC, both included)."""
    since = datetime.combine(first, time(), UTC)
    until = datetime.combine(last + timedelta(days=1), time(), UTC)
    counts = _counts(carrier, since, until, sender)
    answers: dict[int, int] = defaultdict(int)
    for what in SEGMENTS:
        for bucket, n in counts[what].items():
            answers[bucket] += n
    came = counts[DELIVERED]
    refused = sum(counts[STATUS].values())
    known = None if sender else known_since(carrier, since, until)
    outages = tuple(outages_of(carrier, known, until)) if known else ()
    return SlaReport(
        carrier=carrier,
        sender=sender,
        first=first,
        last=last,
        contracted=_contracted(carrier, sender),
        peak_second=max(counts[PEAK_SECOND].values(), default=0),
        peak_minute=max(counts[PEAK_MINUTE].values(), default=0),
        segments=sum(answers.values()),
        messages=sum(sum(counts[what].values()) for what in TAKEN),
        refused=refused,
        unanswered=sum(counts["unanswered"].values()),
        answer_p50=quantile(answers, 0.5),
        answer_p95=quantile(answers, 0.95),
        answer_p99=quantile(answers, 0.99),
        asked=sum(counts[ACCEPTED].values()),
        receipts=sum(sum(counts[what].values()) for what in RECEIPTS),
        delivered=sum(came.values()),
        receipt_p50=quantile(came, 0.5),
        receipt_p95=quantile(came, 0.95),
        codes=tuple(
            (statuses.name(code), n)
            for code, n in sorted(counts[STATUS].items(), key=lambda pair: -pair[1])[:20]
        ),
        ends=tuple((what, sum(counts[what].values())) for what in RECEIPTS if counts[what]),
        outages=outages,
        availability=_availability(outages, known, until) if known else None,
    )


def _counts(
    carrier: Carrier, since: datetime, until: datetime, sender: Sender | None
) -> dict[str, dict[int, int]]:
    is_recent = since >= clock.now() - timedelta(days=settings.OBSERVATION_HOURS_DAYS)
    found: dict[str, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            _READ,
            {
                "grain": "h" if is_recent else "d",
                "since": since,
                "until": until,
                "carrier": carrier.pk,
                "sender": sender.pk if sender else 0,
            },
        )
        for what, bucket, n in cursor.fetchall():
            found[what][bucket] = int(n)
    return found


def _contracted(carrier: Carrier, sender: Sender | None) -> float | None:
    if sender is not None:
        return sender.throughput
    binds = [
        bind.throughput
        for bind in Bind.objects.filter(carrier=carrier, is_enabled=True).exclude(
            bind_type="receiver"
        )
    ]
    total = sum(limit or 0.0 for limit in binds) if binds and all(binds) else None
    limits = [limit for limit in (carrier.throughput, total) if limit]
    return min(limits) if limits else None


def known_since(carrier: Carrier, since: datetime, until: datetime) -> datetime | None:
    """From when on the sessions of the period are known: nobody waited for a carrier before it
    was first connected. None where it never was."""
    rows = _events(carrier, until)
    if rows.filter(at__lt=since).exists():
        return since
    first = rows.order_by("id").first()
    return None if first is None else first.at


def outages_of(carrier: Carrier, since: datetime, until: datetime) -> list[Outage]:
    """When none of the carrier's submitting binds was bound, by the sessions' own events."""
    rows = _events(carrier, until)
    before = rows.filter(at__lt=since).order_by("bind_id", "-id").distinct("bind_id")
    live = {row.bind_id for row in before if row.state in _LIVE}
    inside = (
        rows.filter(at__gte=since).order_by("id").values_list("bind_id", "state", "at", "detail")
    )
    known = before.exists() or inside.exists()
    return list(_outages(inside, live, since)) if known else []


def _events(carrier: Carrier, until: datetime) -> QuerySet[SessionEvent]:
    return SessionEvent.objects.filter(bind__carrier=carrier, at__lt=until).exclude(
        bind__bind_type="receiver"
    )


def _outages(
    rows: Iterable[tuple[int, str, datetime, str]], live: set[int], since: datetime
) -> Iterable[Outage]:
    began, why = (None, "") if live else (since, "")
    for bind_id, state, at, detail in rows:
        (live.add if state in _LIVE else live.discard)(bind_id)
        if live and began is not None:
            yield Outage(began, at, why)
            began = None
        elif not live and began is None:
            began, why = at, detail
    if began is not None:
        yield Outage(began, None, why)


def _availability(outages: Iterable[Outage], since: datetime, until: datetime) -> float | None:
    now = min(clock.now(), until)
    length = (now - since).total_seconds()
    if length <= 0:
        return None
    return max(0.0, 1.0 - sum(one.seconds(now) for one in outages) / length)
