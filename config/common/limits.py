"""Limits as people write them: `3 per 10m, 10 per 1d`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_ONE = re.compile(r"\s*(\d{1,6})\s+per\s+(\d{1,3})\s*([smhd])\s*", re.ASCII)
MOST: Final = 100_000
LONGEST_SECONDS: Final = 30 * 86_400
MOST_WINDOWS: Final = 4


class LimitError(ValueError):
    """A text that is no list of limits; `part` is the piece that cannot be read."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def bad_limit(error: LimitError) -> str:
    """What is said to whoever wrote it."""
    return _("“%(part)s” is no limit: write it like “5 per 10m, 15 per 1d” (s, m, h or d).") % {
        "part": error.part
    }


@dataclass(frozen=True, slots=True)
class Window:
    """At most `most` in any `seconds`."""

    most: int
    seconds: int

    def __str__(self) -> str:
        for unit in "dhm":
            if self.seconds % _UNITS[unit] == 0:
                return f"{self.most} per {self.seconds // _UNITS[unit]}{unit}"
        return f"{self.most} per {self.seconds}s"


def windows_of(written: str) -> tuple[Window, ...]:
    """The windows of a list, the shortest first; nothing for an empty text. Raises LimitError."""
    if not written.strip():
        return ()
    found = [_window(part) for part in written.split(",")]
    if len(found) > MOST_WINDOWS:
        raise LimitError(written.strip())
    return tuple(sorted(found, key=lambda one: one.seconds))


def _window(part: str) -> Window:
    match = _ONE.fullmatch(part)
    if match is None:
        raise LimitError(part.strip())
    most, count, unit = int(match[1]), int(match[2]), match[3]
    seconds = count * _UNITS[unit]
    if not 1 <= most <= MOST or not 1 <= seconds <= LONGEST_SECONDS:
        raise LimitError(part.strip())
    return Window(most, seconds)


def written(windows: Iterable[Window]) -> str:
    """The list as people write it."""
    return ", ".join(str(one) for one in windows)
