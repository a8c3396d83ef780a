"""Counts messages for reports, from the messages themselves: a quarter of an hour at a time.

Away from the hot path: nothing is written when a message is accepted or ends. Which quarters have
changed is known from the event log, whose numbers follow commits, so that a mark of how far it was
read skips none; messages that were just accepted have no event yet, so the last two quarters are
looked at each time. A changed quarter is counted as a whole, old ones less often than new ones:
repeating it is harmless, and counts equal the messages whatever died on the way.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from config.common import clock
from config.common.ids import uuid7_floor
from messaging.money.rule_sql import BILLED, CHARGED_SEGMENTS
from routing.engine.buckets import MOST

QUARTER = timedelta(minutes=15)
_BUDGET = timedelta(seconds=40)
_EVENTS_AT_ONCE = 50_000
_QUARTERS_AT_ONCE = 50

# A message is of the quarter in which its id was made (RFC 9562 §5.7: milliseconds lead).
_QUARTER_OF = """date_bin('15 min', to_timestamp(
    ('x' || left(replace({id}::text, '-', ''), 12))::bit(48)::bigint / 1000.0), '2000-01-01Z')"""
_WITH_WORK = """
SELECT c.account_id FROM messaging_eventcounter c
LEFT JOIN messaging_trafficwatermark w USING (account_id)
WHERE w.account_id IS NULL OR c.last > w.examined_to
    OR EXISTS (SELECT FROM messaging_message m
        WHERE m.account_id = c.account_id AND m.id >= %(floor)s AND m.id < %(ceiling)s)
    OR EXISTS (SELECT FROM messaging_trafficquarter q
        WHERE q.account_id = c.account_id AND q.changed_at IS NOT NULL)
ORDER BY 1
"""
_IDLE = """
UPDATE messaging_trafficwatermark SET examined_at = %(now)s WHERE account_id = ANY(ARRAY(
    SELECT account_id FROM messaging_trafficwatermark
    WHERE account_id <> ALL(%(busy)s::bigint[]) FOR UPDATE SKIP LOCKED))
"""
_LOCK = """
SELECT examined_to, closed_before FROM messaging_trafficwatermark
WHERE account_id = %(account)s FOR UPDATE
"""
_LAST = "SELECT last FROM messaging_eventcounter WHERE account_id = %(account)s"
_BEGIN = """
INSERT INTO messaging_trafficwatermark (account_id, examined_to, examined_at)
VALUES (%(account)s, %(last)s, %(now)s) ON CONFLICT DO NOTHING
"""
_MARK = """
INSERT INTO messaging_trafficquarter AS q (account_id, quarter, changed_at)
SELECT %(account)s, changed.quarter, %(now)s FROM (CHANGED) AS changed
WHERE %(closed)s::timestamptz IS NULL OR changed.quarter >= %(closed)s
ON CONFLICT (account_id, quarter) DO UPDATE
    SET changed_at = coalesce(q.changed_at, excluded.changed_at)
"""
_MARK_ALL = _MARK.replace(
    "CHANGED",
    f"SELECT DISTINCT {_QUARTER_OF.format(id='id')} AS quarter FROM messaging_message"  # noqa: S608
    " WHERE account_id = %(account)s",
)
_MARK_ENDED = _MARK.replace(
    "CHANGED",
    f"SELECT DISTINCT {_QUARTER_OF.format(id='message_id')} AS quarter FROM messaging_event"  # noqa: S608
    " WHERE account_id = %(account)s AND sequence > %(after)s AND sequence <= %(to)s"
    " AND type LIKE 'message.%%' AND message_id IS NOT NULL",
)
_MARK_ACCEPTED = _MARK.replace(
    "CHANGED",
    "SELECT quarter FROM unnest(%(quarters)s::timestamptz[], %(floors)s::uuid[],"
    " %(ceilings)s::uuid[]) AS r(quarter, floor, ceiling) WHERE EXISTS (SELECT FROM"
    " messaging_message m WHERE m.account_id = %(account)s AND m.id >= r.floor"
    " AND m.id < r.ceiling)",
)
_EXAMINED = """
UPDATE messaging_trafficwatermark SET examined_to = %(to)s, examined_at = %(now)s
WHERE account_id = %(account)s
"""
# What changed in a quarter of yesterday waits for at most an hour, one of last week for six: late
# receipts come one by one, and each would have the whole quarter counted again.
_DUE = """
SELECT quarter FROM messaging_trafficquarter
WHERE account_id = %(account)s AND changed_at IS NOT NULL
    AND (counted_at IS NULL
        OR counted_at <= %(now)s::timestamptz - least((%(now)s - quarter) / 30, interval '6 h'))
