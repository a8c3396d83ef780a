"""Delivers what is due: claimed for a minute, posted by threads, settled by groups.

At least once: a claim whose worker died falls due again. Only the calling thread talks to
the database; the threads only speak HTTP.
"""

import random
import time
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import connection

from config.common import clock, logs
from messaging.models import Event, WebhookEndpoint
from messaging.services.webhook_planning import deliveries_plan
from messaging.services.webhook_results import Result, results_settle
from messaging.services.webhooks import signing_secrets
from messaging.webhooks import client, signing
from messaging.webhooks.client import Answer

log = logs.get_logger(__name__)

THREADS: Final = 32
PER_ENDPOINT: Final = 16
_CLAIM_FROM: Final = THREADS // 4
_PLAN_EVERY_SECONDS: Final = 0.5
# Longer than an attempt can take, so that nobody else sends what is being sent.
LEASE: Final = timedelta(seconds=60)
# How many workers deliver at a time; the others leave their thread to other tasks.
DELIVERERS: Final = 2
_LOCK_CLASS: Final = 7_304_001

# The least busy endpoint first, and none more than half of what is free: a slow receiver
# must not take every thread. A failing one gets a single probe.
_CLAIM = """
WITH room AS MATERIALIZED (
    SELECT e.id, least(
        CASE WHEN e.failing_since IS NULL THEN %(per_endpoint)s ELSE 1 END - coalesce(busy.n, 0),
        (%(free)s + 1) / 2) AS n
    FROM messaging_webhookendpoint e
    LEFT JOIN unnest(%(busy_ids)s::bigint[], %(busy_counts)s::int[]) AS busy(id, n)
        ON busy.id = e.id
    WHERE e.is_enabled AND (e.paused_until IS NULL OR e.paused_until <= %(now)s)
    ORDER BY coalesce(busy.n, 0), random()
), due AS MATERIALIZED (
    SELECT d.id FROM room CROSS JOIN LATERAL (
        SELECT id FROM messaging_webhookdelivery
        WHERE endpoint_id = room.id AND status = 'pending' AND next_attempt_at <= %(now)s
        ORDER BY next_attempt_at LIMIT greatest(room.n, 0)
        FOR UPDATE SKIP LOCKED) AS d
    LIMIT %(free)s
)
UPDATE messaging_webhookdelivery SET next_attempt_at = %(lease)s
WHERE id = ANY(ARRAY(SELECT id FROM due))
RETURNING id, endpoint_id, event_id, attempts
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours for a minute."""

    id: int
    endpoint_id: int
    event_id: UUID
    attempts: int


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt, with all that a thread needs."""

    claimed: Claimed
    url: str
    body: str
    headers: dict[str, str]


def deliveries_send(*, budget_seconds: float = 20.0) -> dict[str, int]:
    """Delivers until nothing is due or the budget is spent, planning new events meanwhile."""
    slot = _slot_take()
    if slot is None:
        return {"busy": 1}
    try:
        with ThreadPoolExecutor(THREADS, thread_name_prefix="webhook") as threads:
            return dict(_Delivering(threads).run(budget_seconds))
    finally:
        _slot_return(slot)


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
        claims = _claim(THREADS - len(self._in_flight), busy)
        jobs, lost = _jobs(claims)
        for job in jobs:
            posting = partial(client.post, job.url, job.body, job.headers, now=clock.now())
            self._in_flight[self._threads.submit(posting)] = job.claimed
        if lost:
            results_settle(lost)
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


def _claim(free: int, busy: Counter[int]) -> list[Claimed]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "free": free,
                "per_endpoint": PER_ENDPOINT,
                "busy_ids": list(busy),
                "busy_counts": list(busy.values()),
                "now": now,
                "lease": now + LEASE,
            },
        )
        return [Claimed(*row) for row in cursor.fetchall()]


def _jobs(claims: Sequence[Claimed]) -> tuple[list[Job], list[Result]]:
    """What can be sent, and results for deliveries whose event retention has taken away."""
    if not claims:
        return [], []
    endpoints = WebhookEndpoint.objects.in_bulk({claimed.endpoint_id for claimed in claims})
    bodies = dict(
        Event.objects.filter(id__in=[claimed.event_id for claimed in claims]).values_list(
            "id", "body"
        )
    )
    jobs, lost = [], []
    for claimed in claims:
        endpoint, body = endpoints.get(claimed.endpoint_id), bodies.get(claimed.event_id)
        if endpoint is None:  # deleted a moment ago, and its deliveries with it
            continue
        if body is None:
            lost.append(_result(claimed, Answer(None, "event_gone")))
        else:
            jobs.append(_job(claimed, endpoint, body))
    return jobs, lost


def _job(claimed: Claimed, endpoint: WebhookEndpoint, body: str) -> Job:
    headers = signing.headers(
        message_id=str(claimed.event_id),
        at=clock.now(),
        body=body,
        signing_secrets=signing_secrets(endpoint),
    )
    return Job(claimed, endpoint.url, body, headers)


def _slot_take() -> int | None:
    with connection.cursor() as cursor:
        for slot in range(DELIVERERS):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, slot])
            if cursor.fetchone()[0]:
                return slot
    return None


def _slot_return(slot: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, slot])
