"""Which rates hold at a moment: lists and single rates on a line of time. Pure.

An owner (a carrier, an account, or every account of a currency) has what its latest full list
says, with everything that began since laid over it. A list that was taken back counts up to that
moment and never after, so what held before it holds again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.engine import Rate

Owner = tuple[int | None, int | None, str]


def owner_of(carrier_id: int | None, account_id: int | None, currency: str) -> Owner:
    """Prices for everybody are apart by currency: accounts pay in their own."""
    is_everybodys = carrier_id is None and account_id is None
    return carrier_id, account_id, currency if is_everybodys else ""


@dataclass(frozen=True, slots=True)
class ListTerm:
    """A confirmed price list: from when it counts, and until when where it was taken back."""

    id: int
    owner: Owner
    is_full: bool
    begins: datetime
    confirmed_at: datetime
    undone_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it has begun and was not taken back by then."""
        return self.begins <= at and (self.undone_at is None or at < self.undone_at)

    @property
    def order(self) -> tuple[datetime, datetime]:
        """Of two that begin together the one confirmed later is laid over the other."""
        return self.begins, self.confirmed_at


@dataclass(frozen=True, slots=True)
class SingleRate:
    """A rate entered by hand."""

    id: int
    begins: datetime
    rate: Rate

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return owner_of(self.rate.carrier_id, self.rate.account_id, self.rate.currency)


@dataclass(frozen=True, slots=True)
class Layer:
    """Rates that began together: those of a list, or a single one."""

    list_id: int | None = None
    rate: Rate | None = None


def layers_at(
    lists: Iterable[ListTerm], singles: Iterable[SingleRate], at: datetime
) -> tuple[Layer, ...]:
    """What holds at a moment, lowest layer first: the last rate of a key is the one."""
    live = sorted((one for one in lists if one.holds(at)), key=lambda one: one.order)
    full: dict[Owner, ListTerm] = {one.owner: one for one in live if one.is_full}
    placed: list[tuple[tuple[datetime, bool, float, int], Layer]] = [
        ((one.begins, False, one.confirmed_at.timestamp(), one.id), Layer(list_id=one.id))
        for one in live
        if one.owner not in full or one.order >= full[one.owner].order
    ]
    for single in singles:
        base = full.get(single.owner)
        if single.begins <= at and (base is None or single.begins >= base.begins):
            # Who enters a rate for the moment at which a list begins corrects the list.
            placed.append(((single.begins, True, 0.0, single.id), Layer(rate=single.rate)))
    return tuple(layer for _key, layer in sorted(placed, key=lambda pair: pair[0]))


def turns_after(
    lists: Iterable[ListTerm], singles: Iterable[SingleRate], after: datetime
) -> Sequence[datetime]:
    """Moments at which other rates hold, in order; taking a list back is one too."""
    moments = {one.begins for one in singles}
    for one in lists:
        moments |= {one.begins} if one.undone_at is None else {one.begins, one.undone_at}
    return sorted(moment for moment in moments if moment > after)
