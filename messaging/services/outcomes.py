"""The only writer of a message's state: compare-and-swap, event, tally and money in one statement.

Ranks decide, not the order of arrival: a state is changed only from those that allow it
(messaging.constants.TRANSITIONS), so a repeated receipt or a second worker changes nothing.
The event counter is taken last, accounts in order, so that numbers follow commits and two
flushes cannot lock each other out.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from config.common import clock
from config.common.arrays import Int4s, Texts, Times, UuidOctets, Uuids
from config.common.ids import uuid7_bytes
from messaging.constants import TRANSITIONS, FailureReason, MessageStatus
from messaging.services.event_bodies import MESSAGE_BODY
from messaging.services.money.settling import SETTLED


@dataclass(slots=True)
class Outcome:
    """A message's next state. `segments_sent` and `command_status` are kept where None."""

    message_id: uuid.UUID
    status: str
    at: datetime
    reason: str = FailureReason.NONE.value
    command_status: int | None = None
    receipt_error: str = ""
    segments_sent: int | None = None


# On the day's own partition: through its parent, PostgreSQL 18 may lose rows (decision 0026).
_STATEMENT = """
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(events)s::uuid[], %(statuses)s::text[], %(at)s::timestamptz[],
        %(reasons)s::text[], %(command_statuses)s::int[], %(receipt_errors)s::text[],
        %(segments)s::int[]
    ) AS i(id, event_id, status, at, reason, command_status, receipt_error, segments_sent)
), lost AS MATERIALIZED (
    SELECT m.id, m.failure_reason FROM input i JOIN MESSAGES m ON m.id = i.id
    WHERE %(is_late)s::bool AND m.status = 'unknown'
), moved AS (
    UPDATE MESSAGES m SET
        status = CASE WHEN m.segments_sent > 0 AND i.status = ANY(%(unsent)s::text[])
                      THEN 'undelivered' ELSE i.status END,
        failure_reason = CASE WHEN m.segments_sent > 0 AND i.status = ANY(%(unsent)s::text[])
                              THEN 'partial' ELSE i.reason END,
        command_status = coalesce(i.command_status, m.command_status),
        receipt_error = CASE WHEN i.receipt_error = '' THEN m.receipt_error
                             ELSE i.receipt_error END,
        segments_sent = coalesce(i.segments_sent, m.segments_sent)::smallint,
        sent_at = CASE WHEN i.status = 'sent' THEN i.at ELSE m.sent_at END,
        done_at = CASE WHEN i.status = 'sent' THEN m.done_at ELSE i.at END
    FROM input i
    WHERE m.id = i.id AND m.status || '>' || i.status = ANY(%(moves)s::text[])
    RETURNING m.id, i.event_id, i.at, m.account_id, m.campaign_id, m.msisdn, m.sender_id,
        m.status, m.failure_reason, m.segment_count, m.billed_segments, m.price_micros,
        m.currency,
        m.client_reference, m.metadata, m.message_class, m.sent_at, m.carrier_id, m.network_id,
        m.charge_terms, m.segments_sent, m.created_at, m.is_test
), observed AS (
    INSERT INTO routing_observationdelta
        (cohort, carrier_id, bind_id, network_id, sender_id, message_class, what, bucket, n)
    SELECT date_bin('10 s', sent_at, '2000-01-01Z') AS cohort,
        carrier_id, 0, coalesce(network_id, 0), sender_id, message_class,
        CASE WHEN status = 'delivered' THEN status
             ELSE coalesce(nullif(failure_reason, ''), status) END,
        width_bucket(date_part('epoch', at - sent_at), BUCKETS), count(*)
    FROM moved
    WHERE %(is_receipts)s::bool AND sent_at IS NOT NULL AND carrier_id IS NOT NULL
        AND NOT is_test
    GROUP BY 1, 2, 4, 5, 6, 7, 8
)SETTLED, counts AS MATERIALIZED (
    SELECT account_id, count(*) AS n FROM moved GROUP BY account_id ORDER BY account_id
), tallied AS (
    INSERT INTO messaging_tally
        (campaign_id, status, reason, messages, segments, price_micros)
    SELECT campaign_id, status, failure_reason, count(*), sum(segment_count), sum(price_micros)
    FROM moved WHERE campaign_id IS NOT NULL GROUP BY campaign_id, status, failure_reason
    UNION ALL
    SELECT m.campaign_id, 'unknown', lost.failure_reason,
        -count(*), -sum(m.segment_count), -sum(m.price_micros)
    FROM lost JOIN moved m ON m.id = lost.id
    WHERE m.campaign_id IS NOT NULL GROUP BY m.campaign_id, lost.failure_reason
), locked AS MATERIALIZED (
    SELECT account_id FROM messaging_eventcounter
    WHERE account_id = ANY(ARRAY(SELECT account_id FROM counts))
    ORDER BY account_id FOR UPDATE
), numbered AS (
    UPDATE messaging_eventcounter c SET last = c.last + counts.n
    FROM counts JOIN locked USING (account_id)
    WHERE c.account_id = counts.account_id
    RETURNING c.account_id, c.last - counts.n AS base
), senders AS MATERIALIZED (
    SELECT id, to_json(address)::text AS address_json FROM routing_sender
    WHERE id = ANY(ARRAY(SELECT DISTINCT sender_id FROM moved))
), ordered AS (
    SELECT moved.*, 'message.' || moved.status AS type, to_json(moved.at)::text AS at_json,
        senders.address_json, numbered.base
        + row_number() OVER (PARTITION BY moved.account_id ORDER BY moved.id) AS sequence
    FROM moved JOIN numbered USING (account_id) LEFT JOIN senders ON senders.id = moved.sender_id
), logged AS (
    INSERT INTO messaging_event (id, account_id, sequence, type, message_id, at, body)
    SELECT o.event_id, o.account_id, o.sequence, o.type, o.id, o.at,
        BODY
    FROM ordered o
)
SELECT id FROM input WHERE id NOT IN (SELECT id FROM moved)
"""


