"""Sending windows in the recipient's local time: when one is open, opens next, closes.

Answers are instants in UTC. A span that begins or ends in an hour that the clock skips or
repeats (daylight saving) is shortened, never widened.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 24 * 60
_DAY = timedelta(days=1)
_DAYS_PER_WEEK = 7
_MOST_DAYS = 1000  # remembered per window, over all zones
_FURTHEST = timedelta(days=31)
_Spans = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes after local midnight on some weekdays (ISO, Monday is 1); the end is outside."""

    days: frozenset[int]
    opens_minute: int
    closes_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens_minute < self.closes_minute <= MINUTES_PER_DAY:
            raise ValueError("a span opens before it closes, on one day")
        if not self.days or not self.days <= set(range(1, _DAYS_PER_WEEK + 1)):
            raise ValueError("a span needs weekdays from 1 (Monday) to 7 (Sunday)")


@dataclass(frozen=True, slots=True)
class Window:
    """When sending is allowed: the spans of the weekday, and never on a holiday."""

    spans: tuple[Span, ...]
    holidays: frozenset[date] = frozenset()
    _known: dict[tuple[date, ZoneInfo], _Spans] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not self.spans:
            raise ValueError("a window needs a span")

    def spans_on(self, day: date, zone: ZoneInfo) -> _Spans:
        """The open spans of a local day as instants, in order."""
        found = self._known.get((day, zone))
        if found is None:
            if len(self._known) >= _MOST_DAYS:
                self._known.clear()
            found = self._known[day, zone] = _instants_of(self, day, zone)
        return found


Pairs = tuple[tuple[Window, ZoneInfo], ...]


def next_window(window: Window, now: datetime, zone: ZoneInfo) -> datetime:
    """`now` if the window is open, else its next opening. Raises ValueError for naive time."""
    if now.tzinfo is None:
        raise ValueError("now must be an aware time")
    day = now.astimezone(zone).date()
    # Every week has an open weekday, so past the holidays the answer is at most a week off;
    # the rest is for weeks in which the clock change swallows a short span.
    for _ in range(4 * _DAYS_PER_WEEK + len(window.holidays)):
        for opens_at, closes_at in window.spans_on(day, zone):
            if now < closes_at:
                return max(now, opens_at)
        day += _DAY
    raise ValueError("the window never opens")


def window_close(window: Window, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the span that is open at `at` closes; None where the window is shut at `at`."""
    if at.tzinfo is None:
        raise ValueError("at must be an aware time")
    spans = window.spans_on(at.astimezone(zone).date(), zone)
    return next((closes for opens, closes in spans if opens <= at < closes), None)


def common_window(window: Window, now: datetime, zones: tuple[ZoneInfo, ...]) -> datetime | None:
    """When the window is next open in all zones at once; None if that is not so in a month.

    For recipients whose zone is not known: whichever of the zones they are in, it is open.
    """
    return joint_window(tuple((window, zone) for zone in zones), now)


def common_close(window: Window, at: datetime, zones: tuple[ZoneInfo, ...]) -> datetime | None:
    """The first closing in any zone after `at`; None where it is shut in one of them."""
    return joint_close(tuple((window, zone) for zone in zones), at)


def joint_window(pairs: Pairs, now: datetime) -> datetime | None:
    """When all windows are next open, each in its zone; None if that is not so in a month.

    Each step goes to the latest of the next openings: before it one of them is shut.
    """
    at = now
    while at - now < _FURTHEST:
        latest = max((next_window(window, at, zone) for window, zone in pairs), default=at)
        if latest == at:
            return at
        at = latest
    return None


def joint_close(pairs: Pairs, at: datetime) -> datetime | None:
    """The first closing of any of the windows after `at`; None where one is shut at `at`, or
    there are none."""
    closings = [window_close(window, at, zone) for window, zone in pairs]
    known = [closing for closing in closings if closing is not None]
    return min(known) if known and len(known) == len(closings) else None


def _instants_of(window: Window, day: date, zone: ZoneInfo) -> _Spans:
    if day in window.holidays:
        return ()
    found = []
    for span in window.spans:
        if day.isoweekday() in span.days:
            opens_at = max(_instants(day, span.opens_minute, zone))
            closes_at = min(_instants(day, span.closes_minute, zone))
            if opens_at < closes_at:
                found.append((opens_at, closes_at))
    return _merged(sorted(found))


def _merged(spans: list[tuple[datetime, datetime]]) -> _Spans:
    """Spans that touch or overlap as one: nothing closes between them."""
    merged: list[tuple[datetime, datetime]] = []
    for opens_at, closes_at in spans:
        if merged and opens_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes_at))
        else:
            merged.append((opens_at, closes_at))
    return tuple(merged)


def _instants(day: date, minute: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both readings of a local time; they differ only where the clock is changed."""
    days, minute = divmod(minute, MINUTES_PER_DAY)
    local = datetime.combine(day + days * _DAY, time(*divmod(minute, 60)), zone)
    return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)
