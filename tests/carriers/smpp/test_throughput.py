import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carriers.smpp.throughput import JITTER_SECONDS, UNLIMITED, Gcra, LimiterSet

RATES = st.one_of(
    st.integers(1, 1000).map(float), st.floats(0.2, 5.0), st.sampled_from([1.0, 2.5, 0.5])
)
# Waits between looks at the limiter, and what is wanted then.
LOOKS = st.lists(
    st.tuples(
        st.one_of(st.floats(0.0, 0.02), st.floats(0.0, 1.5)),
        st.one_of(st.integers(1, 3), st.just(10_000)),
        st.booleans(),
    ),
    min_size=5,
    max_size=200,
)


def send(limiter, looks, start=1000.0):
    """Take as much as wanted and possible at each look; returns the time of each segment."""
    now, sent = start, []
    for wait, wanted, express in looks:
        now += wait
        n = min(wanted, limiter.available(now, express))
        limiter.take(n, now)
        sent += [now] * n
    return sent


def most_within(times, seconds):
    """The most segments in any half-open window of that length."""
    most = start = 0
    for end, at in enumerate(times):
        while times[start] <= at - seconds:
            start += 1
        most = max(most, end - start + 1)
    return most


@given(rate=RATES, looks=LOOKS)
@example(rate=10.0, looks=[(0.0, 10_000, True)] * 5 + [(0.01, 10_000, True)] * 195)
def test_no_rolling_second_holds_more_than_the_contract(rate, looks):
    seconds = max(1.0, 1.0 / rate)
    sent = send(Gcra(rate), looks)
    assert most_within(sent, seconds + JITTER_SECONDS * 0.99) <= rate * seconds + 1e-6


@given(rate=st.integers(1, 1000), looks=LOOKS)
def test_at_most_a_tenth_of_a_second_leaves_at_once(rate, looks):
    sent = send(Gcra(float(rate)), looks)
    at_once = max((len(list(same)) for _, same in itertools.groupby(sent)), default=0)
    assert at_once <= rate * 0.1 + 1


@pytest.mark.parametrize("rate", [5, 100, 1000])
def test_a_busy_sender_gets_its_contract_but_for_the_jitter(rate):
    looks = [(0.002, 10_000, False)] * 10_000  # twenty seconds
    sent = send(Gcra(float(rate)), looks)
    assert len(sent) >= 0.99 * 20 * rate / (1 + JITTER_SECONDS) - 1


def test_late_looks_are_made_up_for_within_the_burst():
    looks = [(0.025, 10_000, True)] * 800  # twenty seconds of a thread that is always late
    assert len(send(Gcra(100.0), looks)) >= 0.95 * 20 * 100 / (1 + JITTER_SECONDS)


def test_express_finds_room_while_bulk_is_saturated():
    limiter, now, waits = Gcra(50.0), 1000.0, []
    for step in range(5000):
        now += 0.002
        limiter.take(limiter.available(now, express=False), now)
        if step % 100 == 50:
            waits.append(limiter.next_at(now) - now)
    assert max(waits) <= 1.05 / 50 + 0.1 / 3  # not the rest of a used-up second


@given(rate=RATES, looks=LOOKS)
def test_next_at_is_when_something_may_leave_and_not_later(rate, looks):
    limiter = Gcra(rate)
    send(limiter, looks)
    now = 1000.0 + sum(wait for wait, _, _ in looks)
    at = limiter.next_at(now)
    if at > now + 1e-3:
        assert limiter.available(at - 1e-3) == 0
    assert limiter.available(at + 1e-6) >= 1


def test_lowered_rate_counts_what_already_left():
    limiter = Gcra(100.0)
    sent = send(limiter, [(0.01, 10_000, True)] * 50)
    limiter.set_rate(10.0)
    assert len(sent) > 10
    assert limiter.available(1000.5) == 0
    assert limiter.next_at(1000.5) > 1001.0


def test_unlimited_never_waits():
    limiter = Gcra(None)
    limiter.take(100_000, 1.0)
    assert limiter.available(1.0) == UNLIMITED
    assert limiter.next_at(1.0) == 1.0


def test_taking_more_than_available_is_a_mistake():
    limiter = Gcra(10.0)
    with pytest.raises(ValueError, match="available"):
        limiter.take(5, 1.0)


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_rate_of_nothing_is_refused(rate):
    with pytest.raises(ValueError, match="above 0"):
        Gcra(rate)


def test_senders_have_contracts_of_their_own():
    limits = LimiterSet(None)
    limits.sender(1, 1.0).take(1, 50.0)
    assert not limits.may_take(1, 1.0, 50.0)
    assert limits.may_take(2, 1.0, 50.0)
    assert limits.may_take(1, None, 50.0)


def test_changed_contract_of_a_sender_keeps_what_it_sent():
    limits = LimiterSet(None)
    limits.sender(1, 1.0).take(1, 50.0)
    assert limits.may_take(1, 20.0, 50.1)
    assert limits.sender(1, 20.0) is limits.sender(1, 20.0)
