"""A campaign's speed limit, for whatever of it leaves: released now, due from its window, retried.

A limit gives out slots one after the other from one row in the database. What was released takes
its slots at once; rows that come due together, because their window opened or their campaign was
resumed, are put off to the slots that they get.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from messaging.services.decisions import Case

# Rows that wait for their slot alone.
REASON = "pace"
_AT_ONCE_SECONDS = 0.5
# Who comes later than that (a database or all workers were away) gets another slot: what was
# missed may not leave all at once.
_LATE_SECONDS = 10.0

_PUT = """
INSERT INTO messaging_campaignpace (campaign_id, per_second, next_at) VALUES (%s, %s, now())
ON CONFLICT (campaign_id) DO UPDATE SET per_second = excluded.per_second
WHERE messaging_campaignpace.per_second <> excluded.per_second
"""
_DROP = "DELETE FROM messaging_campaignpace WHERE campaign_id = %s"
_SPEND = """
UPDATE messaging_campaignpace
SET next_at = greatest(next_at, now()) + make_interval(secs => %s / per_second)
WHERE campaign_id = %s
RETURNING next_at
"""
_FREE = "SELECT next_at FROM messaging_campaignpace WHERE campaign_id = %s"
_LIMITS = """
SELECT campaign_id, per_second, next_at FROM messaging_campaignpace
WHERE campaign_id = ANY(%s) ORDER BY campaign_id FOR UPDATE
"""
_HAVE_SLOTS = """
SELECT id FROM messaging_waiting WHERE id = ANY(%(ids)s) AND reason = %(reason)s
    AND due_at > %(late)s
"""
_PUT_OFF = """
UPDATE messaging_waiting w SET due_at = v.due, reason = %(reason)s
FROM unnest(%(ids)s::uuid[], %(dues)s::timestamptz[]) AS v(id, due) WHERE w.id = v.id
"""
_NEXT = "UPDATE messaging_campaignpace SET next_at = %s WHERE campaign_id = %s"


def pace_put(*, campaign_id: int, per_second: float | None) -> None:
    """Sets the campaign's speed limit; None: it has none."""
    with connection.cursor() as cursor:
        if per_second is None:
            cursor.execute(_DROP, [campaign_id])
        else:
            cursor.execute(_PUT, [campaign_id, per_second])


def pace_spend(*, campaign_id: int, messages: int) -> datetime | None:
    """Notes that so many leave now, whatever their number; returns the next free slot."""
    return _slot(_SPEND, [messages, campaign_id])


def pace_next(*, campaign_id: int) -> datetime | None:
    """The next free slot; None without a limit."""
    return _slot(_FREE, [campaign_id])


def _slot(statement: str, values: list[int]) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row[0] if row else None


def cases_paced(cursor: Any, cases: Sequence[Case], now: datetime) -> list[Case]:
    """Those of these waiting cases that may leave now; the others wait for their slots from here
    on, in the cursor's transaction."""
    campaigns = sorted({case.campaign_id for case in cases if case.campaign_id is not None})
    if not campaigns:
        return list(cases)
    cursor.execute(_LIMITS, [campaigns])
    limits = cursor.fetchall()
    put_off: dict[Any, datetime] = {}
    for campaign_id, per_second, next_at in limits:
        own = [case.id for case in cases if case.campaign_id == campaign_id]
        late = now - timedelta(seconds=_LATE_SECONDS)
        cursor.execute(_HAVE_SLOTS, {"ids": own, "reason": REASON, "late": late})
        have = {row[0] for row in cursor.fetchall()}
        slot, step = max(next_at, now), timedelta(seconds=1 / per_second)
        for message_id in sorted(set(own) - have):
            if slot > now + timedelta(seconds=_AT_ONCE_SECONDS):
                put_off[message_id] = slot
            slot += step
        cursor.execute(_NEXT, [slot, campaign_id])
    if put_off:
        values = {"ids": list(put_off), "dues": list(put_off.values()), "reason": REASON}
        cursor.execute(_PUT_OFF, values)
    return [case for case in cases if case.id not in put_off]
