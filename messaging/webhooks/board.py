"""Attempts between the thread that claims and settles them and the threads that post them.

Handing each attempt over by itself costs more than posting it, so both sides take what is
there: a thread its next attempt as soon as it has an answer, the settling side all answers
that have come.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

# Half of a claim's time: nobody posts what falls due again meanwhile.
FRESH_SECONDS: Final = 30.0


class Waiting(Protocol):
    """What the board has to know of an attempt; `claimed_at` is monotonic."""

    @property
    def endpoint_id(self) -> int: ...

    @property
    def claimed_at(self) -> float: ...


Job = TypeVar("Job", bound=Waiting)
Reply = TypeVar("Reply")


class Collected(NamedTuple, Generic[Job, Reply]):
    """What came since the last time: answers, and attempts that nobody made."""

    answered: list[tuple[Job, Reply]]
    returned: list[Job]


class Board(Generic[Job, Reply]):
    """Attempts by endpoint; `threads` share them so that a slow receiver never has them all."""

    def __init__(self, threads: int, per_endpoint: int) -> None:
        self._changed = threading.Condition()
        self._came = threading.Event()
        self._pause = threading.Event()  # never set: its wait is the pause
        self._waiting: dict[int, deque[Job]] = {}
        self._turns: deque[int] = deque()  # endpoints with something waiting
        self._flying: Counter[int] = Counter()
        self._idle = threads
        self._per_endpoint = per_endpoint
        self._answered: list[tuple[Job, Reply]] = []
        self._returned: list[Job] = []
        self._is_closed = False

    def put(self, jobs: Sequence[Job]) -> None:
        """More to post."""
        with self._changed:
            for job in jobs:
                queue = self._waiting.get(job.endpoint_id)
                if queue is None:
                    queue = self._waiting[job.endpoint_id] = deque()
                    self._turns.append(job.endpoint_id)
                queue.append(job)
            self._changed.notify(len(jobs))

    def take(self) -> Job | None:
        """The next attempt for the calling thread, waiting for it; None at the end."""
        with self._changed:
            while not self._is_closed:
                job = self._next()
                if job is not None:
                    self._flying[job.endpoint_id] += 1
                    self._idle -= 1
                    return job
                self._changed.wait()
            return None

    def answer(self, job: Job, reply: Reply, *, is_success: bool) -> None:
        """What became of an attempt, from the thread that takes the next one: so nobody else is
        woken. After a failure the endpoint's others are given back: it gets a probe at a time."""
        with self._changed:
            self._answered.append((job, reply))
            self._idle += 1
            self._flying[job.endpoint_id] -= 1
            if not self._flying[job.endpoint_id]:
                del self._flying[job.endpoint_id]
            if not is_success:
                self._withdraw(job.endpoint_id)
        if not self._came.is_set():
            self._came.set()

    def collect(self, seconds: float, gather_seconds: float) -> Collected[Job, Reply]:
        """Waits at most `seconds` for answers, and `gather_seconds` more for their company."""
        if self._came.wait(seconds):
            self._pause.wait(gather_seconds)
        self._came.clear()
        with self._changed:
            found = Collected(self._answered, self._returned)
            self._answered, self._returned = [], []
        return found

    def held(self) -> Counter[int]:
        """How many of each endpoint are claimed, and neither answered nor given back."""
        with self._changed:
            return self._flying + Counter(
                {endpoint: len(queue) for endpoint, queue in self._waiting.items()}
            )

    def stop_new(self) -> None:
        """Gives back everything that no thread has taken yet."""
        with self._changed:
            for endpoint_id in list(self._waiting):
                self._withdraw(endpoint_id)

    def close(self) -> None:
        """Ends the threads, each after its attempt."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _next(self) -> Job | None:
        """Endpoints take turns; one takes at most half of the threads that others leave."""
        for _ in range(len(self._turns)):
            endpoint_id = self._turns[0]
            queue = self._waiting[endpoint_id]
            self._turns.rotate(-1)
            while queue and queue[0].claimed_at + FRESH_SECONDS < time.monotonic():
                self._returned.append(queue.popleft())
            job = queue.popleft() if queue and self._may_fly(endpoint_id) else None
            if not queue:
                self._forget(endpoint_id)
            if job is not None:
                return job
        return None

    def _may_fly(self, endpoint_id: int) -> bool:
        flying = self._flying[endpoint_id]
        return flying < min(self._per_endpoint, (self._idle + flying + 1) // 2)

    def _withdraw(self, endpoint_id: int) -> None:
        if endpoint_id in self._waiting:
            self._returned += self._waiting[endpoint_id]
            self._forget(endpoint_id)
            self._came.set()

    def _forget(self, endpoint_id: int) -> None:
        del self._waiting[endpoint_id]
        self._turns.remove(endpoint_id)
