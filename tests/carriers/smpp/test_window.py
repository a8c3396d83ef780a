import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp.window import MOST_OVERDUE, Pending, Window, reserved_slots
from tests.carriers.smpp.support import make_submission


def pending(sent_at=0.0):
    return Pending(make_submission(), sent_at, 0.0, 0, 0)


@pytest.mark.parametrize(
    ("size", "reserved"),
    [(1, 0), (3, 0), (4, 1), (10, 2), (20, 5), (50, 5), (100, 10), (200, 20)],
)
def test_about_a_tenth_and_at_least_five_are_kept_for_express(size, reserved):
    assert reserved_slots(size) == reserved


@given(size=st.integers(1, 1000), used=st.integers(0, 1000))
def test_bulk_always_has_a_slot_and_never_the_reserved_ones(size, used):
    window = Window(size)
    for sequence in range(min(used, size)):
        window.add(sequence, pending())
    assert window.free(express=True) == size - len(window)
    assert window.free(express=False) == max(0, size - reserved_slots(size) - len(window))
    assert Window(size).free(express=False) >= 1


def test_full_of_bulk_still_takes_express():
    window = Window(20)
    for sequence in range(15):
        window.add(sequence, pending())
    assert (window.free(express=False), window.free(express=True)) == (0, 5)


def test_answers_come_in_any_order_and_once():
    window = Window(10)
    first, second = pending(), pending()
    window.add(1, first)
    window.add(2, second)
    assert window.pop(2) is second
    assert window.pop(1) is first
    assert window.pop(1) is None
    assert len(window) == 0


def test_what_expired_is_remembered_once_and_not_without_end():
    window = Window(MOST_OVERDUE + 10)
    for sequence in range(MOST_OVERDUE + 2):
        window.add(sequence, pending())
    window.expire(60.0, 60.0)
    assert [window.pop_overdue(sequence) for sequence in (0, 1)] == [None, None]
    assert window.pop_overdue(2) is not None
    assert window.pop_overdue(2) is None


def test_expiry_takes_exactly_what_waited_for_the_timer_oldest_first():
    window = Window(10)
    for sequence, sent_at in enumerate([0.0, 1.0, 2.0]):
        window.add(sequence, pending(sent_at))
    assert [each.sent_at for each in window.expire(61.0, 60.0)] == [0.0, 1.0]
    assert window.oldest_sent_at() == 2.0


def test_sequence_in_flight_is_not_used_twice():
    window = Window(10)
    window.add(1, pending())
    with pytest.raises(ValueError, match="sequence_number 1"):
        window.add(1, pending())


def test_clear_returns_everything_and_frees_the_window():
    window = Window(4)
    window.add(1, pending())
    window.add(2, pending())
    assert len(window.clear()) == 2
    assert window.free(express=True) == 4


def test_reserving_the_whole_window_is_refused():
    with pytest.raises(ValueError, match="bulk"):
        Window(5, reserved=5)
