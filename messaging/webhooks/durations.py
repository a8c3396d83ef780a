"""Counts of attempts by duration, from which a median can be told. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

# Upper bounds in milliseconds; one place more for what took longer.
BOUNDS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
PLACES: Final = len(BOUNDS) + 1


def place(milliseconds: float) -> int:
    """Which count an attempt of this length belongs to."""
    return bisect_left(BOUNDS, milliseconds)


def median(counts: Sequence[int]) -> int | None:
    """The median in milliseconds, interpolated between the bounds; None without any attempt."""
    half = sum(counts) / 2
    if not half:
        return None
    passed = 0
    for number, count in enumerate(counts):
        if count and passed + count >= half:
            low = BOUNDS[number - 1] if number else 0
            high = BOUNDS[min(number, len(BOUNDS) - 1)]
            return round(low + (high - low) * (half - passed) / count)
        passed += count
    raise AssertionError("half of the attempts lie behind the last one")
