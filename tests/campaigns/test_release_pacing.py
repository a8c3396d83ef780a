import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.pacing import Pace


def test_without_a_limit_a_whole_slice_may_go():
    pace = Pace(None, 0.0)
    assert (pace.allowed(0.0, 1000), pace.wait_seconds()) == (1000, 0.0)


def test_it_begins_empty_and_says_when_to_come_back():
    pace = Pace(8, 100.0)
    assert pace.allowed(100.0, 1000) == 0
    assert pace.wait_seconds() == pytest.approx(0.25)
    assert pace.allowed(100.25, 1000) == 2


def test_a_long_sleep_gives_no_burst():
    pace = Pace(8, 0.0)
    assert pace.allowed(3600.0, 1000) == 2


def test_less_than_one_in_a_quarter_second_goes_one_by_one():
    pace = Pace(2, 0.0)
    assert [pace.allowed(at, 10) for at in (0.25, 0.49, 0.5)] == [0, 0, 1]


@given(rate=st.integers(1, 5000), steps=st.lists(st.floats(0.001, 3.0), max_size=60))
def test_never_more_than_the_rate_in_any_span(rate, steps):
    pace, now, taken = Pace(rate, 0.0), 0.0, [(0.0, 0)]
    for step in steps:
        now += step
        count = pace.allowed(now, 1000)
        pace.take(count)
        taken.append((now, count))
    for index, (start, _count) in enumerate(taken):
        total = 0
        for at, count in taken[index + 1 :]:
            total += count
            assert total <= rate * (at - start) + max(1.0, rate / 4) + 1e-3
