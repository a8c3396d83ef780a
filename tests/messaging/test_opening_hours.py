"""Opening hours: when an answer is due, and how much of a wait counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.opening_hours import DAY_MINUTES, HoursError, OpeningHours, days_of

OFFICE = (*[(8 * 60, 18 * 60)] * 5, None, None)
HANOI = OpeningHours("Asia/Ho_Chi_Minh", OFFICE)
NEW_YORK = OpeningHours("America/New_York", ((0, DAY_MINUTES),) * 7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-23T09:00+07:00", 30, "2026-11-23T09:30+07:00"),
        ("2026-11-23T06:00+07:00", 30, "2026-11-23T08:30+07:00"),  # before it opens
        ("2026-11-23T17:50+07:00", 30, "2026-11-24T08:20+07:00"),  # over the night
        ("2026-11-23T17:30+07:00", 30, "2026-11-23T18:00+07:00"),  # to the minute
        ("2026-11-27T17:50+07:00", 30, "2026-11-30T08:20+07:00"),  # over the weekend
        ("2026-11-28T12:00+07:00", 60, "2026-11-30T09:00+07:00"),  # on a day off
    ],
)
def test_due_times_pass_only_in_opening_hours(start: str, minutes: int, due: str) -> None:
    assert HANOI.deadline(at(start), minutes) == at(due)


def test_without_days_it_is_always_open() -> None:
    hours = OpeningHours("UTC")
    assert hours.deadline(at("2026-11-28T23:50+00:00"), 30) == at("2026-11-29T00:20+00:00")
    assert hours.between(at("2026-11-28T23:50+00:00"), at("2026-11-29T00:20+00:00")) == timedelta(
        minutes=30
    )


def test_the_night_without_an_hour_is_an_hour_shorter() -> None:
    """Clocks went forward on 8 March 2026 at 2:00."""
    start, end = at("2026-03-08T00:00-05:00"), at("2026-03-09T00:00-04:00")
    assert NEW_YORK.between(start, end) == timedelta(hours=23)


spans = st.tuples(st.integers(0, DAY_MINUTES), st.integers(0, DAY_MINUTES)).filter(
    lambda span: span[0] < span[1]
)
weeks = st.lists(st.none() | spans, min_size=7, max_size=7).filter(any).map(tuple)
moments = st.integers(0, 365 * DAY_MINUTES).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(weeks, moments, st.integers(1, 3_000), st.sampled_from(["UTC", "America/New_York"]))
def test_a_deadline_is_when_that_much_has_passed(week, start, minutes, zone) -> None:
    hours = OpeningHours(zone, week)
    due = hours.deadline(start, minutes)
    if due < start + timedelta(days=390):
        assert hours.between(start, due) == timedelta(minutes=minutes)


@given(weeks, moments, moments, moments)
def test_time_adds_up(week, one, two, three) -> None:
    hours = OpeningHours("Asia/Ho_Chi_Minh", week)
    a, b, c = sorted((one, two, three))
    assert hours.between(a, b) + hours.between(b, c) == hours.between(a, c)


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        ([None] * 7, "never_open"),
        ([["08:00", "18:00"]], "seven_days"),
        ([["18:00", "08:00"], *[None] * 6], "closes_first"),
        ([["8:00", "18:00"], *[None] * 6], "no_time"),
        ([["08:60", "18:00"], *[None] * 6], "no_time"),
        ([["08:00", "24:01"], *[None] * 6], "no_time"),
        ([["08:00"], *[None] * 6], "two_times"),
    ],
)
def test_what_is_no_opening_hours_is_named(stored, code: str) -> None:
    with pytest.raises(HoursError) as caught:
        days_of(stored)
    assert caught.value.code == code


def test_a_whole_day_ends_at_24() -> None:
    assert days_of([["00:00", "24:00"], *[None] * 6])[0] == (0, DAY_MINUTES)
