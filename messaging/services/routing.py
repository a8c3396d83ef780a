"""Moving messages to where they belong: the dispatch queue, the waiting table, or their end.

Used by the Celery routing task, by pumps (for what nobody routed in time) and at claiming, so
that there is one way a decision becomes rows.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from config.common import clock
from messaging.constants import EXPRESS_LANE
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.services.decisions import Case, Verdict, cases_reserve, losses_take
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.paces import cases_paced
from messaging.services.replacing import ported_locate, senders_change

EXPRESS_CHANNEL = "signalbox_express"
_EXPLAIN = """
UPDATE messaging_message m SET decision = v.decision
FROM unnest(%s::uuid[], %s::jsonb[]) AS v(id, decision) WHERE m.id = v.id
"""

_CASE = """
    m.id, q.lane, q.account_id, q.advertiser_id, q.campaign_id, q.msisdn, m.country,
    m.network_id, m.sender_id, m.template_version_id, m.text, m.segment_count, m.not_after,
    q.attempts, CASE WHEN m.segments_sent > 0 THEN m.carrier_id END, m.billed_segments,
    m.recipient_zone, m.origin = 'system', m.is_test, q.tried_carriers, m.decision -> 'before',
    m.decision -> 'fallback'
"""
_TAKE_UNROUTED = f"""
SELECT {_CASE} FROM messaging_dispatch q JOIN messaging_message m ON m.id = q.id
WHERE q.carrier_id = 0 AND q.bind_id IS NULL
ORDER BY q.lane, q.id LIMIT %(limit)s FOR UPDATE OF q SKIP LOCKED
"""  # noqa: S608  constant parts
_TAKE_WAITING = f"""
SELECT {_CASE} FROM messaging_waiting q JOIN messaging_message m ON m.id = q.id
WHERE q.account_id = %(account)s AND q.due_at <= %(due)s
  AND NOT EXISTS (SELECT 1 FROM messaging_hold h WHERE h.campaign_id = q.campaign_id)
ORDER BY q.account_id, q.due_at, q.id LIMIT %(limit)s FOR UPDATE OF q SKIP LOCKED
"""  # noqa: S608  constant parts
_TAKE_CLAIMED = f"""
SELECT {_CASE} FROM unnest(%(lanes)s::smallint[], %(ids)s::uuid[]) AS r(lane, id)
JOIN messaging_dispatch q
    ON q.carrier_id = %(carrier)s AND q.lane = r.lane AND q.id = r.id
JOIN messaging_message m ON m.id = q.id
"""  # noqa: S608  constant parts
_TAKE_MISSED = f"""
SELECT q.carrier_id, {_CASE} FROM messaging_dispatch q JOIN messaging_message m ON m.id = q.id
WHERE q.bind_id IS NULL AND q.not_after < %(now)s
    AND (m.not_after IS NULL OR m.not_after >= %(now)s)
ORDER BY q.carrier_id, q.lane, q.id LIMIT %(limit)s FOR UPDATE OF q SKIP LOCKED
"""  # noqa: S608  constant parts
_ACCOUNTS_DUE = """
SELECT a.id, a.share FROM compliance_account a WHERE EXISTS (
    SELECT 1 FROM messaging_waiting w WHERE w.account_id = a.id AND w.due_at <= %(due)s)
ORDER BY a.id
"""
_BACKLOG = """
SELECT count(*) FROM (
    SELECT 1 FROM messaging_dispatch
    WHERE carrier_id = ANY(%(carriers)s) AND lane > %(express)s LIMIT %(most)s) AS ahead
"""
_LEAVE = {
    "dispatch": """DELETE FROM messaging_dispatch q WHERE q.carrier_id = %(carrier)s
        AND q.lane = ANY(%(lanes)s::smallint[]) AND q.id = ANY(%(ids)s)""",
    "waiting": "DELETE FROM messaging_waiting q WHERE q.id = ANY(%(ids)s)",
}
_QUEUE = """
INSERT INTO messaging_dispatch (carrier_id, lane, id, account_id, advertiser_id, campaign_id,
    msisdn, not_after, rules_version, attempts, tried_carriers)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[])
"""
_WAIT = """
INSERT INTO messaging_waiting (due_at, reason, lane, id, account_id, advertiser_id, campaign_id,
    msisdn, not_after, attempts, tried_carriers)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[])
