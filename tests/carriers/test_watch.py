"""Who may follow a silent holder, and how binds spread: by what was seen, not by any clock."""

from datetime import UTC, datetime, timedelta

import pytest

from carriers.watch import SeenLease, Watch, has_surplus, may_take

LEASE = 8.0
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def lease(expires_at: datetime | None = NOW, epoch: int = 1) -> SeenLease:
    return SeenLease(7, epoch, expires_at, "one", "", True)


def test_released_lease_is_over_at_once():
    assert Watch().is_over(lease(None), 0.0, LEASE)


@pytest.mark.parametrize("leap", [timedelta(hours=-1), timedelta(), timedelta(hours=1)])
def test_silent_holder_is_followed_after_a_whole_lease_whatever_the_clock_says(leap):
    """`expires_at` may lie in the past or far ahead: only that nobody changes it counts."""
    watch, silent = Watch(), lease(NOW + leap)
    watch.see([silent], 100.0)
    assert not watch.is_over(silent, 107.9, LEASE)
    assert watch.is_over(silent, 108.0, LEASE)


def test_renewal_starts_the_count_again():
    watch = Watch()
    watch.see([lease()], 100.0)
    watch.see([lease(NOW + timedelta(seconds=1))], 107.0)
    assert not watch.is_over(lease(NOW + timedelta(seconds=1)), 114.0, LEASE)


def test_renewal_to_an_earlier_time_counts_too():
    """The database's clock was set back."""
    watch, renewed = Watch(), lease(NOW - timedelta(minutes=1))
    watch.see([lease()], 100.0)
    watch.see([renewed], 107.0)
    assert not watch.is_over(renewed, 114.0, LEASE)


def test_worker_that_has_just_started_has_seen_nothing():
    long_ago = lease(NOW - timedelta(days=1))
    watch = Watch()
    assert not watch.is_over(long_ago, 50.0, LEASE)
    watch.see([long_ago], 50.0)
    assert not watch.is_over(long_ago, 57.0, LEASE)


def test_bind_that_nobody_takes_holds_up_no_spreading():
    watch, free = Watch(), lease(None)
    watch.see([free], 0.0)
    assert watch.is_waiting(free, 1.0)
    assert not watch.is_waiting(free, 60.0)


@pytest.mark.parametrize(
    ("own", "others", "waited", "takes"),
    [
        (0, [], 0.0, True),
        (3, [], 0.0, True),
        (1, [1, 4], 0.0, True),
        (2, [1, 4], 0.0, False),
        (2, [1, 4], 3.0, True),
    ],
)
def test_those_with_the_fewest_take_first(own, others, waited, takes):
    assert may_take(own, others, waited) is takes


@pytest.mark.parametrize(
    ("own", "others", "surplus"),
    [(1, [0], False), (2, [0], True), (3, [2, 2], False), (4, [3, 2], True), (5, [], False)],
)
def test_difference_of_one_is_even(own, others, surplus):
    assert has_surplus(own, others) is surplus


@pytest.mark.parametrize("workers", range(2, 6))
@pytest.mark.parametrize("binds", [1, 4, 7, 20])
def test_giving_comes_to_an_end_and_ends_even(binds, workers):
    counts = [binds, *[0] * (workers - 1)]
    for _ in range(binds):
        giver = counts.index(max(counts))
        others = counts[:giver] + counts[giver + 1 :]
        if has_surplus(counts[giver], others):
            counts[counts.index(min(counts))] += 1
            counts[giver] -= 1
    assert max(counts) - min(counts) <= 1