def _moves(*, is_late: bool) -> list[str]:
    return sorted(
        f"{source!s}>{target!s}"
        for source, targets in TRANSITIONS.items()
        for target in targets
        if (source == MessageStatus.UNKNOWN) is is_late
    )


_MOVES, _LATE_MOVES = _moves(is_late=False), _moves(is_late=True)
# A receipt speaks of its carrier: by kind of end and time since sending (routing.engine.buckets).
_BUCKETS = ",".join(str(2**power / 1000) for power in range(30))
_STATEMENT = (
    _STATEMENT.replace("BUCKETS", f"ARRAY[{_BUCKETS}]::float8[]")
    .replace("SETTLED", SETTLED)
    .replace("BODY", MESSAGE_BODY)
)
_RECEIPT = frozenset({MessageStatus.DELIVERED.value, MessageStatus.UNDELIVERED.value})
_DAY_MILLISECONDS = 86_400_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LAST_MILLISECOND = (date.max.toordinal() - _EPOCH_DAY) * _DAY_MILLISECONDS
_SETTLED_LATE = TRANSITIONS[MessageStatus.UNKNOWN]
# Of a message that an SMSC has in part these are not true: it is undelivered, as a part.
_UNSENT = ["blocked", "canceled", "expired", "failed"]


def outcomes_apply(cursor: Any, outcomes: Sequence[Outcome]) -> set[uuid.UUID]:
    """Moves messages to their outcomes in the cursor's transaction; returns those that moved.

    Of two outcomes for one message the first counts. A message that a late receipt takes out of
    `unknown` gives its count there back.
    """
    first: dict[uuid.UUID, Outcome] = {}
    for outcome in outcomes:
        first.setdefault(outcome.message_id, outcome)
    # One statement for all states, and one order of rows and accounts for all writers: two
    # batches cannot wait for each other.
    rows = sorted(first.values(), key=_by_id)
    moved = _apply(cursor, rows, _MOVES, is_late=False)
    late = [row for row in rows if row.message_id not in moved and row.status in _SETTLED_LATE]
    if late:
        moved |= _apply(cursor, late, _LATE_MOVES, is_late=True)
    return moved


def _apply(
    cursor: Any, rows: Sequence[Outcome], moves: Sequence[str], *, is_late: bool
) -> set[uuid.UUID]:
    moved: set[uuid.UUID] = set()
    for day, of_day in groupby(rows, _day):
        if _exists(cursor, day):
            moved |= _apply_day(cursor, _statement(day), list(of_day), moves, is_late=is_late)
    return moved


def _apply_day(
    cursor: Any, statement: str, rows: Sequence[Outcome], moves: Sequence[str], *, is_late: bool
) -> set[uuid.UUID]:
    ids = Uuids([row.message_id for row in rows])
    cursor.execute(
        statement,
        {
            "ids": ids,
            "events": UuidOctets([uuid7_bytes() for _ in rows]),
            "statuses": Texts([str(row.status) for row in rows]),
            "at": Times([row.at.timestamp() for row in rows]),
            "reasons": Texts([str(row.reason) for row in rows]),
            "command_statuses": Int4s([row.command_status for row in rows]),
            "receipt_errors": Texts([row.receipt_error for row in rows]),
            "segments": Int4s([row.segments_sent for row in rows]),
            "moves": list(moves),
            "unsent": _UNSENT,
            "is_late": is_late,
            "booked_at": clock.now(),
            "is_receipts": any(row.status in _RECEIPT for row in rows),
        },
    )
    # Nearly all move, so the others are what is read.
    return set(ids).difference([row[0] for row in cursor.fetchall()])


_days_seen: set[int] = set()


def _exists(cursor: Any, day: int) -> bool:
    """Whether that day has a partition. A message that nobody has any more does not move."""
    if day not in _days_seen:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_partition(day)])
        if not cursor.fetchone()[0]:
            return False
        _days_seen.add(day)
    return True


@lru_cache(maxsize=64)
def _statement(day: int) -> str:
    return _STATEMENT.replace("MESSAGES", _partition(day)).replace("ID_DAY", str(day))


def _partition(day: int) -> str:
    """Named by `create_day_partitions`; `day`: since 1970, in UTC."""
    return f"messaging_message_{date.fromordinal(_EPOCH_DAY + day):%Y%m%d}"


def _day(outcome: Outcome) -> int:
    """Of the message's id, a version 7 UUID (RFC 9562 §5.7): milliseconds lead."""
    return min(outcome.message_id.int >> 80, _LAST_MILLISECOND) // _DAY_MILLISECONDS


def _by_id(outcome: Outcome) -> int:
    return outcome.message_id.int  # UUID's own comparison costs more than all the rest
