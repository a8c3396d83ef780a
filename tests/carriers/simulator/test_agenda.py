import asyncio
from time import monotonic

from carriers.simulator.agenda import Agenda


def done_in_order(plan) -> list[str]:
    """Let `plan(agenda, done)` fill an agenda; return what it did once nothing is left."""
    done: list[str] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        empty = loop.create_future()

        def after() -> None:
            done.append("|")
            if not len(agenda) and not empty.done():
                empty.set_result(None)

        agenda = Agenda(loop, after)
        plan(agenda, done.append)
        await empty

    asyncio.run(run())
    return done


def test_things_are_done_when_due_and_equal_ones_in_order():
    now = monotonic()

    def plan(agenda, do):
        for due, name in ((0.03, "late"), (0.0, "first"), (0.0, "second")):
            agenda.add(now + due, do, name)

    assert done_in_order(plan) == ["first", "second", "|", "late", "|"]


def test_what_an_action_plans_is_done_too():
    def plan(agenda, do):
        def again(name: str) -> None:
            do(name)
            agenda.add(monotonic() + 0.01, do, "second")

        agenda.add(monotonic(), again, "first")

    assert done_in_order(plan) == ["first", "|", "second", "|"]


def test_a_closed_agenda_does_nothing_more():
    done = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        agenda = Agenda(loop, lambda: done.append("|"))
        agenda.add(monotonic(), done.append, "never")
        agenda.close()
        later = loop.create_future()
        loop.call_later(0.01, later.set_result, None)
        await later

    asyncio.run(run())
    assert done == []
