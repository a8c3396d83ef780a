"""Reports: counts of messages of a period, by up to three of what they have in common."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from messaging.models import Template
from messaging.selectors.campaign_names import campaign_names
from routing.engine.buckets import MOST, quantile
from routing.models import Network, Sender

DIMENSIONS: Final = (
    "day", "hour", "network", "country", "sender", "template", "campaign", "class",
)  # fmt: skip
MOST_DIMENSIONS: Final = 3
MOST_DAYS: Final = 400
MOST_HOUR_DAYS: Final = 31
MOST_ROWS: Final = 50_000
COUNTS: Final = (
    "accepted", "sent", "delivered", "undelivered", "failed", "expired", "blocked", "canceled",
    "unknown", "segments", "charged_micros",
)  # fmt: skip
_GROUPS: Final[Mapping[str, str]] = {
    "day": "date_trunc('day', c.quarter, %(zone)s)",
    "hour": "date_trunc('hour', c.quarter, %(zone)s)",
    "network": "c.network_id",
    "country": "c.country",
    "sender": "c.sender_id",
    "template": "v.template_id",
    "campaign": "c.campaign_id",
    "class": "c.message_class",
}
_CONDITIONS: Final[Mapping[str, str]] = {
    "network": "c.network_id = ANY(%(network)s)",
    "country": "c.country = %(country)s",
    "sender": "c.sender_id = ANY(%(sender)s)",
    "template": "v.template_id = ANY(%(template)s)",
    "campaign": "c.campaign_id = %(campaign)s",
    "class": "c.message_class = %(class)s",
}
_SUMS: Final = ", ".join(f"sum(c.{name})::bigint" for name in COUNTS)
_TIMES: Final = ", ".join(f"sum(c.receipt_times[{n}])::bigint" for n in range(1, MOST + 2))
_READ: Final = f"""
SELECT GROUPS {_SUMS}, ARRAY[{_TIMES}]
FROM messaging_trafficcell c
LEFT JOIN messaging_templateversion v ON v.id = c.template_version_id
WHERE ACCOUNTS c.quarter >= %(since)s AND c.quarter < %(until)s CONDITIONS
"""  # noqa: S608  constant parts
_ACCOUNTS: Final = "c.account_id = ANY(%(accounts)s) AND"
# The earliest time that all of it holds for: when events were last read, or a change not yet
# counted in.
_UNTIL: Final = """
SELECT least(
    (SELECT min(examined_at) FROM messaging_trafficwatermark
     WHERE %(accounts)s::bigint[] IS NULL OR account_id = ANY(%(accounts)s)),
    (SELECT min(changed_at) FROM messaging_trafficquarter
     WHERE (%(accounts)s::bigint[] IS NULL OR account_id = ANY(%(accounts)s))
        AND changed_at IS NOT NULL AND quarter >= %(since)s AND quarter < %(until)s))
"""


@dataclass(frozen=True, slots=True)
class ReportWish:
    """What to count: whole days of a time zone, both ends included; `accounts` None is every
    account. Filters are by dimension: ids, or the value of a country or class."""

    accounts: Collection[int] | None
    zone: str
    first: date
    last: date
    by: Sequence[str] = ("day",)
    filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """Messages by what became of them; `sent` is what a carrier took, and holds `delivered`."""

    accepted: int = 0
    sent: int = 0
    delivered: int = 0
    undelivered: int = 0
    failed: int = 0
    expired: int = 0
    blocked: int = 0
    canceled: int = 0
    unknown: int = 0
    segments: int = 0
    charged_micros: int = 0
    receipt_times: tuple[int, ...] = ()

    @property
    def open(self) -> int:
        """Not finished yet: waiting, queued, or sent and without receipt."""
        return self.accepted - (
            self.delivered
            + self.undelivered
            + self.failed
            + self.expired
            + self.blocked
            + self.canceled
            + self.unknown
        )

    @property
    def delivery_rate(self) -> float | None:
        """Delivered of what a carrier took; None where it took nothing."""
        return self.delivered / self.sent if self.sent else None

    @property
    def receipt_seconds(self) -> float | None:
        """Half of the receipts of delivery came within; right to within a factor of two."""
        return quantile(dict(enumerate(self.receipt_times)), 0.5)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of a report: `keys` by dimension (moments for day and hour, else id, value or None),
    and `names` as people and programs call them."""

    keys: Mapping[str, Any]
    names: Mapping[str, str | None]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    """Lines with their sum; everything known at `counted_until` is in it (None: nothing yet)."""

    wish: ReportWish
    rows: Sequence[ReportRow]
    totals: Figures
    counted_until: datetime | None
    campaign_names: Mapping[int, str]


