"""What an operator has to do later: one heap, one timer."""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from time import monotonic
from typing import Any, Final, TypeVar

Argument = TypeVar("Argument")

# Things due within this time are done together, so that a burst costs one pass, not thousands.
GRAIN_SECONDS: Final = 0.002


class Agenda:
    """Calls `action(argument)` when it is due, then `after()` once per pass."""

    def __init__(self, loop: asyncio.AbstractEventLoop, after: Callable[[], None]) -> None:
        self._loop = loop
        self._after = after
        # Any: every action has its own kind of argument; `add` sees that they fit in pairs.
        self._entries: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._in_pass = False

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, due: float, action: Callable[[Argument], None], argument: Argument) -> None:
        """Plan `action(argument)` for the monotonic time `due`; equal times keep their order."""
        self._count += 1
        heappush(self._entries, (due, self._count, action, argument))
        if self._in_pass or (self._timer is not None and self._timer.when() <= due):
            return
        self._set_timer(due)

    def _set_timer(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        entries = self._entries
        limit = monotonic() + GRAIN_SECONDS
        self._in_pass = True
        try:
            while entries and entries[0][0] <= limit:
                _, _, action, argument = heappop(entries)
                action(argument)
        finally:
            self._in_pass = False
        self._timer = None
        if entries:
            self._set_timer(entries[0][0])
        self._after()

    def close(self) -> None:
        """Forget everything that is not done."""
        self._entries.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
