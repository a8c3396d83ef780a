"""Who gets which part of the draw, so that a change of shares moves as few messages as it must.

Every message draws a ticket that never changes. Each route owns an interval of tickets as long
as its configured part. Where it gets less at the moment it keeps the beginning of its own
interval and the rest is divided among those that get more; so what moves is exactly what was
taken away, and it comes home to the same route.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

TICKETS = 1 << 32
_GOLDEN = 0x9E3779B97F4A7C15  # 2**64 / golden ratio: consecutive ids spread evenly
_MASK = (1 << 64) - 1
_DUST = 1e-12


def ticket(spread: int, total: int = TICKETS) -> int:
    """The number from 0 to `total` - 1 that a message draws, by any number stable for it."""
    return (((spread * _GOLDEN) & _MASK) >> 32) * total >> 32


def layout(home: Sequence[float], target: Sequence[float]) -> tuple[list[int], list[int]]:
    """Bounds (without the last) and owners of the intervals between them.

    `home` are the configured parts and `target` those of the moment; each sums to 1.
    """
    lacks = [max(0.0, now - own) for own, now in zip(home, target, strict=True)]
    lacking = sum(lacks)
    pieces: list[tuple[float, int]] = []
    for index, (own, now) in enumerate(zip(home, target, strict=True)):
        kept = min(own, now)
        pieces.append((kept, index))
        shed = own - kept
        if shed > _DUST and lacking:
            pieces += [(shed * lack / lacking, taker) for taker, lack in enumerate(lacks)]
    return _bounds(pieces)


def owner_at(bounds: Sequence[int], owners: Sequence[int], drawn: int) -> int:
    """Whose interval holds a ticket."""
    return owners[bisect_right(bounds, drawn)]


def _bounds(pieces: Sequence[tuple[float, int]]) -> tuple[list[int], list[int]]:
    bounds: list[int] = []
    owners: list[int] = []
    reached = 0.0
    for length, owner in pieces:
        if length <= _DUST:
            continue
        reached += length
        end = min(TICKETS, round(reached * TICKETS))
        if owners and owners[-1] == owner:
            bounds[-1] = end
        elif not bounds or end > bounds[-1]:
            bounds.append(end)
            owners.append(owner)
    return bounds[:-1], owners


def moved(
    before: tuple[Sequence[int], Sequence[int]], after: tuple[Sequence[int], Sequence[int]]
) -> float:
    """The part of all tickets (0 to 1) that two layouts give to different owners."""
    edges = sorted({0, TICKETS, *before[0], *after[0]})
    return (
        sum(
            end - start
            for start, end in pairwise(edges)
            if owner_at(*before, start) != owner_at(*after, start)
        )
        / TICKETS
    )
