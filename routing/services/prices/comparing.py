"""A list's lines beside the rates that hold without it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.common import clock
from config.common.errors import ConflictError
from routing.constants import PriceChange, PriceListState
from routing.models import PriceLine, PriceList
from routing.price_files import BadLine, PriceRow
from routing.price_terms import owner_of
from routing.selectors.rates import rate_book

Key = tuple[str, int | None, str, int | None]
_COPY = """
COPY routing_priceline (price_list_id, change, line, country, network_id, message_class,
    sender_id, amount_micros, old_micros, problem, content) FROM STDIN
"""
_NEW, _CHANGED = PriceChange.NEW.value, PriceChange.CHANGED.value
_SAME, _ENDED, _BAD = (
    PriceChange.UNCHANGED.value,
    PriceChange.ENDED.value,
    PriceChange.BAD.value,
)
KEPT = (_NEW, _CHANGED, _SAME)


@transaction.atomic
def price_list_compare(*, found: PriceList) -> PriceList:
    """Compares a list again that waits to be confirmed: other rates may hold by now. Raises
    ConflictError where it does not wait."""
    held = list_locked(found, PriceListState.READY)
    lines = held.lines.filter(change__in=KEPT).order_by("line")
    rows = [
        PriceRow(
            one.line,
            one.country,
            one.network_id,
            one.message_class,
            one.amount_micros or 0,
            one.sender_id,
        )
        for one in lines
    ]
    bad = [
        BadLine(*values)
        for values in held.lines.filter(change=_BAD).values_list("line", "problem", "content")
    ]
    lines_store(held, rows, bad)
    return held


def list_locked(found: PriceList, *allowed: str) -> PriceList:
    """The list as it is now. Raises ConflictError where it is in another state."""
    held = PriceList.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if held.state not in allowed:
        raise ConflictError(
            "price_list_state",
            _("“%(name)s” is in another state by now (%(state)s): load the page again.")
            % {"name": held, "state": held.get_state_display()},
        )
    return held


def lines_store(held: PriceList, rows: Sequence[PriceRow], bad: Iterable[BadLine]) -> None:
    """Keeps the lines of a list with what each would change, and their counts."""
    old = rates_before(held)
    counts: Counter[str] = Counter()
    with transaction.atomic(), connection.cursor() as cursor:
        PriceLine.objects.filter(price_list=held).delete()
        with cursor.copy(_COPY) as copy:
            for line in _lines(held, rows, bad, old, counts):
                copy.write_row((held.pk, *line))
        held.counts = {**counts, "basis": basis_of(old)}
        held.lines_read = max(held.lines_read, len(rows))
        held.save(update_fields=["counts", "lines_read"])


def rates_before(held: PriceList) -> dict[Key, int]:
    """What its owner's rates are at the list's beginning, without it, in its currency."""
    book = rate_book()
    others = replace(book, lists=tuple(one for one in book.lists if one.id != held.pk))
    owner = owner_of(held.carrier_id, held.account_id, held.currency)
    return {
        (
            rate.country,
            rate.network_id,
            rate.message_class or "",
            rate.sender_id,
        ): rate.amount_micros
        for rate in others.of(owner, begins_at(held))
        if rate.currency == held.currency
    }


def begins_at(held: PriceList) -> datetime:
    """When it would begin if it were confirmed now."""
    return max(held.effective_from or clock.now(), clock.now())


def basis_of(old: dict[Key, int]) -> str:
    """A digest of what a list was compared with."""
    digest = hashlib.sha256()
    for key, amount in sorted(old.items(), key=str):
        digest.update(f"{key}{amount}\n".encode())
    return digest.hexdigest()


def is_jump(old: int, new: int, percent: int) -> bool:
    """Whether a change is larger than somebody wants to see without a warning."""
    return abs(new - old) * 100 > percent * old


def _lines(
    held: PriceList,
    rows: Sequence[PriceRow],
    bad: Iterable[BadLine],
    old: dict[Key, int],
    counts: Counter[str],
) -> Iterator[tuple[Any, ...]]:
    seen: set[Key] = set()
    for row in rows:
        key = row.key
        seen.add(key)
        before = old.get(key)
        change = _change(before, row.amount_micros)
        counts[change] += 1
        if before is not None and is_jump(before, row.amount_micros, held.jump_percent):
            counts["jump"] += 1
        yield change, row.line, *key, row.amount_micros, before, "", ""
    for key, before in old.items() if held.is_full else ():
        if key not in seen:
            counts[_ENDED] += 1
            yield _ENDED, 0, *key, None, before, "", ""
    for one in bad:
        counts[_BAD] += 1
        yield _BAD, one.line, "", None, "", None, None, None, one.code, one.content


def _change(before: int | None, amount: int) -> str:
    if before is None:
        return _NEW
    return _SAME if before == amount else _CHANGED
