"""Messages whose time is over altogether: with their segments and events, in batches.

What some accounts keep and others don't goes row by row; a day that nobody keeps any longer goes
as a whole partition (`days`).
"""

import uuid
from typing import Any

from django.db import connection, transaction

from compliance.services.retention.removers import BATCH, Removed, Span
from config.common.arrays import Uuids
from messaging.services.reports import traffic_close
from messaging.services.retention.spans import OF_SPAN, done_through, made_at, parameters_of

_COUNT = f"""
SELECT count(*) FROM messaging_message m WHERE {OF_SPAN} AND m.status <> ALL(%(open)s)
"""  # noqa: S608  constant parts
_REMOVE = f"""
DELETE FROM messaging_message m WHERE m.id = ANY(ARRAY(
    SELECT m.id FROM messaging_message m WHERE {OF_SPAN} AND m.status <> ALL(%(open)s)
    ORDER BY m.account_id, m.id LIMIT %(limit)s))
RETURNING m.id, extract(epoch FROM coalesce(m.done_at, m.sent_at, m.created_at))::float8
"""  # noqa: S608  constant parts
_SEGMENTS = """
DELETE FROM messaging_segment
WHERE day BETWEEN %(first)s AND %(last)s AND message_id = ANY(%(ids)s)
"""
_EVENTS = """
DELETE FROM messaging_event WHERE account_id = %(account)s
  AND id >= uuid7_floor(to_timestamp(%(first)s)) AND id < uuid7_floor(to_timestamp(%(last)s))
  AND message_id = ANY(%(ids)s)
"""
_REFERENCES = """
DELETE FROM messaging_clientreference WHERE account_id = %(account)s AND message_id = ANY(%(ids)s)
"""
# Sums of days that have lost messages cannot be counted again (messaging.selectors.money).
_BOOKS = """
INSERT INTO messaging_acceptedday
    (account_id, day, accepted, reserved_micros, charged_micros, is_whole)
SELECT %(account)s, day, 0, 0, 0, false FROM unnest(%(days)s::int[]) AS day
ON CONFLICT (account_id, day) DO UPDATE SET is_whole = false
"""
_SECONDS_PER_DAY = 86_400
_MILLISECONDS_PER_DAY = 86_400_000
_RETRY_DAYS = 7
_NEAR_SECONDS = 60


def messages_remove(span: Span, *, is_rehearsal: bool) -> Removed:
    """Messages of a span with everything that hangs on them; open ones stay."""
    parameters = parameters_of(span)
    with connection.cursor() as cursor:
        if is_rehearsal:
            cursor.execute(_COUNT, parameters)
            return Removed(int(cursor.fetchone()[0]), span.before)
    traffic_close(span.account_id, span.before)
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_REMOVE, parameters | {"limit": BATCH})
            gone = cursor.fetchall()
            if gone:
                _hangers_remove(cursor, span.account_id, gone)
        total += len(gone)
        if len(gone) < BATCH:
            return Removed(total, done_through(span, OF_SPAN, parameters))


def _hangers_remove(cursor: Any, account_id: int, gone: list[tuple[uuid.UUID, float]]) -> None:
    """Segments and events, found by the days and moments at which they can have been written."""
    ids = Uuids([row[0] for row in gone])
    first = min(made_at(row[0]).timestamp() for row in gone)
    last = max(row[1] for row in gone)
    cursor.execute(
        _SEGMENTS,
        {
            "first": int(first) // _SECONDS_PER_DAY,
            "last": int(last) // _SECONDS_PER_DAY + _RETRY_DAYS,
            "ids": ids,
        },
    )
    moments = {"first": first - _NEAR_SECONDS, "last": last + _NEAR_SECONDS}
    cursor.execute(_EVENTS, moments | {"account": account_id, "ids": ids})
    cursor.execute(_REFERENCES, {"account": account_id, "ids": ids})
    days = {(row[0].int >> 80) // _MILLISECONDS_PER_DAY for row in gone}
    cursor.execute(_BOOKS, {"account": account_id, "days": sorted(days)})
