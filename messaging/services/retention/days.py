"""Days that no account keeps any longer: dropped as whole partitions, whatever they hold."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db import connection

from messaging.constants import OPEN
from messaging.services.reports import traffic_close

_DAYS = """
SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'messaging_message'::regclass
ORDER BY 1
"""
_PENDING = "SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass(%s)"
_TABLES = ("segment", "event", "message")


def days_drop(before: datetime) -> Counter[int]:
    """Drops the oldest days that end before `before`, and says how many messages of which account
    went; stops at a day with a message that is still on its way.

    Call it outside of a transaction: detaching concurrently waits for readers of the day and
    makes nobody else wait.
    """
    gone: Counter[int] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_DAYS)
        days = [row[0] for row in cursor.fetchall()]
        # From the oldest on without a gap: segments and events may lie a day after their message.
        for day in takewhile(lambda day: _end(day) <= before, days):
            if _has_open(cursor, day):
                break
            counted = _messages(cursor, day)
            for account_id in counted:
                traffic_close(account_id, _end(day))
            gone += counted
            for table in _TABLES:
                _drop(cursor, f"messaging_{table}", f"messaging_{table}_{day:%Y%m%d}")
    return gone


def _end(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def _has_open(cursor: Any, day: date) -> bool:
    cursor.execute(
        f"SELECT EXISTS (SELECT 1 FROM messaging_message_{day:%Y%m%d} WHERE status = ANY(%s))",  # noqa: S608
        [sorted(OPEN)],
    )
    return bool(cursor.fetchone()[0])


def _messages(cursor: Any, day: date) -> Counter[int]:
    cursor.execute(
        f"SELECT account_id, count(*) FROM messaging_message_{day:%Y%m%d} GROUP BY 1"  # noqa: S608
    )
    return Counter(dict(cursor.fetchall()))


def _drop(cursor: Any, parent: str, partition: str) -> None:
    """Repeating is harmless: a detaching that was cut short is finished first."""
    cursor.execute(_PENDING, [partition])
    row = cursor.fetchone()
    if row is not None:
        how = "FINALIZE" if row[0] else "CONCURRENTLY"
        cursor.execute(f"ALTER TABLE {parent} DETACH PARTITION {partition} {how}")
    cursor.execute(f"DROP TABLE IF EXISTS {partition}")
