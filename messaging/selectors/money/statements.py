"""Statements: what was reserved, charged and given back, day by day, in the account's zone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from compliance.models import Account
from config.common.errors import InvalidError
from messaging.models import Charge, LedgerEntry

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One kind of message on one day. `accepted`: messages reserved for; `messages` and
    `segments`: those charged, below zero where what an earlier day charged was given back."""

    day: date
    account: str
    currency: str
    sender: str
    network: str
    country: str
    message_class: str
    accepted: int
    reserved_micros: int
    messages: int
    segments: int
    charged_micros: int
    given_back_micros: int


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of lines of one currency, and how many they are."""

    currency: str
    lines: int
    accepted: int
    reserved_micros: int
    messages: int
    segments: int
    charged_micros: int
    given_back_micros: int


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """What is asked for; days included. Empty words: everything."""

    first: date
    last: date
    message_class: str = ""
    sender: str = ""
    network_id: int | None = None


def period_check(first: date, last: date) -> None:
    """Raises InvalidError naming `from` or `to`."""
    if last < first:
        raise InvalidError(
            "period_backwards", _("“to” is before “from”: turn them around."), field="to"
        )
    if last - first >= timedelta(days=MOST_DAYS):
        raise InvalidError(
            "period_too_long",
            _("At most %(days)d days at a time: choose a later “from”.") % {"days": MOST_DAYS},
            field="from",
        )


_COLUMNS = (
    "day",
    "account__name",
    "account__currency",
    "sender__address",
    "network__name",
    "network__country",
    "message_class",
    "accepted",
    "reserved_micros",
    "messages",
    "segments",
    "charged_micros",
    "given_back_micros",
)
_SUMS = _COLUMNS[7:]


def statement_lines(
    account_ids: Collection[int] | None,
    wanted: StatementFilter,
    *,
    start: int = 0,
    limit: int | None = None,
) -> list[StatementLine]:
    """Lines of the accounts (None: of all), the latest day first; `limit` of them from `start` on
    (None: all)."""
    rows = _rows(account_ids, wanted).order_by(
        "-day", "account__name", "sender__address", "network__name", "message_class", "id"
    )
    found = rows[start : None if limit is None else start + limit]
    return [
        StatementLine(day, account, currency, sender or "", network or "", country or "", *rest)
        for day, account, currency, sender, network, country, *rest in found.values_list(*_COLUMNS)
    ]


def statement_totals(account_ids: Collection[int] | None, wanted: StatementFilter) -> list[Total]:
    """Sums of those lines: one per currency, in their order."""
    sums = {f"sum_{name}": Sum(name) for name in _SUMS}
    rows: Any = _rows(account_ids, wanted).values_list("account__currency")
    found = rows.annotate(lines=Count("pk"), **sums).order_by("account__currency")
    return [Total(currency, lines, *map(int, rest)) for currency, lines, *rest in found]


def _rows(account_ids: Collection[int] | None, wanted: StatementFilter) -> QuerySet[Charge]:
    rows = Charge.objects.filter(day__gte=wanted.first, day__lte=wanted.last)
    if account_ids is not None:
        rows = rows.filter(account__in=account_ids)
    if wanted.message_class:
        rows = rows.filter(message_class=wanted.message_class)
    if wanted.sender:
        rows = rows.filter(sender__address__iexact=wanted.sender)
    if wanted.network_id is not None:
        rows = rows.filter(network=wanted.network_id)
    return rows.exclude(Q(accepted=0, messages=0, charged_micros=0, given_back_micros=0))


def ledger_page(account: Account, *, before: int | None, limit: int) -> list[LedgerEntry]:
    """Entries of an account's ledger, the latest first."""
    rows = LedgerEntry.objects.filter(account=account)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[:limit])
