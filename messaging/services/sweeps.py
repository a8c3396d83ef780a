"""Care for what time does to messages: missing receipts, passed deadlines, growing tables."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from carriers.models import Bind, Carrier
from compliance.constants import LANES
from config.common import clock
from messaging.constants import FailureReason, MessageStatus
from messaging.frequency import LONGEST_HOURS
from messaging.models import Frequency
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.routing import missed_route

_SLICE = 1000
_LOCK = 0x5163_0001  # one sweep at a time, whoever runs it
_PARKED_DAYS = 7  # where the bind is gone
_ANSWERED = frozenset({"final", "success"})
_PARTITION_DAYS_AHEAD = 21

_WATERMARK = "SELECT examined_to FROM messaging_receiptwatermark WHERE bind_id = %(bind)s"
# Reads every segment: once in a bind's life.
_FIRST_WATERMARK = """
INSERT INTO messaging_receiptwatermark (bind_id, examined_to)
SELECT %(bind)s, coalesce(min(sent_at), now()) FROM messaging_segment WHERE bind_id = %(bind)s
RETURNING examined_to
"""
# Found by the time they were sent (a BRIN index), never by scanning messages: no index on a
# column that changes, and nothing to write at sending.
# A carrier may deliver until the message's own deadline or the bind's validity, whichever is first.
_SILENT = """
SELECT s.message_id, max(greatest(s.sent_at,
    least(m.not_after, s.sent_at + make_interval(secs => %(validity)s))))
FROM messaging_segment s JOIN messaging_message m ON m.id = s.message_id
WHERE s.bind_id = %(bind)s AND s.sent_at >= %(after)s AND s.sent_at < %(before)s
  AND s.day BETWEEN %(first)s AND %(last)s AND m.status = 'sent'
  AND m.message_class = ANY(%(classes)s)
GROUP BY s.message_id
"""
_WAIT_LONGER = """
INSERT INTO messaging_receiptwait (message_id, due_at)
SELECT * FROM unnest(%(ids)s::uuid[], %(due)s::timestamptz[])
ON CONFLICT (message_id) DO UPDATE SET due_at = excluded.due_at
"""
_WAITED = """
DELETE FROM messaging_receiptwait WHERE message_id = ANY(ARRAY(
    SELECT message_id FROM messaging_receiptwait WHERE due_at <= %(now)s
    ORDER BY due_at LIMIT %(limit)s))
RETURNING message_id
"""
_DROP_PARKED = """
DELETE FROM messaging_parkedreceipt p WHERE p.received_at < %(now)s - make_interval(days =>
    coalesce((SELECT b.receipt_parked_days FROM carriers_bind b WHERE b.id = p.bind_id), %(days)s))
"""
_LANES = tuple(range(len(LANES)))
_EPOCH_DAY = date(1970, 1, 1).toordinal()

_DEADLINE_PASSED = """
DELETE FROM messaging_dispatch WHERE (carrier_id, lane, id) IN (
    SELECT d.carrier_id, d.lane, d.id FROM messaging_dispatch d
    JOIN messaging_message m ON m.id = d.id
    WHERE d.carrier_id = ANY(%(carriers)s) AND d.lane = ANY(%(lanes)s) AND d.bind_id IS NULL
        AND d.not_after < %(now)s AND m.not_after < %(now)s
    LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED)
