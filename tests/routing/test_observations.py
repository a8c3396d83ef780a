"""Deltas become sums; nothing is counted twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from config.common import clock
from routing.models import Observation, ObservationDelta
from routing.services.observations import (
    Delta,
    observations_add,
    observations_fold,
    observations_forget,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def _add(*rows: Delta) -> None:
    with connection.cursor() as cursor:
        observations_add(cursor, rows)


def _delta(seconds: float = 0, what: str = "accepted", n: int = 1, **more: int) -> Delta:
    values = {"bucket": 5, "sender": 7} | more
    at = NOON.timestamp() + seconds
    sender, bucket = values["sender"], values["bucket"]
    return Delta(at, 3, 4, 5, sender, "otp", what, bucket, n)


def _sums(what: str, grain: str = "m") -> list[tuple[datetime, int]]:
    rows = Observation.objects.filter(what=what, grain=grain).order_by("at", "sender_id")
    return list(rows.values_list("at", "n"))


def test_deltas_are_summed_by_minute_hour_and_day() -> None:
    _add(_delta(0), _delta(30, n=4), _delta(60, n=2))
    assert observations_fold(after_seconds=0) == 3
    assert _sums("accepted") == [(NOON, 5), (NOON + timedelta(minutes=1), 2)]
    assert _sums("accepted", "h") == [(NOON, 7)]
    assert _sums("accepted", "d") == [(NOON.replace(hour=0), 7)]


def test_what_comes_later_is_added_to_the_same_minute() -> None:
    _add(_delta(0))
    observations_fold(after_seconds=0)
    _add(_delta(20, n=2))
    observations_fold(after_seconds=0)
    assert _sums("accepted") == [(NOON, 3)]
    assert observations_fold(after_seconds=0) == 0


def test_fresh_deltas_are_left_until_late_answers_are_in() -> None:
    _add(_delta(0))
    assert observations_fold() == 0
    assert ObservationDelta.objects.count() == 1


def test_the_peak_is_of_any_second_not_only_of_the_clocks() -> None:
    """Ten in the last half of one second and ten in the first half of the next."""
    _add(_delta(0, "tenth", 10, bucket=7), _delta(1, "tenth", 10, bucket=2))
    observations_fold(after_seconds=0)
    # Of the carrier, then of the sender.
    assert _sums("peak_second") == [(NOON, 20), (NOON, 20)]
    assert _sums("peak_minute", "h") == [(NOON, 20), (NOON, 20)]


def test_segments_more_than_a_second_apart_make_no_peak() -> None:
    _add(_delta(0, "tenth", 10, bucket=1), _delta(1, "tenth", 10, bucket=2, sender=8))
    observations_fold(after_seconds=0)
    assert _sums("peak_second") == [(NOON, 10), (NOON, 10), (NOON, 10)]


def test_a_greater_peak_stays_when_a_smaller_one_comes() -> None:
    for count in (30, 10):
        _add(_delta(0, "tenth", count, bucket=1))
        observations_fold(after_seconds=0)
    assert _sums("peak_second") == [(NOON, 30), (NOON, 30)]


def test_sums_are_dropped_when_their_grain_is_kept_long_enough() -> None:
    _add(_delta(0))
    observations_fold(after_seconds=0)
    with clock.freeze(NOON + timedelta(days=5)):
        assert observations_forget() == 1
    assert not _sums("accepted")
    assert _sums("accepted", "h") == [(NOON, 1)]
