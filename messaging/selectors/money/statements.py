"""Statements: what was reserved, charged and given back, day by day, in the account's zone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
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
    """Sums of lines of one currency."""

    currency: str
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


def statement_lines(
    account_ids: Collection[int] | None, wanted: StatementFilter
) -> list[StatementLine]:
    """Lines of the accounts (None: of all), the latest day first."""
    rows = Charge.objects.filter(day__gte=wanted.first, day__lte=wanted.last)
    if account_ids is not None:
        rows = rows.filter(account__in=account_ids)
    if wanted.message_class:
        rows = rows.filter(message_class=wanted.message_class)
    if wanted.sender:
        rows = rows.filter(sender__address__iexact=wanted.sender)
    if wanted.network_id is not None:
        rows = rows.filter(network=wanted.network_id)
    rows = rows.exclude(Q(accepted=0, messages=0, charged_micros=0, given_back_micros=0))
    rows = rows.select_related("account", "network", "sender")
    return [
        _line(row)
        for row in rows.order_by(
            "-day", "account__name", "sender__address", "network__name", "message_class", "id"
        )
    ]


def _line(row: Charge) -> StatementLine:
    return StatementLine(
        day=row.day,
        account=row.account.name,
        currency=row.account.currency,
        sender=row.sender.address if row.sender else "",
        network=row.network.name if row.network else "",
        country=row.network.country if row.network else "",
        message_class=row.message_class,
        accepted=row.accepted,
        reserved_micros=row.reserved_micros,
        messages=row.messages,
        segments=row.segments,
        charged_micros=row.charged_micros,
        given_back_micros=row.given_back_micros,
    )


def totals_of(lines: Iterable[StatementLine]) -> list[Total]:
    """One per currency, in their order."""
    by_currency: dict[str, list[StatementLine]] = {}
    for line in lines:
        by_currency.setdefault(line.currency, []).append(line)
    return [
        Total(
            currency=currency,
            accepted=sum(one.accepted for one in found),
            reserved_micros=sum(one.reserved_micros for one in found),
            messages=sum(one.messages for one in found),
            segments=sum(one.segments for one in found),
            charged_micros=sum(one.charged_micros for one in found),
            given_back_micros=sum(one.given_back_micros for one in found),
        )
        for currency, found in sorted(by_currency.items())
    ]


def ledger_page(account: Account, *, before: int | None, limit: int) -> list[LedgerEntry]:
    """Entries of an account's ledger, the latest first."""
    rows = LedgerEntry.objects.filter(account=account)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[:limit])
