"""Texts of messages: taken away in their time, while number, times and outcome stay.

Walks an account's messages by the index that lists them (account, id), which is also by time.
"""

import uuid

from django.db import connection, transaction

from compliance.services.retention.removers import BATCH, Removed, Span
from messaging.services.retention.spans import OF_SPAN, done_through, parameters_of

_LOWEST = uuid.UUID(int=0)
_WHERE = f"{OF_SPAN} AND (m.message_class = 'otp') = %(is_otp)s"
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


def otp_texts_forget(span: Span, *, is_rehearsal: bool) -> Removed:
    """Texts with one-time codes."""
    return _forget(span, is_otp=True, is_rehearsal=is_rehearsal)


def texts_forget(span: Span, *, is_rehearsal: bool) -> Removed:
    """Texts of all other classes."""
    return _forget(span, is_otp=False, is_rehearsal=is_rehearsal)


def _forget(span: Span, *, is_otp: bool, is_rehearsal: bool) -> Removed:
    parameters = parameters_of(span) | {"is_otp": is_otp}
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
            return Removed(total, done_through(span, _WHERE, parameters))
        last = max(ids, key=_by_number)


def _by_number(key: uuid.UUID) -> int:
    return key.int