"""
_NOTE = """
UPDATE messaging_message m SET status = v.status, carrier_id = v.carrier, cost_micros = v.cost,
    decision = v.decision
FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[])
    AS v(id, status, carrier, cost, decision)
WHERE m.id = v.id AND m.status IN ('accepted', 'scheduled', 'queued')
"""


def _case(row: Sequence[Any]) -> Case:
    *stored, is_test, tried, before, fallback = row
    case = Case(*stored)
    case.is_test = is_test
    if tried or before or fallback:
        case.tried, case.before, case.fallback = tried, _told(before), _told(fallback)
    return case


def _told(stored: Any) -> dict[str, Any] | None:
    """A part of a decision: Django's cursors leave it as text, psycopg's own do not."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    return found if isinstance(found, dict) else None


def backlog() -> int:
    """Messages of the bulk lanes that wait for a bind, counted up to twice the allowed number.

    A carrier that is down must not stop the others, so its own queue does not count while
    another one takes messages.
    """
    known = snapshots.current().routing.carriers
    carriers = [carrier.id for carrier in known.values() if carrier.is_available] or list(known)
    most = settings.RELEASE_BACKLOG * 2
    with connection.cursor() as cursor:
        cursor.execute(
            _BACKLOG, {"carriers": [0, *carriers], "express": EXPRESS_LANE, "most": most}
        )
        row = cursor.fetchone()
    return int(row[0])


def unrouted_route(*, limit: int, own: psycopg.Connection[Any] | None = None) -> int:
    """Decides single messages that were accepted without a carrier and wakes their pumps.
    Returns how many were looked at. `own`: a connection on which statements are prepared, where
    it is done for each one-time code; Django's plans each of them anew."""
    snapshot = snapshots.current()
    with _transaction(own) as cursor:
        cursor.execute(_TAKE_UNROUTED, {"limit": limit})
        cases = list(map(_case, cursor.fetchall()))
        if cases:
            cases_place(cursor, cases, snapshot, origin="dispatch", carrier_id=0)
    return len(cases)


@contextmanager
def _transaction(own: psycopg.Connection[Any] | None) -> Iterator[Any]:
    """A cursor in a transaction: on Django's connection, or on the caller's own."""
    if own is None:
        with transaction.atomic(), connection.cursor() as cursor:
            yield cursor
    else:
        with own.transaction(), own.cursor() as cursor:
            yield cursor


def waiting_route(*, overdue_seconds: float = 0.0) -> int:
    """Brings due waiting messages into the dispatch queue, a slice per account in turn (times
    its share), while the queue is short enough. Returns how many were looked at.

    `overdue_seconds`: only rows that have been due for so long (somebody else's work, forgotten).
    """
    total = 0
    due = clock.now() - timedelta(seconds=overdue_seconds)
    while backlog() < settings.RELEASE_BACKLOG:
        accounts = _accounts_due(due)
        taken = sum(_slice_route(account_id, share, due) for account_id, share in accounts)
        total += taken
        if not taken:
            break
    return total


def missed_route(*, limit: int) -> int:
    """Decides again what no bind took before its window closed: it waits for the next, or ends.
    A bind would do so when it claims it, but there may be none. Returns how many there were."""
    snapshot = snapshots.current()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE_MISSED, {"now": clock.now(), "limit": limit})
        cases: dict[int, list[Case]] = {}
        for carrier_id, *row in cursor.fetchall():
            cases.setdefault(carrier_id, []).append(_case(row))
        for carrier_id, those in cases.items():
            cases_place(cursor, those, snapshot, origin="dispatch", carrier_id=carrier_id)
    return sum(map(len, cases.values()))


def _accounts_due(due: Any) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS_DUE, {"due": due})
        return list(cursor.fetchall())


def _slice_route(account_id: int, share: int, due: Any) -> int:
    snapshot = snapshots.current()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _TAKE_WAITING,
            {
                "account": account_id,
                "due": due,
                "limit": settings.RELEASE_SLICE // 2 * max(1, share),
            },
        )
        cases = list(map(_case, cursor.fetchall()))
        ready = cases_paced(cursor, cases, clock.now())
        if ready:
            cases_place(cursor, ready, snapshot, origin="waiting", carrier_id=0)
    return len(cases)


