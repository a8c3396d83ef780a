"""Opening hours by weekday and zone: until when an answer is owed, and how long it really took.

Times are minutes of the local day as the clock on the wall shows them, so a day on which the
clock is set back or forward opens and closes when the shop does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

DAY_MINUTES: Final = 1_440
WEEKDAYS: Final = 7
_REACH_DAYS: Final = 400  # a limit of half a year fits into one open hour a day
_CLOCK: Final = re.compile(r"(\d\d):(\d\d)")

Span = tuple[int, int]


class HoursError(ValueError):
    """What is no opening hours; `day` counts from Monday, 0, and is None where none is meant."""

    def __init__(self, code: str, day: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.day = day


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """By weekday from Monday the minutes at which it opens and closes, None for a day off;
    no days at all: always open."""

    zone: str
    days: tuple[Span | None, ...] = ()

    def deadline(self, start: datetime, minutes: int) -> datetime:
        """The moment by which `minutes` of opening hours have passed since `start`."""
        left = timedelta(minutes=minutes)
        if not self.days:
            return start + left
        for opens, closes in self._spans(start, _REACH_DAYS):
            begin = max(start, opens)
            if closes - begin >= left:
                return begin + left
            left -= max(closes - begin, timedelta())
        return start + timedelta(days=_REACH_DAYS)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time from `start` to `end` is opening hours."""
        if end <= start:
            return timedelta()
        if not self.days:
            return end - start
        total = timedelta()
        for opens, closes in self._spans(start, (end - start).days + 2):
            total += max(min(end, closes) - max(start, opens), timedelta())
        return total

    def _spans(self, start: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Open times from the day of `start` on, in UTC."""
        zone = ZoneInfo(self.zone)
        first = start.astimezone(zone).date()
        for offset in range(days):
            day = first + timedelta(days=offset)
            span = self.days[day.weekday()]
            if span is not None:
                yield _moment(day, span[0], zone), _moment(day, span[1], zone)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time.min, tzinfo=zone) + timedelta(minutes=minute)
    return wall.astimezone(UTC)


def days_of(stored: Sequence[Any]) -> tuple[Span | None, ...]:
    """The days as a rule stores them: `[["08:00", "18:00"], …, null]`. Raises HoursError."""
    if not stored:
        return ()
    if len(stored) != WEEKDAYS:
        raise HoursError("seven_days")
    days = tuple(_span(one, at) for at, one in enumerate(stored))
    if not any(days):
        raise HoursError("never_open")
    return days


def _span(given: Any, day: int) -> Span | None:
    if given is None:
        return None
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise HoursError("two_times", day)
    opens, closes = (_minutes(one, day) for one in given)
    if opens >= closes:
        raise HoursError("closes_first", day)
    return opens, closes


def _minutes(text: Any, day: int) -> int:
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise HoursError("no_time", day)
    hours, minutes = int(match[1]), int(match[2])
    total = hours * 60 + minutes
    if minutes >= 60 or total > DAY_MINUTES:
        raise HoursError("no_time", day)
    return total
