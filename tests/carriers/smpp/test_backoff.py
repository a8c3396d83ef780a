from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp.backoff import Backoff


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
