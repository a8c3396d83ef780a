"""Counting what carriers do: deltas beside the hot path, sums by minute, hour and day.

A delta may be lost with the process that holds it for a second: these are statistics. Receipts
are counted in the transaction that settles them, by the minute in which their messages left, so
that coverage compares those that came with those asked for.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from config.common import clock

COHORT_SECONDS = 10
# Answers may come so late: only then are the counts of a minute summed up.
_FOLD_AFTER_SECONDS = 75
_LOCK = 0x5163_0007
_SUMMED = ("m", "h", "d")


class Delta(NamedTuple):
    """One count; `cohort` in Unix seconds."""

    cohort: float
    carrier_id: int
    bind_id: int
    network_id: int
    sender_id: int
    message_class: str
    what: str
    bucket: int
    n: int


_ADD = """
INSERT INTO routing_observationdelta
    (cohort, carrier_id, bind_id, network_id, sender_id, message_class, what, bucket, n)
SELECT to_timestamp(cohort), carrier_id, bind_id, network_id, sender_id, message_class, what,
    bucket, n
FROM unnest(%s::float8[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
    %s::text[], %s::smallint[], %s::int[])
    AS d(cohort, carrier_id, bind_id, network_id, sender_id, message_class, what, bucket, n)
"""
_GONE = """
WITH gone AS (
    DELETE FROM routing_observationdelta WHERE at < %(before)s RETURNING *
), summed AS (
    INSERT INTO routing_observation AS o (grain, at, carrier_id, bind_id, network_id, sender_id,
        message_class, what, bucket, n)
    SELECT g.grain, date_trunc(g.unit, d.cohort, 'UTC') AS hour, d.carrier_id, d.bind_id,
        d.network_id, d.sender_id, d.message_class, d.what, d.bucket, sum(d.n)
    FROM gone d,
        (VALUES ('m', 'minute'), ('h', 'hour'), ('d', 'day')) AS g(grain, unit)
    WHERE d.what <> 'tenth'
    GROUP BY g.grain, hour, d.carrier_id, d.bind_id, d.network_id, d.sender_id,
        d.message_class, d.what, d.bucket
    ON CONFLICT (grain, at, carrier_id, what, message_class, network_id, sender_id, bind_id,
        bucket) DO UPDATE SET n = o.n + excluded.n
), tenths AS (
    SELECT d.carrier_id, coalesce(d.sender_id, 0) AS sender_id,
        floor(extract(epoch FROM d.cohort))::bigint * 10 + d.bucket AS tenth, sum(d.n) AS n
    FROM gone d WHERE d.what = 'tenth'
    GROUP BY GROUPING SETS ((d.carrier_id, d.sender_id, tenth), (d.carrier_id, tenth))
), rolled AS (
    SELECT carrier_id, sender_id, tenth,
        sum(n) OVER (PARTITION BY carrier_id, sender_id ORDER BY tenth
            RANGE BETWEEN 9 PRECEDING AND CURRENT ROW) AS in_second,
        sum(n) OVER (PARTITION BY carrier_id, sender_id ORDER BY tenth
            RANGE BETWEEN 599 PRECEDING AND CURRENT ROW) AS in_minute
    FROM tenths
), peaks AS (
    SELECT carrier_id, sender_id, tenth / 600 AS minute, max(in_second) AS second_most,
        max(in_minute) AS minute_most
    FROM rolled GROUP BY carrier_id, sender_id, minute
)
INSERT INTO routing_observation AS o (grain, at, carrier_id, bind_id, network_id, sender_id,
    message_class, what, bucket, n)
SELECT g.grain, date_trunc(g.unit, to_timestamp(p.minute * 60), 'UTC') AS since, p.carrier_id, 0,
    0, p.sender_id, '', w.what, 0,
    max(CASE w.what WHEN 'peak_second' THEN p.second_most ELSE p.minute_most END)
FROM peaks p,
    (VALUES ('m', 'minute'), ('h', 'hour'), ('d', 'day')) AS g(grain, unit),
    (VALUES ('peak_second'), ('peak_minute')) AS w(what)
GROUP BY g.grain, since, p.carrier_id, p.sender_id, w.what
ON CONFLICT (grain, at, carrier_id, what, message_class, network_id, sender_id, bind_id, bucket)
    DO UPDATE SET n = greatest(o.n, excluded.n)
"""
_FORGET = "DELETE FROM routing_observation WHERE grain = %s AND at < %s"


def cohort_of(seconds: float) -> float:
    """The beginning of the ten seconds that a moment belongs to, both in Unix time."""
    return seconds - seconds % COHORT_SECONDS


def observations_add(cursor: Any, rows: Iterable[Delta]) -> None:
    """Appends counts in the cursor's transaction: one statement, whatever their number."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        cursor.execute(_ADD, columns)


def observations_fold(*, after_seconds: float = _FOLD_AFTER_SECONDS) -> int:
    """Sums deltas of full minutes and forgets old sums; returns how many deltas there were. A
    task calls it; one at a time."""
    before = clock.now() - timedelta(seconds=after_seconds)
    if after_seconds:
        before = before.replace(second=0, microsecond=0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT count(*) FROM routing_observationdelta WHERE at < %s", [before])
        count = int(cursor.fetchone()[0])
        if count:
            cursor.execute(_GONE, {"before": before})
    return count


def observations_forget() -> int:
    """Drops sums that are older than their grain is kept. A task calls it every hour."""
    dropped = 0
    kept = (
        settings.OBSERVATION_MINUTES_DAYS,
        settings.OBSERVATION_HOURS_DAYS,
        settings.OBSERVATION_DAYS_DAYS,
    )
    with connection.cursor() as cursor:
        for grain, days in zip(_SUMMED, kept, strict=True):
            cursor.execute(_FORGET, [grain, clock.now() - timedelta(days=days)])
            dropped += cursor.rowcount
    return dropped


def moment_of(cohort: float) -> datetime:
    """A cohort's beginning as an aware datetime."""
    return datetime.fromtimestamp(cohort, tz=UTC)