def wish_check(wish: ReportWish) -> None:
    """A period that is one and not too long, and what goes together. Raises InvalidError with
    the field: from, to or by."""
    days = period_check(wish.first, wish.last)
    if "hour" in wish.by and days > MOST_HOUR_DAYS:
        raise InvalidError(
            "period_too_long",
            _(
                "At most %(most)d days by hour, these are %(days)d: choose a later day, or ask by day."
            )
            % {"most": MOST_HOUR_DAYS, "days": days},
            field="from",
        )
    if len(wish.by) > MOST_DIMENSIONS:
        raise InvalidError(
            "too_many_dimensions",
            _("At most %(most)d at once: leave one out.") % {"most": MOST_DIMENSIONS},
            field="by",
        )


def period_check(first: date, last: date) -> int:
    """How many days there are from the first to the last. Raises InvalidError of field from or
    to."""
    if last < first:
        raise InvalidError("period_reversed", _("The period ends before it begins."), field="to")
    days = (last - first).days + 1
    if days > MOST_DAYS:
        raise InvalidError(
            "period_too_long",
            _("At most %(most)d days, these are %(days)d: choose a later day.")
            % {"most": MOST_DAYS, "days": days},
            field="from",
        )
    if not 1900 < first.year <= last.year < 9000:
        raise InvalidError("period_out_of_reach", _("Choose a day of our time."), field="from")
    return days


def report_make(wish: ReportWish) -> Report:
    """Counts what is wished for. Raises InvalidError where that cannot be, or has too many
    lines."""
    wish_check(wish)
    zone = ZoneInfo(wish.zone)
    values: dict[str, Any] = {
        "accounts": None if wish.accounts is None else sorted(wish.accounts),
        "zone": wish.zone,
        "since": datetime.combine(wish.first, time.min, tzinfo=zone),
        "until": datetime.combine(wish.last + timedelta(days=1), time.min, tzinfo=zone),
        **wish.filters,
    }
    found = _read(wish, values)
    if len(found) > MOST_ROWS:
        raise InvalidError(
            "report_too_large",
            _("That has more than %(most)d lines: choose fewer days, or leave a dimension out.")
            % {"most": MOST_ROWS},
            field="by",
        )
    count = len(wish.by)
    figures = [Figures(*(*row[count:-1], tuple(row[-1]))) for row in found]
    keys = [dict(zip(wish.by, row, strict=False)) for row in found]
    namer = _Namer(wish.by, keys, zone)
    rows = [ReportRow(key, namer.names(key), one) for key, one in zip(keys, figures, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_UNTIL, values)
        until = cursor.fetchone()[0]
    return Report(wish, rows, _total(figures), until, namer.campaigns)


def _read(wish: ReportWish, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    groups = [_GROUPS[name] for name in wish.by]
    conditions = [f"AND {_CONDITIONS[name]}" for name in wish.filters]
    statement = (
        _READ.replace("GROUPS", "".join(f"{one}, " for one in groups))
        .replace("ACCOUNTS", "" if wish.accounts is None else _ACCOUNTS)
        .replace("CONDITIONS", " ".join(conditions))
    )
    if groups:
        times = [n for n, name in enumerate(wish.by, 1) if name in ("day", "hour")]
        most = len(groups) + 1  # the number of messages
        numbers = ", ".join(str(n) for n in range(1, most))
        order = ", ".join([*(str(n) for n in times), f"{most} DESC", numbers])
        statement += f"GROUP BY {numbers} ORDER BY {order} LIMIT {MOST_ROWS + 1}"
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchall()
    # A sum over nothing is a line of NULL.
    return [row for row in found if row[len(groups)] is not None]


def _total(figures: Sequence[Figures]) -> Figures:
    sums = {name: sum(getattr(one, name) for one in figures) for name in COUNTS}
    times = tuple(map(sum, zip(*(one.receipt_times for one in figures), strict=True)))
    return Figures(**sums, receipt_times=times)


class _Namer:
    """Calls networks, senders, templates and campaigns as people do: a query for each kind."""

    def __init__(self, by: Sequence[str], keys: Sequence[Mapping[str, Any]], zone: ZoneInfo):
        self.zone = zone
        ids = {name: {key[name] for key in keys} - {None} for name in by}
        self.campaigns = campaign_names(ids.get("campaign", ()))
        self.known: dict[str, Mapping[int, str]] = {
            "network": dict(
                Network.objects.filter(pk__in=ids.get("network", ())).values_list("pk", "code")
            ),
            "sender": dict(
                Sender.objects.filter(pk__in=ids.get("sender", ())).values_list("pk", "address")
            ),
            "template": dict(
                Template.objects.filter(pk__in=ids.get("template", ())).values_list("pk", "slug")
            ),
        }

    def names(self, key: Mapping[str, Any]) -> dict[str, str | None]:
        return {name: self._name(name, value) for name, value in key.items()}

    def _name(self, dimension: str, value: Any) -> str | None:
        if value is None:
            return None
        if dimension == "day":
            return str(value.astimezone(self.zone).date().isoformat())
        if dimension == "hour":
            return str(value.astimezone(self.zone).isoformat(timespec="minutes"))
        return self.known.get(dimension, {}).get(value, str(value))