RETURNING id
"""
_SQUASH = """
WITH old AS (
    DELETE FROM messaging_tally WHERE id <= %(to)s RETURNING *
)
INSERT INTO messaging_tally (campaign_id, status, reason, messages, segments, price_micros)
SELECT campaign_id, status, reason, sum(messages), sum(segments), sum(price_micros)
FROM old GROUP BY campaign_id, status, reason
"""


def receipts_expire() -> int:
    """Messages without a receipt become `unknown` when their validity (their own deadline, or the
    bind's) and then their bind's grace are over; a late receipt may still settle them. Bounded
    work: from a watermark per bind to the grace's edge, and what was found to be due later."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        if not _locked(cursor):
            return 0
        found = sum(_expire_bind(cursor, bind, now) for bind in Bind.objects.all())
        return found + _expire_waited(cursor, now)


def _expected(bind: Bind) -> list[str]:
    """Classes whose messages are to get a receipt. Where none was asked for, or failures alone,
    silence says nothing or something good: `sent` is the end."""
    asked = {name: bind.class_options.get(name, {}) for name in LANES}
    return [
        name
        for name, options in asked.items()
        if options.get("registered_delivery", bind.registered_delivery) in _ANSWERED
    ]


def _locked(cursor: Any) -> bool:
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
    return bool(cursor.fetchone()[0])


def _expire_bind(cursor: Any, bind: Bind, now: datetime) -> int:
    after = _examined_to(cursor, bind)
    grace = timedelta(seconds=bind.receipt_grace_seconds)
    before = now - grace
    if before <= after:
        return 0
    silent = _silent(cursor, bind, after, before)
    over = [message_id for message_id, ends in silent if ends + grace <= now]
    later = [(message_id, ends + grace) for message_id, ends in silent if ends + grace > now]
    _lose(cursor, over, now)
    if later:
        ids, due = zip(*later, strict=True)
        cursor.execute(_WAIT_LONGER, {"ids": list(ids), "due": list(due)})
    cursor.execute(
        "UPDATE messaging_receiptwatermark SET examined_to = %s WHERE bind_id = %s",
        [before, bind.pk],
    )
    return len(over)


def _expire_waited(cursor: Any, now: datetime) -> int:
    total = 0
    while True:
        cursor.execute(_WAITED, {"now": now, "limit": _SLICE})
        ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return total
        total += _lose(cursor, ids, now)


def _lose(cursor: Any, ids: Sequence[uuid.UUID], now: datetime) -> int:
    """How many had no receipt yet."""
    unknown, reason = MessageStatus.UNKNOWN.value, FailureReason.NO_RECEIPT.value
    lost = 0
    for start in range(0, len(ids), _SLICE):
        part = ids[start : start + _SLICE]
        lost += len(outcomes_apply(cursor, [Outcome(key, unknown, now, reason) for key in part]))
    return lost


def _examined_to(cursor: Any, bind: Bind) -> datetime:
    for statement in (_WATERMARK, _FIRST_WATERMARK):
        cursor.execute(statement, {"bind": bind.pk})
        if row := cursor.fetchone():
            break
    found: datetime = row[0]
    return found


def _silent(
    cursor: Any, bind: Bind, after: datetime, before: datetime
) -> list[tuple[uuid.UUID, datetime]]:
    """Messages sent between the two that should have got a receipt and have none, and until when
    the carrier may deliver them."""
    classes = _expected(bind)
    if not classes:  # examined all the same: what is asked for later says nothing of them
        return []
    cursor.execute(
        _SILENT,
        {
            "bind": bind.pk,
            "after": after,
            "before": before,
            "first": after.toordinal() - _EPOCH_DAY,
            "last": before.toordinal() - _EPOCH_DAY,
            "classes": classes,
            "validity": bind.validity_seconds,
        },
    )
    return list(cursor.fetchall())


def deadlines_expire(*, lanes: Sequence[int] = _LANES) -> int:
    """Queued messages of these lanes whose deadline passed while no bind took them."""
    now, total = clock.now(), 0
    carriers = list(Carrier.objects.values_list("pk", flat=True))
    wanted: dict[str, Any] = {
        "carriers": carriers,
        "lanes": list(lanes),
        "now": now,
        "limit": _SLICE,
    }
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DEADLINE_PASSED, wanted)
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return total
            expired, reason = MessageStatus.EXPIRED.value, FailureReason.DEADLINE.value
            outcomes_apply(cursor, [Outcome(key, expired, now, reason) for key in ids])
            total += len(ids)


def windows_missed() -> int:
    """Queued messages whose window closed while no bind took them: they wait for the next one."""
    total = 0
    while missed := missed_route(limit=_SLICE):
        total += missed
    return total


def frequencies_forget() -> int:
    """Drops numbers that nobody wrote to for longer than any promise counts and that were never
    asked for consent."""
    old = clock.now() - timedelta(hours=LONGEST_HOURS)
    idle = Frequency.objects.filter(reserved_at__lt=old, asked_id=None)
    return idle.delete()[0]


def tallies_squash() -> int:
    """Sums deltas into one row per campaign, state and reason."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0), count(*) FROM messaging_tally")
        newest, count = cursor.fetchone()
        if count > _SLICE:
            cursor.execute(_SQUASH, {"to": newest})
    return int(count)


def partitions_ensure() -> int:
    """Makes the coming days' partitions; returns how many days were missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT create_day_partitions((now() AT TIME ZONE 'UTC')::date,"
            " (now() AT TIME ZONE 'UTC')::date + %s)",
            [_PARTITION_DAYS_AHEAD],
        )
        return int(cursor.fetchone()[0])


def parked_receipts_drop() -> int:
    """Forgets receipts for ids that never became known, after as many days as their bind says."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP_PARKED, {"now": clock.now(), "days": _PARKED_DAYS})
        return int(cursor.rowcount)
