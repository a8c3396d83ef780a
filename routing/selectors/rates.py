"""Rates in force at a moment, now or then."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from routing.charge_terms import charge_terms
from routing.constants import PriceListState
from routing.engine import Rate
from routing.models import PriceList
from routing.models import Rate as RateRow
from routing.price_terms import (
    ListTerm,
    Owner,
    SingleRate,
    layers_at,
    owner_of,
    turns_after,
)

_COLUMNS = (
    "country",
    "amount_micros",
    "network_id",
    "message_class",
    "carrier_id",
    "account_id",
    "currency",
    "sender_id",
    "charges_rejected",
    "charges_undelivered",
    "charges_unknown",
)
_LISTS_KEPT = 64


@dataclass(frozen=True, slots=True)
class RateBook:
    """Every confirmed list and every single rate, with their times."""

    lists: tuple[ListTerm, ...]
    singles: tuple[SingleRate, ...]

    def at(self, moment: datetime) -> tuple[Rate, ...]:
        """What holds at a moment, oldest first, because the last one of a key holds."""
        found: list[Rate] = []
        for layer in layers_at(self.lists, self.singles, moment):
            if layer.rate is not None:
                found.append(layer.rate)
            elif layer.list_id is not None:
                found += list_rates(layer.list_id)
        return tuple(found)

    def of(self, owner: Owner, moment: datetime) -> tuple[Rate, ...]:
        """An owner's part of it: what is his, not what holds for him among everybody's."""
        lists = tuple(one for one in self.lists if one.owner == owner)
        singles = tuple(one for one in self.singles if one.owner == owner)
        return RateBook(lists, singles).at(moment)

    def turns(self, after: datetime) -> tuple[datetime, ...]:
        """Moments after which other rates hold, in order."""
        return tuple(turns_after(self.lists, self.singles, after))


def rate_book() -> RateBook:
    """The book as it stands; the rates of a list are read when they are asked for."""
    counted = (PriceListState.CONFIRMED, PriceListState.UNDONE)
    return RateBook(
        lists=tuple(_term(row) for row in PriceList.objects.filter(state__in=counted)),
        singles=tuple(
            SingleRate(key, begins, _rate(values))
            for key, begins, *values in RateRow.objects.filter(price_list=None).values_list(
                "id", "effective_from", *_COLUMNS
            )
        ),
    )


@lru_cache(maxsize=_LISTS_KEPT)
def list_rates(list_id: int) -> tuple[Rate, ...]:
    """The rates of a confirmed list; they never change, so each process reads them once."""
    rows = RateRow.objects.filter(price_list=list_id).order_by("id").values_list(*_COLUMNS)
    return tuple(_rate(values) for values in rows.iterator(chunk_size=10_000))


def _term(row: PriceList) -> ListTerm:
    begins = row.effective_from
    assert begins is not None, "the database lets no list be confirmed without"
    return ListTerm(
        id=row.pk,
        owner=owner_of(row.carrier_id, row.account_id, row.currency),
        is_full=row.is_full,
        begins=begins,
        confirmed_at=row.confirmed_at or begins,
        undone_at=row.undone_at,
    )


def _rate(values: tuple[object, ...] | list[object]) -> Rate:
    country, amount, network_id, message_class, carrier_id, account_id, currency = values[:7]
    sender_id, rejected, undelivered, unknown = values[7:]
    return Rate(
        country=country,  # type: ignore[arg-type]  # in the order of _COLUMNS
        amount_micros=amount,  # type: ignore[arg-type]
        network_id=network_id,  # type: ignore[arg-type]
        message_class=message_class or None,  # type: ignore[arg-type]
        carrier_id=carrier_id,  # type: ignore[arg-type]
        account_id=account_id,  # type: ignore[arg-type]
        currency=currency,  # type: ignore[arg-type]
        sender_id=sender_id,  # type: ignore[arg-type]
        charge_terms=charge_terms(
            rejected=bool(rejected), undelivered=bool(undelivered), unknown=bool(unknown)
        ),
    )