def claimed_place(
    cursor: Any,
    claimed: Sequence[tuple[int, uuid.UUID]],
    snapshot: Snapshot,
    carrier_id: int,
    settled: Sequence[Outcome] = (),
) -> None:
    """Decides again rows (lane, id) that the cursor's transaction has just claimed. `settled`
    are outcomes of others, applied with theirs: the event counters are locked once, and last."""
    keys = {"lanes": [lane for lane, _id in claimed], "ids": [key for _lane, key in claimed]}
    cursor.execute(_TAKE_CLAIMED, keys | {"carrier": carrier_id})
    cases = list(map(_case, cursor.fetchall()))
    cases_place(cursor, cases, snapshot, origin="dispatch", carrier_id=carrier_id, settled=settled)


def cases_place(
    cursor: Any,
    cases: Sequence[Case],
    snapshot: Snapshot,
    *,
    origin: str,
    carrier_id: int,
    settled: Sequence[Outcome] = (),
) -> None:
    """Decides cases and moves their rows from `origin` to where the verdicts say, in the
    cursor's transaction. `carrier_id` is the dispatch rows' present one."""
    now = clock.now()
    ported_locate(cursor, snapshot, cases)
    verdicts, losses = cases_reserve(cursor, snapshot, cases, now)
    pairs = list(zip(cases, verdicts, strict=True))
    cursor.execute(
        _LEAVE[origin],
        {
            "carrier": carrier_id,
            "lanes": sorted({case.lane for case in cases}),
            "ids": [case.id for case in cases],
        },
    )
    going = [(case, verdict) for case, verdict in pairs if verdict.action == "queue"]
    waiting = [(case, verdict) for case, verdict in pairs if verdict.action == "wait"]
    ended = [(case, verdict) for case, verdict in pairs if verdict.action == "end"]
    _enqueue(cursor, going, snapshot.version)
    _postpone(cursor, waiting)
    _note(cursor, going + waiting)
    senders_change(cursor, going + waiting)
    if ended:
        cursor.execute(
            _EXPLAIN,
            [
                [case.id for case, _verdict in ended],
                [Jsonb(verdict.decision) for _case, verdict in ended],
            ],
        )
    outcomes = [Outcome(case.id, verdict.status, now, verdict.reason) for case, verdict in ended]
    outcomes += [*settled, *losses_take(cursor, losses, now)]
    if outcomes:
        outcomes_apply(cursor, outcomes)
    for carrier in {v.carrier_id for case, v in going if case.lane == EXPRESS_LANE}:
        cursor.execute("SELECT pg_notify(%s, %s)", [EXPRESS_CHANNEL, str(carrier)])


def _enqueue(cursor: Any, going: Sequence[tuple[Case, Verdict]], version: int) -> None:
    if going:
        cursor.executemany(
            _QUEUE,
            [
                (
                    verdict.carrier_id,
                    case.lane,
                    case.id,
                    case.account_id,
                    case.advertiser_id,
                    case.campaign_id,
                    case.msisdn,
                    verdict.not_after,
                    version,
                    case.attempts,
                    list(case.tried),
                )
                for case, verdict in going
            ],
        )


def _postpone(cursor: Any, waiting: Sequence[tuple[Case, Verdict]]) -> None:
    if waiting:
        cursor.executemany(
            _WAIT,
            [
                (
                    verdict.due_at,
                    verdict.reason,
                    case.lane,
                    case.id,
                    case.account_id,
                    case.advertiser_id,
                    case.campaign_id,
                    case.msisdn,
                    case.not_after,
                    case.attempts,
                    list(case.tried),
                )
                for case, verdict in waiting
            ],
        )


def _note(cursor: Any, pairs: Sequence[tuple[Case, Verdict]]) -> None:
    if not pairs:
        return
    ordered = sorted(pairs, key=lambda pair: pair[0].id)
    cursor.execute(
        _NOTE,
        [
            [case.id for case, _verdict in ordered],
            [verdict.status for _case, verdict in ordered],
            [verdict.carrier_id or None for _case, verdict in ordered],
            [verdict.cost_micros for _case, verdict in ordered],
            [Jsonb(verdict.decision) for _case, verdict in ordered],
        ],
    )
