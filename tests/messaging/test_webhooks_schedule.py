"""Retries and rests."""

from datetime import UTC, datetime, timedelta

import pytest

from messaging.webhooks import schedule

NOW = datetime(2027, 1, 31, 2, 0, tzinfo=UTC)


def test_waits_are_those_of_the_specification():
    waits = [schedule.next_attempt(n, NOW, chance=0.0) - NOW for n in range(10)]
    seconds = [wait.total_seconds() for wait in waits]
    hours = [2, 5, 10, 14, 20, 24]
    assert seconds == [0, 5, 300, 1800, *(hour * 3600 for hour in hours)]


def test_after_ten_attempts_it_is_given_up():
    assert schedule.next_attempt(10, NOW, chance=0.0) is None


def test_jitter_only_ever_delays_and_by_a_tenth_at_most():
    waits = [schedule.next_attempt(2, NOW, chance=chance) - NOW for chance in (0.0, 0.5, 1.0)]
    assert [wait.total_seconds() for wait in waits] == [300, 315, 330]


@pytest.mark.parametrize(("asked", "seconds"), [(60, 60), (1, 5), (10**6, 86400)])
def test_retry_after_is_honoured_where_it_is_later(asked, seconds):
    at = schedule.next_attempt(1, NOW, chance=0.0, retry_after=timedelta(seconds=asked))
    assert (at - NOW).total_seconds() == seconds


@pytest.mark.parametrize(
    ("failing_seconds", "rest_seconds"), [(0, 1), (100, 10), (10_000, 300), (10**6, 300)]
)
def test_rest_grows_with_the_failure(failing_seconds, rest_seconds):
    since = NOW - timedelta(seconds=failing_seconds)
    assert (schedule.pause(since, NOW, None) - NOW).total_seconds() == rest_seconds


def test_rest_that_is_asked_for_is_given():
    assert schedule.pause(NOW, NOW, timedelta(minutes=9)) == NOW + timedelta(minutes=9)


def test_three_days_without_success_are_hopeless():
    assert schedule.is_hopeless(NOW - timedelta(days=3), NOW)
    assert not schedule.is_hopeless(NOW - timedelta(days=2, hours=23), NOW)
