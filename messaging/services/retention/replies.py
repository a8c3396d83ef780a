"""Texts of replies, their raw PDUs, and the events that carried them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from compliance.services.retention.removers import BATCH, PLACE, Removed, Span
from config.common.ids import uuid7_time
from messaging.constants import EventType

_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
# The country is the sender's: a reply has no other. One that reached no sender of ours has no
# account, and goes with the platform's own messages after the shortest time of all.
_SENDERS = f"""
SELECT s.id FROM routing_sender s
WHERE s.account_id = %(account)s AND {PLACE.format(column="s.country")}
"""  # noqa: S608  constant parts
_WHERE = """
    i.account_id = %(account)s AND i.received_at >= %(after)s AND i.received_at < %(before)s
    AND i.text <> '' AND (i.sender_id = ANY(%(senders)s) OR i.sender_id IS NULL)
"""
_COUNT = f"SELECT count(*) FROM messaging_inboundmessage i WHERE {_WHERE}"  # noqa: S608
_FORGET = f"""
WITH page AS (
    SELECT i.id FROM messaging_inboundmessage i WHERE {_WHERE} ORDER BY i.id LIMIT %(limit)s
), parts AS (
    UPDATE messaging_inboundpart p SET text = '', octets = '', raw = '' FROM page WHERE p.message_id = page.id
)
UPDATE messaging_inboundmessage i SET text = '' FROM page WHERE i.id = page.id
RETURNING i.id, i.received_at, greatest(i.received_at, i.amended_at,
    (SELECT decided_at FROM messaging_unroutedreply WHERE message_id = i.id))
"""  # noqa: S608  constant parts
# Events are found by time: they are written with what they report.
_EVENTS = """
SELECT id, body FROM messaging_event
WHERE account_id = %(account)s AND type = ANY(%(types)s)
  AND id >= uuid7_floor(%(first)s) AND id < uuid7_floor(%(last)s)
"""
_NEAR = timedelta(minutes=1)
_TYPES = [EventType.INBOUND_RECEIVED.value, EventType.INBOUND_AMENDED.value]


def replies_forget(span: Span, *, is_rehearsal: bool) -> Removed:
    """Texts of replies to senders of a country; who wrote when, and what it meant, stays."""
    parameters: dict[str, Any] = {
        "account": span.account_id,
        "after": span.after or _BEGINNING,
        "before": span.before,
        **span.place,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SENDERS, parameters)
        parameters["senders"] = [row[0] for row in cursor.fetchall()]
        if is_rehearsal:
            cursor.execute(_COUNT, parameters)
            return Removed(int(cursor.fetchone()[0]), span.before)
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FORGET, parameters | {"limit": BATCH})
            replies = {str(key): (came, told) for key, came, told in cursor.fetchall()}
            if replies:
                events_forget(cursor, span.account_id, replies)
        total += len(replies)
        if len(replies) < BATCH:
            return Removed(total, span.before)


def events_forget(
    cursor: Any, account_id: int, replies: Mapping[str, tuple[datetime, datetime]]
) -> None:
    """The same events, without the texts that they reported; by reply when it came and when it was
    told last. One that was incomplete, or unrouted, was told later than it came."""
    first = min(came for came, _told in replies.values())
    made = [uuid7_time(UUID(key)) for key in replies]
    last = max([told for _came, told in replies.values()] + made)
    cursor.execute(
        _EVENTS,
        {
            "account": account_id,
            "types": _TYPES,
            "first": first - _NEAR,
            "last": last + _NEAR,
        },
    )
    events = [(event_id, json.loads(body)) for event_id, body in cursor.fetchall()]
    about = [(key, event) for key, event in events if event["data"].get("id") in replies]
    for _key, event in about:
        event["data"]["text"] = None
    cursor.executemany(
        "UPDATE messaging_event SET body = %s WHERE id = %s",
        [(_as_text(event), key) for key, event in about],
    )


def _as_text(event: Mapping[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
