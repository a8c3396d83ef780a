"""What threads of a process want done at the same time, done together by one of them.

What comes while one piece of work is under way is the next piece, as databases commit in groups:
nobody waits for company, and the busier it is, the less each costs.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Together(Generic[Item, Outcome]):
    """Does items of the same key together, one group at a time for each key.

    `work` gets the items in the order in which they came, and answers with an outcome for each.
    Where it raises for several, each is done alone: nobody fails for another's sake, so it may
    leave nothing behind then. After an error that `is_unclear`, where nobody knows whether it did,
    nothing is done again: it is everybody's. `most`: of one group.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Outcome]],
        *,
        is_unclear: Callable[[Exception], bool],
        most: int,
    ) -> None:
        self._work, self._is_unclear, self._most = work, is_unclear, most
        self._lock = threading.Lock()
        # Those who wait, by key; a key is here as long as somebody is at work for it.
        self._waiting: dict[Hashable, list[_Place[Item, Outcome]]] = {}

    def do(self, key: Hashable, item: Item) -> Outcome:
        """The item's outcome, when its group is done. Raises what its work raised."""
        own = _Place[Item, Outcome](item)
        with self._lock:
            queue = self._waiting.get(key)
            if queue is None:
                self._waiting[key] = []
            else:
                queue.append(own)
        if queue is not None:
            own.called.wait()
        if not own.is_done:
            self._lead(key, own)
        return own.result()

    def _lead(self, key: Hashable, own: "_Place[Item, Outcome]") -> None:
        """Does the group that has come together; the first of those who came meanwhile goes on."""
        with self._lock:
            queue = self._waiting[key]
            group = [own, *queue[: self._most - 1]]
            del queue[: self._most - 1]
        try:
            self._do(group)
        finally:
            with self._lock:
                queue = self._waiting[key]
                if queue:
                    queue.pop(0).called.set()
                else:
                    del self._waiting[key]
            for place in group:
                place.is_done = True
                place.called.set()

    def _do(self, group: "Sequence[_Place[Item, Outcome]]") -> None:
        try:
            outcomes = self._work([place.item for place in group])
        except Exception as error:  # noqa: BLE001  raised again in the thread that asked
            if len(group) == 1 or self._is_unclear(error):
                for place in group:
                    place.error = error
                return
            for place in group:
                self._do([place])
            return
        for place, outcome in zip(group, outcomes, strict=True):
            place.outcomes.append(outcome)


@dataclass(eq=False, slots=True)
class _Place(Generic[Item, Outcome]):
    """One thread's item; `called`: it is done, or the thread is to lead the next group."""

    item: Item
    called: threading.Event = field(default_factory=threading.Event)
    is_done: bool = False
    outcomes: list[Outcome] = field(default_factory=list)
    error: Exception | None = None

    def result(self) -> Outcome:
        if self.error is not None:
            raise self.error
        if not self.outcomes:  # its leader was ended in the middle
            raise RuntimeError("the thread that did this ended before it was done")
        return self.outcomes[0]
