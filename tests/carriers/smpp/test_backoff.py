import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp.backoff import Backoff, BindBackoff


def test_ceiling_doubles_up_to_the_cap():
    backoff = Backoff(1.0, 60.0, jitter=lambda: 1.0)
    waits = [backoff.next_seconds() for _ in range(8)]
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


@given(jitter=st.floats(0.0, 1.0, exclude_max=True), failures=st.integers(1, 100))
def test_wait_lies_anywhere_below_the_ceiling(jitter, failures):
    backoff = Backoff(1.0, 60.0, jitter=lambda: jitter)
    waits = [backoff.next_seconds() for _ in range(failures)]
    assert waits[-1] == min(60.0, 2.0 ** (failures - 1)) * jitter


def test_reset_starts_from_the_base():
    backoff = Backoff(1.0, 60.0, jitter=lambda: 1.0)
    for _ in range(5):
        backoff.next_seconds()
    backoff.reset()
    assert backoff.next_seconds() == 1.0


@given(jitter=st.floats(0.0, 1.0, exclude_max=True), refusals=st.integers(1, 200))
def test_smsc_that_remembers_a_dead_session_is_asked_gently_and_soon(jitter, refusals):
    backoff = BindBackoff(1.0, 60.0, jitter=lambda: jitter)
    waits = [backoff.next_seconds(0x05) for _ in range(refusals)]
    assert all(5.0 <= seconds <= 10.0 for seconds in waits)


def test_failed_bind_may_mean_a_dead_session_only_for_a_while():
    backoff = BindBackoff(1.0, 60.0, jitter=lambda: 1.0)
    waits = [backoff.next_seconds(0x0D) for _ in range(40)]
    assert waits[:24] == [10.0] * 24
    assert waits[-1] == 60.0


@pytest.mark.parametrize("status", [0x08, 0x0D, 0x58, 0x400])
def test_refused_bind_is_never_repeated_at_once(status):
    backoff = BindBackoff(0.1, 60.0, jitter=lambda: 0.0)
    assert {backoff.next_seconds(status) for _ in range(50)} == {5.0}


def test_lost_connection_begins_from_the_base_after_refusals():
    backoff = BindBackoff(1.0, 60.0, jitter=lambda: 1.0)
    for _ in range(30):
        backoff.next_seconds(0x05)
    assert [backoff.next_seconds(), backoff.next_seconds()] == [1.0, 2.0]
    backoff.reset()
    assert backoff.next_seconds() == 1.0
