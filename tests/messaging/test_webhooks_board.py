"""Who posts what: turns of endpoints, shares of the threads, and what is given back."""

import time
from typing import NamedTuple

from messaging.webhooks import board as boards
from messaging.webhooks.board import Board


class Attempt(NamedTuple):
    endpoint_id: int
    number: int
    claimed_at: float = float("inf")


def make_board(*attempts, threads=32, per_endpoint=16):
    board = Board(threads, per_endpoint)
    board.put(attempts)
    return board


def attempts(endpoint_id, count):
    return [Attempt(endpoint_id, number) for number in range(count)]


def taken(board, count):
    return [board.take() for _ in range(count)]


def test_endpoints_take_turns_and_each_keeps_its_order():
    board = make_board(*attempts(1, 3), *attempts(2, 3))
    order = [(one.endpoint_id, one.number) for one in taken(board, 4)]
    assert order == [(1, 0), (2, 0), (1, 1), (2, 1)]


def test_one_endpoint_never_takes_more_than_its_most():
    board = make_board(*attempts(1, 40))
    taken(board, 16)
    board.put([Attempt(2, 0)])
    assert board.take() == Attempt(2, 0)  # the rest of the first one waits
    assert board.held() == {1: 40, 2: 1}


def test_each_takes_half_of_the_threads_that_others_leave():
    board = make_board(*attempts(1, 8), threads=8)
    taken(board, 4)
    board.put([*attempts(2, 8), *attempts(3, 1)])
    assert [one.endpoint_id for one in taken(board, 3)] == [2, 3, 2]


def test_failure_gives_the_endpoints_others_back_and_leaves_the_rest():
    board = make_board(*attempts(1, 3), *attempts(2, 2))
    first = board.take()
    board.answer(first, "refused", is_success=False)
    found = board.collect(0.0, 0.0)
    assert found.answered == [(first, "refused")]
    assert found.returned == attempts(1, 3)[1:]
    assert board.held() == {2: 2}


def test_what_waited_too_long_is_given_back_unposted():
    old = Attempt(1, 0, time.monotonic() - boards.FRESH_SECONDS - 1)
    board = make_board(old, Attempt(1, 1))
    assert board.take() == Attempt(1, 1)
    assert board.collect(0.0, 0.0).returned == [old]


def test_end_gives_back_what_nobody_took_and_ends_the_threads():
    board = make_board(*attempts(1, 2))
    first = board.take()
    board.stop_new()
    board.close()
    assert board.take() is None
    assert board.collect(0.0, 0.0).returned == [Attempt(1, 1)]
    assert board.held() == {1: 1}
    board.answer(first, "taken", is_success=True)
    assert not board.held()
