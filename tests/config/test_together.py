"""What threads want at the same time is done together, and nobody fails for another's sake."""

import threading

import pytest

from config.common.together import Together
from tests.messaging.threads import in_threads
from tests.waiting import until

WAIT = 10


def is_unclear(error):
    return isinstance(error, ConnectionError)


class Scene:
    """Work whose first group waits until so many others have come."""

    def __init__(self, *, others=0, most=10, refuses=lambda items: False):
        self.groups, self.refuses, self.others = [], refuses, others
        self.began = threading.Event()
        self.together = Together(self.work, is_unclear=is_unclear, most=most)

    def work(self, items):
        self.groups.append(list(items))
        if len(self.groups) == 1 and self.others:
            self.began.set()
            until(lambda: len(self.together._waiting["key"]) >= self.others, WAIT)
        if self.refuses(items):
            raise ValueError(f"not {sorted(items)}")
        return [item * 10 for item in items]

    def ask(self, worker):
        """The first comes first; what it raised, as a text."""
        if worker:
            assert self.began.wait(WAIT)
        try:
            return self.together.do("key", worker)
        except ValueError as error:
            return str(error)


def test_one_that_comes_alone_is_done_alone():
    scene = Scene()
    assert [scene.together.do("key", item) for item in (1, 2)] == [10, 20]
    assert scene.groups == [[1], [2]]
    assert scene.together._waiting == {}


def test_those_who_come_meanwhile_are_the_next_group():
    scene = Scene(others=4)
    assert in_threads(5, scene.ask) == [0, 10, 20, 30, 40]
    assert [sorted(group) for group in scene.groups] == [[0], [1, 2, 3, 4]]
    assert scene.together._waiting == {}


def test_group_has_a_limit_and_the_rest_goes_on_with_one_of_its_own():
    scene = Scene(others=4, most=3)
    assert in_threads(5, scene.ask) == [0, 10, 20, 30, 40]
    assert [len(group) for group in scene.groups] == [1, 3, 1]


def test_one_that_cannot_be_done_fails_alone():
    scene = Scene(others=3, refuses=lambda items: 2 in items)
    assert in_threads(4, scene.ask) == [0, 10, "not [2]", 30]
    first, group, *alone = scene.groups
    assert (first, sorted(group), sorted(alone)) == ([0], [1, 2, 3], [[1], [2], [3]])


def test_nothing_is_done_again_where_nobody_knows_whether_it_was_done():
    scene = Scene(others=3)
    work = scene.together._work

    def lost_afterwards(items):
        outcomes = work(items)
        if len(items) > 1:
            raise ConnectionError
        return outcomes

    scene.together._work = lost_afterwards

    def ask(worker):
        try:
            return scene.ask(worker)
        except ConnectionError:
            return "lost"

    assert in_threads(4, ask) == [0, "lost", "lost", "lost"]
    assert [sorted(group) for group in scene.groups] == [[0], [1, 2, 3]]


def test_keys_do_not_wait_for_one_another():
    scene = Scene(others=1)

    def ask(worker):
        if worker != 1:
            return scene.ask(worker)
        assert scene.began.wait(WAIT)
        return scene.together.do("other", 1)  # while the first is at work until the third comes

    assert in_threads(3, ask) == [0, 10, 20]


def test_thread_that_is_ended_in_the_middle_leaves_nobody_waiting():
    began, may_end = threading.Event(), threading.Event()

    def work(items):
        if items == ["first"]:
            began.set()
            assert may_end.wait(WAIT)
            raise SystemExit
        return items

    together = Together(work, is_unclear=is_unclear, most=10)
    ended = []

    def first():
        with pytest.raises(SystemExit):
            together.do("key", "first")
        ended.append(True)

    def second():
        assert began.wait(WAIT)
        threading.Timer(0.05, may_end.set).start()
        return together.do("key", "second")

    assert in_threads(2, lambda worker: second() if worker else first()) == [None, "second"]
    assert ended
