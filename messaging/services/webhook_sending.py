"""Delivers what is due: claimed for a minute, posted by threads, settled by groups.

At least once: a claim whose worker died falls due again. Only the calling thread talks to
the database; the threads only speak HTTP.
"""

import random
import time
from collections import Counter
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Final

from config.common import clock, logs
from messaging.services.locks import DELIVERER, session_lock
from messaging.services.webhook_claims import Claimed, deliveries_claim, jobs_make
from messaging.services.webhook_planning import deliveries_plan
from messaging.services.webhook_results import Result, results_settle
from messaging.webhooks import client
from messaging.webhooks.client import Answer

log = logs.get_logger(__name__)

THREADS: Final = 32
_CLAIM_FROM: Final = THREADS // 4
_PLAN_EVERY_SECONDS: Final = 0.5
# How many workers deliver at a time; the others leave their thread to other tasks.
DELIVERERS: Final = 2


def deliveries_send(*, budget_seconds: float = 20.0) -> dict[str, int]:
    """Delivers until nothing is due or the budget is spent, planning new events meanwhile."""
    for slot in range(DELIVERERS):
        with session_lock(DELIVERER, slot) as is_ours:
            if is_ours:
                with ThreadPoolExecutor(THREADS, thread_name_prefix="webhook") as threads:
                    return dict(_Delivering(threads).run(budget_seconds))
    return {"busy": 1}


class _Delivering:
    """One run: which attempts are in the air, and what came of the others."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._in_flight: dict[Future[Answer], Claimed] = {}
        self._counts: Counter[str] = Counter()
        self._planned_at = time.monotonic()

    def run(self, budget_seconds: float) -> Counter[str]:
        deadline = time.monotonic() + budget_seconds
        while True:
            is_open = time.monotonic() < deadline
            if is_open and THREADS - len(self._in_flight) >= _CLAIM_FROM:
                self._plan()
                self._start()
            if not self._in_flight:
                return self._counts
            done, _pending = wait(self._in_flight, timeout=0.2, return_when=FIRST_COMPLETED)
            self._settle(done)

    def _plan(self) -> None:
        if time.monotonic() - self._planned_at >= _PLAN_EVERY_SECONDS:
            self._planned_at = time.monotonic()
            deliveries_plan(budget_seconds=1.0)

    def _start(self) -> None:
        busy = Counter(claimed.endpoint_id for claimed in self._in_flight.values())
        jobs, lost = jobs_make(deliveries_claim(THREADS - len(self._in_flight), busy))
        for job in jobs:
            posting = partial(client.post, job.url, job.body, job.headers, now=clock.now())
            self._in_flight[self._threads.submit(posting)] = job.claimed
        if lost:
            results_settle([_result(claimed, answer) for claimed, answer in lost])
            self._counts["lost"] += len(lost)

    def _settle(self, done: Collection[Future[Answer]]) -> None:
        results = []
        for future in done:
            claimed = self._in_flight.pop(future)
            answer = _answer_of(future)
            self._counts["delivered" if answer.is_success else "failed"] += 1
            results.append(_result(claimed, answer))
        if results:
            results_settle(results)


def _answer_of(future: Future[Answer]) -> Answer:
    error = future.exception()
    if error is None:
        return future.result()
    # One bad delivery never stops the others; it is tried again like any failure.
    log.error("webhook attempt broke", exc_info=error)
    return Answer(None, "internal_error")


def _result(claimed: Claimed, answer: Answer) -> Result:
    return Result(
        delivery_id=claimed.id,
        endpoint_id=claimed.endpoint_id,
        attempts=claimed.attempts,
        answer=answer,
        chance=random.random(),  # noqa: S311  spreads retries, hides nothing
    )