ORDER BY quarter DESC LIMIT %(limit)s
"""
_CHANGED = """
SELECT quarter FROM messaging_trafficquarter
WHERE account_id = %(account)s AND changed_at IS NOT NULL AND quarter < %(before)s
ORDER BY quarter LIMIT %(limit)s
"""
_CLOSE = """
UPDATE messaging_trafficwatermark SET closed_before = greatest(closed_before, %(before)s)
WHERE account_id = %(account)s
"""
_FORGET = """
DELETE FROM messaging_trafficcell WHERE account_id = %(account)s AND quarter = %(quarter)s
"""
_BOUNDS = ",".join(str(2**power / 1000) for power in range(MOST))
_TIMES = ", ".join(f"count(*) FILTER (WHERE time = {bucket})" for bucket in range(MOST + 1))
_COUNT = f"""
INSERT INTO messaging_trafficcell (account_id, quarter, sender_id, network_id, country,
    template_version_id, campaign_id, message_class, accepted, sent, delivered, undelivered,
    failed, expired, blocked, canceled, unknown, segments, charged_micros, receipt_times)
SELECT %(account)s, %(quarter)s, sender_id, network_id, country, template_version_id, campaign_id,
    message_class, count(*), count(*) FILTER (WHERE was_sent),
    count(*) FILTER (WHERE status = 'delivered'), count(*) FILTER (WHERE status = 'undelivered'),
    count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'expired'),
    count(*) FILTER (WHERE status = 'blocked'), count(*) FILTER (WHERE status = 'canceled'),
    count(*) FILTER (WHERE status = 'unknown'),
    coalesce(sum(billed) FILTER (WHERE was_sent), 0), sum(charged), ARRAY[{_TIMES}]
FROM (
    SELECT sender_id, network_id, country, template_version_id, campaign_id, message_class, status,
        {BILLED} AS billed,
        sent_at IS NOT NULL OR status IN ('delivered', 'undelivered') AS was_sent,
        CASE WHEN charge_terms IS NULL THEN 0
            ELSE price_micros / {BILLED} * ({CHARGED_SEGMENTS}) END AS charged,
        CASE WHEN status = 'delivered' THEN
            width_bucket(date_part('epoch', done_at - sent_at), ARRAY[{_BOUNDS}]::float8[])
        END AS time
    FROM messaging_message
    WHERE account_id = %(account)s AND id >= %(floor)s AND id < %(ceiling)s AND NOT is_test
) AS m
GROUP BY sender_id, network_id, country, template_version_id, campaign_id, message_class
"""  # noqa: S608  constant parts
_COUNTED = """
UPDATE messaging_trafficquarter SET changed_at = NULL, counted_at = %(now)s
WHERE account_id = %(account)s AND quarter = %(quarter)s
"""


def traffic_count() -> dict[str, int]:
    """Counts every quarter of an hour again that has changed and is due; stops after forty
    seconds and goes on next time. An account that another worker counts is left to it."""
    now = clock.now()
    until = now + _BUDGET
    last = quarter_of(now)
    counts = {"accounts": 0, "quarters": 0}
    with connection.cursor() as cursor:
        cursor.execute(
            _WITH_WORK,
            {"floor": uuid7_floor(last - QUARTER), "ceiling": uuid7_floor(last + QUARTER)},
        )
        busy = [row[0] for row in cursor.fetchall()]
        cursor.execute(_IDLE, {"now": now, "busy": busy})
    for account_id in busy:
        counts["accounts"] += 1
        while clock.now() < until:
            counted, has_more = _step(account_id)
            counts["quarters"] += counted
            if not has_more:
                break
    return counts


def traffic_close(account_id: int, before: datetime) -> None:
    """Counts an account's quarters that begin before `before` for the last time: messages of
    them are about to be removed, and what was counted stays."""
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            now = clock.now()
            examined_to, closed = _locked(cursor, account_id, now, is_patient=True)
            if closed is not None and closed >= before:
                return
            has_more = _examine(cursor, account_id, examined_to, closed, now)
            values: dict[str, Any] = {
                "account": account_id,
                "before": before,
                "limit": _QUARTERS_AT_ONCE,
            }
            cursor.execute(_CHANGED, values)
            changed = [row[0] for row in cursor.fetchall()]
            _recount(cursor, account_id, changed, now)
            if not changed and not has_more:
                cursor.execute(_CLOSE, values)
                return


def quarter_of(moment: datetime) -> datetime:
    """When the quarter of an hour of a moment begins."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


