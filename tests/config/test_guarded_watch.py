"""The watch over exchanges: whatever else it waits for, each socket is cut in time."""

import socket
import threading
import time

import pytest

from config.common.guarded.connections import Watch


@pytest.fixture
def pairs():
    made = [socket.socketpair() for _ in range(2)]
    yield made
    for pair in made:
        for one in pair:
            one.close()


def test_earlier_deadline_is_not_kept_waiting_by_a_later_one(pairs):
    (late, _), (early, other) = pairs
    watch = Watch()
    watch.add(late, time.monotonic() + 60)
    threading.Event().wait(0.05)  # it waits for that one now
    watch.add(early, time.monotonic() + 0.05)
    other.settimeout(20)
    assert other.recv(1) == b""
    late.send(b"still open")
    watch.remove(late)


def test_socket_whose_exchange_ended_is_left_alone(pairs):
    (first, _), (second, other) = pairs
    watch = Watch()
    watch.add(first, time.monotonic() + 0.05)
    watch.remove(first)
    watch.add(second, time.monotonic() + 0.1)
    other.settimeout(20)
    assert other.recv(1) == b""
    first.send(b"still open")
