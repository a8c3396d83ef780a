"""Texts of messages: taken away in their time, while number, times and outcome stay.

Walks an account's messages by the index that lists them (account, id), which is also by time.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from compliance.services.retention.removers import BATCH, PLACE, Removed, Span
from messaging.constants import OPEN

_LOWEST = uuid.UUID(int=0)
_WHERE = f"""
    m.account_id = %(account)s AND m.id < uuid7_floor(%(before)s)
    AND m.id >= uuid7_floor(%(after)s) AND (m.message_class = 'otp') = %(is_otp)s
    AND {PLACE.format(column="m.country")}
"""
_COUNT = f"""
SELECT count(*) FROM messaging_message m
WHERE {_WHERE} AND m.text <> '' AND m.status <> ALL(%(open)s)
"""  # noqa: S608  constant parts
# The data that customers attach goes with the text: they put names and orders there.
_FORGET = f"""
WITH page AS (
    SELECT m.id FROM messaging_message m
    WHERE {_WHERE} AND m.id > %(last)s AND m.text <> '' AND m.status <> ALL(%(open)s)
    ORDER BY m.account_id, m.id LIMIT %(limit)s
)
UPDATE messaging_message m SET text = '', metadata = NULL FROM page WHERE m.id = page.id
RETURNING m.id
"""  # noqa: S608  constant parts
_STILL_OPEN = f"""
SELECT min(m.id::text) FROM messaging_message m WHERE {_WHERE} AND m.status = ANY(%(open)s)
"""  # noqa: S608  constant parts
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def otp_texts_forget(span: Span, *, is_rehearsal: bool) -> Removed:
    """Texts with one-time codes."""
    return _forget(span, is_otp=True, is_rehearsal=is_rehearsal)


def texts_forget(span: Span, *, is_rehearsal: bool) -> Removed:
    """Texts of all other classes."""
    return _forget(span, is_otp=False, is_rehearsal=is_rehearsal)


def _forget(span: Span, *, is_otp: bool, is_rehearsal: bool) -> Removed:
    parameters = {
        "account": span.account_id,
        "after": span.after or _BEGINNING,
        "before": span.before,
        "is_otp": is_otp,
        "open": sorted(OPEN),
        **span.place,
    }
    with connection.cursor() as cursor:
        if is_rehearsal:
            cursor.execute(_COUNT, parameters)
            return Removed(int(cursor.fetchone()[0]), span.before)
    total, last = 0, _LOWEST
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FORGET, parameters | {"last": last, "limit": BATCH})
            ids = [row[0] for row in cursor.fetchall()]
        total += len(ids)
        if len(ids) < BATCH:
            return Removed(total, _through(span, parameters))
        last = max(ids, key=_by_number)


def _through(span: Span, parameters: dict[str, Any]) -> datetime:
    """What still waits to be sent keeps its text; the next run looks there again."""
    with connection.cursor() as cursor:
        cursor.execute(_STILL_OPEN, parameters)
        first = cursor.fetchone()[0]
    return span.before if first is None else made_at(uuid.UUID(first))


def made_at(message_id: uuid.UUID) -> datetime:
    """When a UUIDv7 was made (RFC 9562, 5.7: 48 bits of milliseconds)."""
    return datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)


def _by_number(key: uuid.UUID) -> int:
    return key.int
