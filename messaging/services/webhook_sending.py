"""Delivers what is due: claimed for a minute, posted by threads, settled by groups.

At least once: a claim whose worker died falls due again. Only the calling thread talks to
the database; the threads only speak HTTP.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from config.common import clock, logs
from messaging.services.locks import DELIVERER, session_lock
from messaging.services.webhook_claims import (
    PER_ENDPOINT,
    Claimed,
    Job,
    deliveries_claim,
    deliveries_release,
    jobs_make,
)
from messaging.services.webhook_planning import deliveries_plan
from messaging.services.webhook_results import Result, results_settle
from messaging.webhooks import client
from messaging.webhooks.board import Board
from messaging.webhooks.client import Answer

log = logs.get_logger(__name__)

THREADS: Final = 32
# How many workers deliver at a time; the others leave their thread to other tasks.
DELIVERERS: Final = 2
# Claimed at a time by a worker, of all endpoints: some seconds of work at the most.
_AHEAD: Final = 512
_PLAN_EVERY_SECONDS: Final = 0.5
_CLAIM_EVERY_SECONDS: Final = 0.1
_WAIT_SECONDS: Final = 0.1
# Answers that come together are settled in one commit.
_GATHER_SECONDS: Final = 0.02


def deliveries_send(*, budget_seconds: float = 20.0) -> dict[str, int]:
    """Delivers until nothing is due or the budget is spent, planning new events meanwhile."""
    for slot in range(DELIVERERS):
        with session_lock(DELIVERER, slot) as is_ours:
            if is_ours:
                with _threads() as board:
                    return dict(_Delivering(board).run(budget_seconds))
    return {"busy": 1}


_Board = Board[Job, Answer]


@contextmanager
def _threads() -> Iterator[_Board]:
    board: _Board = Board(THREADS, PER_ENDPOINT)
    threads = [
        threading.Thread(target=_post_all, args=[board], name=f"webhook {number}", daemon=True)
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield board
    finally:
        board.close()
        for thread in threads:
            thread.join()


def _post_all(board: _Board) -> None:
    while (job := board.take()) is not None:
        try:
            answer = client.post(
                job.url, job.body, job.headers, now=clock.now(), identity=job.identity
            )
        except Exception:
            # One bad delivery never stops the others; it is tried again like any failure.
            log.exception("webhook attempt broke", extra={"endpoint": job.endpoint_id})
            answer = Answer(None, "internal_error")
        board.answer(job, answer, is_success=answer.is_success)


class _Delivering:
    """One run: claims ahead of the threads, as much as each receiver takes in half a second."""

    def __init__(self, board: _Board) -> None:
        self._board = board
        self._counts: Counter[str] = Counter()
        self._paces = _Paces()
        self._planned_at = time.monotonic()
        self._claimed_at = float("-inf")

    def run(self, budget_seconds: float) -> Counter[str]:
        deadline = time.monotonic() + budget_seconds
        while True:
            is_open = time.monotonic() < deadline
            if is_open:
                self._plan()
                self._claim()
            else:
                self._board.stop_new()
            if not self._board.held() and not self._collect(0.0) and not self._board.held():
                return self._counts
            self._collect(_WAIT_SECONDS)

    def _plan(self) -> None:
        if time.monotonic() - self._planned_at >= _PLAN_EVERY_SECONDS:
            self._planned_at = time.monotonic()
            deliveries_plan(budget_seconds=1.0)

    def _claim(self) -> None:
        held = self._board.held()
        free = _AHEAD - held.total()
        is_time = time.monotonic() - self._claimed_at >= _CLAIM_EVERY_SECONDS
        if not (held.total() <= THREADS // 2 or (is_time and free >= _AHEAD // 2)):
            return
        self._claimed_at = time.monotonic()
        jobs, lost = jobs_make(deliveries_claim(free, held, self._paces.most()))
        self._board.put(jobs)
        if lost:
            results_settle([_result(claimed, answer) for claimed, answer in lost])
            self._counts["lost"] += len(lost)

    def _collect(self, seconds: float) -> bool:
        """Settles what came; whether anything did."""
        found = self._board.collect(seconds, _GATHER_SECONDS)
        if found.answered:
            for _job, answer in found.answered:
                self._counts["delivered" if answer.is_success else "failed"] += 1
            self._paces.add([job.endpoint_id for job, _answer in found.answered])
            results_settle([_result(job.claimed, answer, job) for job, answer in found.answered])
        if found.returned:
            deliveries_release([job.claimed for job in found.returned])
        return bool(found.answered or found.returned)


class _Paces:
    """How many an endpoint may have here: what it answered in the last half second."""

    def __init__(self) -> None:
        self._now: Counter[int] = Counter()
        self._most: dict[int, int] = {}
        self._since = time.monotonic()

    def add(self, endpoint_ids: Sequence[int]) -> None:
        """These endpoints have answered."""
        self._now.update(endpoint_ids)

    def most(self) -> dict[int, int]:
        elapsed = time.monotonic() - self._since
        if elapsed >= _CLAIM_EVERY_SECONDS:
            self._most = {
                endpoint: max(PER_ENDPOINT, min(_AHEAD, int(count / elapsed / 2)))
                for endpoint, count in self._now.items()
            }
            self._now.clear()
            self._since = time.monotonic()
        return self._most


def _result(claimed: Claimed, answer: Answer, job: Job | None = None) -> Result:
    """What an attempt came to; without a job nothing was sent."""
    return Result(
        delivery_id=claimed.id,
        endpoint_id=claimed.endpoint_id,
        attempts=claimed.attempts,
        answer=answer,
        chance=random.random(),  # noqa: S311  spreads retries, hides nothing
        url=job.url if job else "",
        signed_at=int(job.headers["webhook-timestamp"]) if job else 0,
        signatures=job.signatures if job else 0,
    )
