"""Sending windows: local hours, weekdays, holidays, clock changes, several zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.windows import (
    Span,
    Window,
    common_close,
    common_window,
    next_window,
    window_close,
)

EVERY_DAY = frozenset(range(1, 8))
SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NEW_YORK = ZoneInfo("America/New_York")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
VIETNAM = Window((Span(EVERY_DAY, 7 * 60, 22 * 60),))
FEDERAL = Window((Span(EVERY_DAY, 8 * 60, 21 * 60),))
TEXAS = Window(
    (Span(frozenset(range(1, 7)), 9 * 60, 21 * 60), Span(frozenset({7}), 12 * 60, 21 * 60))
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("window", "zone", "now", "opens", "closes"),
    [
        (VIETNAM, SAIGON, "2026-11-22T06:59:59+07:00", "2026-11-22T07:00+07:00", "22:00+07:00"),
        (VIETNAM, SAIGON, "2026-11-22T07:00:00+07:00", "2026-11-22T07:00+07:00", "22:00+07:00"),
        (VIETNAM, SAIGON, "2026-11-22T21:59:59+07:00", None, "22:00+07:00"),
        (VIETNAM, SAIGON, "2026-11-22T22:00:00+07:00", "2026-11-23T07:00+07:00", "22:00+07:00"),
        (VIETNAM, SAIGON, "2026-11-22T00:30:00+00:00", None, "22:00+07:00"),
        (VIETNAM, SAIGON, "2026-12-31T23:30:00+07:00", "2027-01-01T07:00+07:00", "22:00+07:00"),
        (TEXAS, NEW_YORK, "2026-11-21T21:00:00-05:00", "2026-11-22T12:00-05:00", "21:00-05:00"),
        (TEXAS, NEW_YORK, "2026-11-22T21:00:00-05:00", "2026-11-23T09:00-05:00", "21:00-05:00"),
    ],
)
def test_openings_and_closings(
    window: Window, zone: ZoneInfo, now: str, opens: str | None, closes: str
) -> None:
    opening = next_window(window, at(now), zone)
    assert opening == at(opens or now)
    assert window_close(window, opening, zone) == at(f"{opening.astimezone(zone).date()}T{closes}")


def test_shut_window_has_no_closing() -> None:
    assert window_close(VIETNAM, at("2026-11-22T22:00:00+07:00"), SAIGON) is None


def test_a_holiday_is_shut_all_day() -> None:
    window = Window(VIETNAM.spans, frozenset({date(2027, 2, 6), date(2027, 2, 7)}))
    opening = next_window(window, at("2027-02-06T10:00:00+07:00"), SAIGON)
    assert opening == at("2027-02-08T07:00:00+07:00")


def test_two_spans_of_a_day_leave_the_pause_shut() -> None:
    window = Window((Span(EVERY_DAY, 14 * 60, 17 * 60), Span(EVERY_DAY, 8 * 60, 12 * 60)))
    assert next_window(window, at("2026-11-22T12:30:00+07:00"), SAIGON) == at(
        "2026-11-22T14:00:00+07:00"
    )
    assert window_close(window, at("2026-11-22T09:00:00+07:00"), SAIGON) == at(
        "2026-11-22T12:00:00+07:00"
    )


def test_a_window_to_midnight_closes_with_the_day() -> None:
    window = Window((Span(EVERY_DAY, 0, 24 * 60),))
    noon = at("2026-11-22T12:00:00+07:00")
    assert window_close(window, noon, SAIGON) == at("2026-11-23T00:00:00+07:00")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-07T22:00:00-05:00", "2026-03-08T08:00:00-04:00"),  # clocks go forward
        ("2026-10-31T22:00:00-04:00", "2026-11-01T08:00:00-05:00"),  # clocks go back
    ],
)
def test_the_wall_clock_decides_on_days_of_change(now: str, opens: str) -> None:
    assert next_window(FEDERAL, at(now), NEW_YORK) == at(opens)


def test_an_opening_in_the_skipped_hour_comes_after_it() -> None:
    window = Window((Span(EVERY_DAY, 2 * 60 + 30, 10 * 60),))
    opening = next_window(window, at("2026-03-08T00:00:00-05:00"), NEW_YORK)
    assert opening == at("2026-03-08T03:30:00-04:00")


def test_in_the_repeated_hour_the_window_opens_late_and_closes_early() -> None:
    opening = Window((Span(EVERY_DAY, 90, 600),))
    closing = Window((Span(EVERY_DAY, 0, 90),))
    midnight = at("2026-11-01T00:00:00-04:00")
    assert next_window(opening, midnight, NEW_YORK) == at("2026-11-01T01:30:00-05:00")
    assert window_close(closing, midnight, NEW_YORK) == at("2026-11-01T01:30:00-04:00")


def test_a_span_inside_the_skipped_hour_waits_for_the_next_day() -> None:
    window = Window((Span(EVERY_DAY, 2 * 60 + 15, 2 * 60 + 45),))
    # 02:15 reads as 03:15 and 02:45 as 01:45: nothing of the span is left on that day.
    opening = next_window(window, at("2026-03-08T00:00:00-05:00"), NEW_YORK)
    assert opening == at("2026-03-09T02:15:00-04:00")


def test_an_unknown_zone_is_open_when_both_coasts_are() -> None:
    coasts = (NEW_YORK, LOS_ANGELES)
    morning = at("2026-11-22T09:00:00-05:00")
    opening = common_window(FEDERAL, morning, coasts)
    assert opening == at("2026-11-22T11:00:00-05:00")
    assert common_close(FEDERAL, opening, coasts) == at("2026-11-22T21:00:00-05:00")
    assert common_close(FEDERAL, morning, coasts) is None


def test_zones_that_are_never_open_together() -> None:
    window = Window((Span(EVERY_DAY, 10 * 60, 11 * 60),))
    now = at("2026-11-22T09:00:00-05:00")
    assert common_window(window, now, (NEW_YORK, SAIGON)) is None


@pytest.mark.parametrize(
    ("days", "opens", "closes"),
    [
        (EVERY_DAY, 600, 600),
        (EVERY_DAY, 600, 60),
        (EVERY_DAY, -1, 60),
        (EVERY_DAY, 0, 1441),
        (frozenset(), 0, 60),
        (frozenset({8}), 0, 60),
    ],
)
def test_impossible_spans_are_refused(days: frozenset[int], opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="span"):
        Span(days, opens, closes)


def test_naive_times_are_refused() -> None:
    naive = datetime(2026, 11, 22, 10)  # noqa: DTZ001 - the mistake under test
    with pytest.raises(ValueError, match="aware"):
        next_window(VIETNAM, naive, SAIGON)
    with pytest.raises(ValueError, match="aware"):
        window_close(VIETNAM, naive, SAIGON)


SPANS = st.builds(
    lambda days, start, length: Span(days, start, min(start + length, 1440)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.integers(0, 1380),
    st.integers(60, 900),
)
WINDOWS = st.builds(
    Window,
    st.lists(SPANS, min_size=1, max_size=3).map(tuple),
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
)
ZONES = st.sampled_from(
    [SAIGON, NEW_YORK, LOS_ANGELES, ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")]
)
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(WINDOWS, ZONES, MOMENTS)
def test_an_opening_is_open_by_the_wall_clock(
    window: Window, zone: ZoneInfo, now: datetime
) -> None:
    opening = next_window(window, now, zone)
    assert now <= opening
    local = opening.astimezone(zone)
    minute = local.hour * 60 + local.minute
    assert local.date() not in window.holidays
    assert any(
        local.isoweekday() in span.days and span.opens_minute <= minute < span.closes_minute
        for span in window.spans
    )
    closing = window_close(window, opening, zone)
    assert closing is not None
    assert opening < closing <= opening + timedelta(hours=26)


@given(WINDOWS, ZONES, MOMENTS)
def test_opening_is_a_fixed_point(window: Window, zone: ZoneInfo, now: datetime) -> None:
    opening = next_window(window, now, zone)
    assert next_window(window, opening, zone) == opening
