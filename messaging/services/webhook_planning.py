"""From the event log to deliveries: set by set, endpoint by endpoint.

An endpoint's position is the queue: events beyond it need no rows, so a receiver that has
been away for days costs nothing until it is back.
"""

import time
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from config.common import clock, queue
from messaging.services.webhook_filters import ORDER_KEY, WANTED, sender_words

BATCH: Final = 500
# Deliveries of one endpoint that may wait at a time.
BACKLOG: Final = 5_000
DELIVER: Final = "messaging.tasks.deliver_webhooks"
PLAN: Final = "messaging.tasks.plan_webhooks"
_WAKE_SECONDS: Final = 0.2
_REST_SECONDS: Final = 5.0

_BEHIND = """
SELECT e.id FROM messaging_webhookendpoint e
JOIN messaging_eventcounter c ON c.account_id = e.account_id
WHERE e.is_enabled AND e.position < c.last
"""
# Numbers are given in commit order, so every event up to `last` can be seen by now.
_LOCK = """
SELECT e.account_id, e.position, e.event_types, e.senders, e.is_ordered, c.last,
    (SELECT count(*) FROM (
        SELECT 1 FROM messaging_webhookdelivery d
        WHERE d.endpoint_id = e.id AND d.status = 'pending' LIMIT %(backlog)s) AS waiting)
FROM messaging_webhookendpoint e
JOIN messaging_eventcounter c ON c.account_id = e.account_id
WHERE e.id = %(endpoint)s AND e.is_enabled AND e.position < c.last
FOR UPDATE OF e SKIP LOCKED
"""
_PLAN = f"""
WITH batch AS MATERIALIZED (
    SELECT id, sequence, type, message_id, body FROM messaging_event
    WHERE account_id = %(account)s AND sequence > %(position)s
    ORDER BY sequence LIMIT %(batch)s
), planned AS (
    INSERT INTO messaging_webhookdelivery
        (endpoint_id, event_id, sequence, type, status, attempts, next_attempt_at, last_error,
            order_key)
    SELECT %(endpoint)s, id, sequence, type, 'pending', 0, %(now)s, '', {ORDER_KEY} FROM batch
    WHERE {WANTED}
    ON CONFLICT DO NOTHING RETURNING 1
)
UPDATE messaging_webhookendpoint SET position = CASE
    WHEN (SELECT count(*) FROM batch) = %(batch)s THEN (SELECT max(sequence) FROM batch)
    ELSE greatest(%(last)s, (SELECT max(sequence) FROM batch)) END
WHERE id = %(endpoint)s
RETURNING (SELECT count(*) FROM planned), (SELECT count(*) FROM batch) = %(batch)s
"""  # noqa: S608  constant parts
_ANY_DUE = """
SELECT EXISTS (
    SELECT FROM messaging_webhookendpoint e CROSS JOIN LATERAL (
        SELECT FROM messaging_webhookdelivery d
        WHERE d.endpoint_id = e.id AND d.status = 'pending' AND d.next_attempt_at <= %(now)s
        LIMIT 1) AS due
    WHERE e.is_enabled AND (e.paused_until IS NULL OR e.paused_until <= %(now)s))
"""


@dataclass(frozen=True, slots=True)
class _Batch:
    planned: int
    has_more: bool


def deliveries_plan(*, budget_seconds: float = 10.0) -> int:
    """Makes delivery rows of every enabled endpoint's new events; returns how many.

    Endpoints take turns by batches of 500. Another worker's endpoint is skipped.
    """
    planned = 0
    deadline = time.monotonic() + budget_seconds
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND)
        behind = [row[0] for row in cursor.fetchall()]
    while behind and time.monotonic() < deadline:
        still_behind = []
        for endpoint_id in behind:
            batch = _plan_batch(endpoint_id)
            planned += batch.planned
            if batch.has_more:
                still_behind.append(endpoint_id)
        behind = still_behind
    return planned


def deliveries_schedule() -> dict[str, int]:
    """Plans, and asks for a deliverer where something is due."""
    planned = deliveries_plan()
    with connection.cursor() as cursor:
        cursor.execute(_ANY_DUE, {"now": clock.now()})
        is_due = bool(cursor.fetchone()[0])
    if is_due:
        queue.send(DELIVER)
    return {"planned": planned, "due": int(is_due)}


@transaction.atomic
def _plan_batch(endpoint_id: int) -> _Batch:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"endpoint": endpoint_id, "backlog": BACKLOG})
        row = cursor.fetchone()
        if row is None:
            return _Batch(0, has_more=False)
        account_id, position, types, senders, is_ordered, last, waiting = row
        if waiting >= BACKLOG:
            return _Batch(0, has_more=False)
        cursor.execute(
            _PLAN,
            {
                "endpoint": endpoint_id,
                "account": account_id,
                "position": position,
                "types": types,
                "senders": sender_words(senders),
                "is_ordered": is_ordered,
                "last": last,
                "batch": BATCH,
                "now": clock.now(),
            },
        )
        planned, has_more = cursor.fetchone()
        return _Batch(planned, has_more)


class _Wake:
    """When this process may publish the next wake-up (monotonic)."""

    not_before = 0.0


def webhooks_wake() -> None:
    """Tells a worker that there are new events: at most five times a second per process, and
    rarely while the broker is away. A lost wake-up costs the second until beat's next one."""
    moment = time.monotonic()
    if moment < _Wake.not_before:
        return
    _Wake.not_before = moment + _WAKE_SECONDS
    if not queue.send(PLAN):
        _Wake.not_before = time.monotonic() + _REST_SECONDS
