import select
import threading

import pytest

from carriers.smpp.wakeup import Wakeup


@pytest.fixture
def wakeup():
    made = Wakeup()
    yield made
    made.close()


def is_ready(wakeup):
    return bool(select.select([wakeup], [], [], 0)[0])


def test_set_wakes_once_however_often(wakeup):
    for _ in range(100_000):
        wakeup.set()
    assert is_ready(wakeup)
    wakeup.drain()
    assert not is_ready(wakeup)


def test_draining_what_was_not_set_changes_nothing(wakeup):
    wakeup.drain()
    wakeup.set()
    assert is_ready(wakeup)


def test_no_wake_up_is_lost_between_two_threads(wakeup):
    """A consumer that drains first and looks afterwards sees every item."""
    items, seen, total = [], 0, 20_000

    def produce():
        for number in range(total):
            items.append(number)
            wakeup.set()

    thread = threading.Thread(target=produce)
    thread.start()
    while seen < total:
        assert select.select([wakeup], [], [], 10.0)[0], "a wake-up was lost"
        wakeup.drain()
        seen = len(items)
    thread.join()


def test_set_after_close_is_harmless():
    wakeup = Wakeup()
    wakeup.close()
    wakeup.set()