@transaction.atomic
def _step(account_id: int) -> tuple[int, bool]:
    """Some of an account's work: how many quarters were counted, and whether there is more."""
    now = clock.now()
    with connection.cursor() as cursor:
        found = _locked(cursor, account_id, now, is_patient=False)
        if found is None:
            return 0, False
        examined_to, closed = found
        has_more = _examine(cursor, account_id, examined_to, closed, now)
        cursor.execute(_DUE, {"account": account_id, "now": now, "limit": _QUARTERS_AT_ONCE})
        due = [row[0] for row in cursor.fetchall()]
        _recount(cursor, account_id, due, now)
    return len(due), has_more or len(due) == _QUARTERS_AT_ONCE


def _locked(cursor: Any, account_id: int, now: datetime, *, is_patient: bool) -> Any:
    """The account's mark and what is closed, locked in the caller's transaction; None where
    somebody else has it and the caller does not wait."""
    statement = _LOCK if is_patient else f"{_LOCK} SKIP LOCKED"
    cursor.execute(statement, {"account": account_id})
    row = cursor.fetchone()
    if row is not None:
        return row
    cursor.execute(_LAST, {"account": account_id})
    values = {"account": account_id, "last": cursor.fetchone()[0], "now": now}
    cursor.execute(_BEGIN, values)
    if not cursor.rowcount:  # it is there by now, or was and is another's
        return _locked(cursor, account_id, now, is_patient=True) if is_patient else None
    cursor.execute(_MARK_ALL, values | {"closed": None})
    return values["last"], None


def _examine(
    cursor: Any, account_id: int, examined_to: int, closed: datetime | None, now: datetime
) -> bool:
    """Marks the quarters that have changed; whether there are more events to read."""
    cursor.execute(_LAST, {"account": account_id})
    last = cursor.fetchone()[0]
    to = min(last, examined_to + _EVENTS_AT_ONCE)
    current = quarter_of(now)
    # A transaction may commit after its quarter has ended: the one before is looked at as well.
    starts = [current - QUARTER, current]
    values = {
        "account": account_id,
        "after": examined_to,
        "to": to,
        "now": now,
        "closed": closed,
        "quarters": starts,
        "floors": [uuid7_floor(start) for start in starts],
        "ceilings": [uuid7_floor(start + QUARTER) for start in starts],
    }
    if to > examined_to:
        cursor.execute(_MARK_ENDED, values)
    cursor.execute(_MARK_ACCEPTED, values)
    cursor.execute(_EXAMINED, values)
    return bool(to < last)


def _recount(cursor: Any, account_id: int, quarters: Sequence[datetime], now: datetime) -> None:
    for quarter in quarters:
        values = {
            "account": account_id,
            "quarter": quarter,
            "floor": uuid7_floor(quarter),
            "ceiling": uuid7_floor(quarter + QUARTER),
            "now": now,
        }
        cursor.execute(_FORGET, values)
        cursor.execute(_COUNT, values)
        cursor.execute(_COUNTED, values)
