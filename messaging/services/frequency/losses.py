"""The messages behind slots: what they count as, and their end where they lose their slot."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from config.common.arrays import Texts, UuidOctets
from messaging.constants import OPEN, FailureReason, MessageStatus
from messaging.services.outcomes import Outcome

# A message that counts is on its way or has left; when, is not known where its answer was lost.
_MESSAGES = """
SELECT uuid_send(m.id), m.status = ANY(%(freed)s), CASE WHEN m.status <> ALL(%(open)s) THEN
        extract(epoch FROM coalesce(m.sent_at, m.done_at, m.created_at))::float8 END,
    coalesce(m.carrier_id, 0), m.segments_sent = 0
FROM messaging_message m
WHERE m.id = ANY(%(ids)s::uuid[]) AND m.id BETWEEN %(first)s AND %(last)s
"""
_LOCK_WAITING = """
SELECT uuid_send(w.id) FROM messaging_waiting w WHERE w.id = ANY(%(ids)s::uuid[])
ORDER BY w.id
FOR UPDATE SKIP LOCKED
"""
_LOCK_QUEUED = """
SELECT uuid_send(d.id) FROM messaging_dispatch d
WHERE d.carrier_id = ANY(%(carriers)s) AND d.lane = ANY(%(lanes)s::smallint[])
  AND d.id = ANY(%(ids)s::uuid[]) AND d.bind_id IS NULL
ORDER BY d.id FOR UPDATE SKIP LOCKED
"""
_TAKE_WAITING = "DELETE FROM messaging_waiting WHERE id = ANY(%(ids)s::uuid[])"
_TAKE_QUEUED = """
DELETE FROM messaging_dispatch d WHERE d.carrier_id = ANY(%(carriers)s)
    AND d.lane = ANY(%(lanes)s::smallint[]) AND d.id = ANY(%(ids)s::uuid[])
    AND d.bind_id IS NULL
"""
_EXPLAIN = """
UPDATE messaging_message m SET decision = coalesce(m.decision, '{}') || v.lost::jsonb
FROM unnest(%s::uuid[], %s::text[]) AS v(id, lost) WHERE m.id = v.id
"""
_S = MessageStatus
_OPEN = sorted(OPEN)
_FREED = sorted({_S.FAILED, _S.EXPIRED, _S.BLOCKED, _S.CANCELED})


class Counted(NamedTuple):
    """A message: whether it never left and never will, else when it was sent (None: on its way)
    and whether all of it is still here."""

    message_id: bytes
    is_freed: bool
    sent_at: float | None
    carrier_id: int
    is_whole: bool


class Loss(NamedTuple):
    """A message whose slot another one of higher priority took."""

    message_id: bytes
    lane: int
    carrier_id: int
    to_campaign_id: int | None
    to_message_id: bytes


def messages_counted(cursor: Any, ids: Collection[bytes]) -> dict[bytes, Counted]:
    """What messages count as; those of long ago may be gone."""
    if not ids:
        return {}
    ordered = UuidOctets(sorted(ids))
    bounds = {"first": UUID(bytes=ordered[0]), "last": UUID(bytes=ordered[-1])}
    cursor.execute(_MESSAGES, {"ids": ordered, "open": _OPEN, "freed": _FREED} | bounds)
    return {row[0]: Counted._make(row) for row in cursor.fetchall()}


def messages_locked(
    cursor: Any, wanted: Collection[bytes], counted: Mapping[bytes, Counted], lanes: Collection[int]
) -> set[bytes]:
    """Those of the messages that no bind has claimed, locked; nobody is waited for."""
    if not wanted:
        return set()
    values = {
        "ids": UuidOctets(sorted(wanted)),
        "carriers": sorted({counted[one].carrier_id for one in wanted} | {0}),
        "lanes": sorted(lanes),
    }
    found: set[bytes] = set()
    for statement in (_LOCK_WAITING, _LOCK_QUEUED):
        cursor.execute(statement, values)
        found |= {row[0] for row in cursor.fetchall()}
    return found


def losses_take(cursor: Any, losses: Sequence[Loss], now: datetime) -> list[Outcome]:
    """Takes the messages that lost their slots out of the queues and says in their decisions to
    whom; returns their outcomes, for the caller to apply with its own as its last statement."""
    if not losses:
        return []
    ids = UuidOctets([loss.message_id for loss in losses])
    carriers = sorted({loss.carrier_id for loss in losses} | {0})
    values = {"ids": ids, "carriers": carriers, "lanes": sorted({loss.lane for loss in losses})}
    cursor.execute(_TAKE_WAITING, values)
    cursor.execute(_TAKE_QUEUED, values)
    cursor.execute(_EXPLAIN, [ids, Texts([_explained(loss) for loss in losses])])
    status, reason = _S.BLOCKED.value, FailureReason.FREQUENCY_CAP.value
    return [Outcome(UUID(bytes=loss.message_id), status, now, reason) for loss in losses]


def _explained(loss: Loss) -> str:
    to = {"campaign": loss.to_campaign_id, "message": str(UUID(bytes=loss.to_message_id))}
    return json.dumps({"lost_to": to})
