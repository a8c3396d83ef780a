"""The only writer of a message's state: compare-and-swap, event and tally in one statement.

Ranks decide, not the order of arrival: a state is changed only from those that allow it
(messaging.constants.TRANSITIONS), so a repeated receipt or a second worker changes nothing.
The event counter is taken last, accounts in order, so that numbers follow commits and two
flushes cannot lock each other out.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.common.ids import uuid7
from config.common.states import sources
from messaging.constants import TRANSITIONS, FailureReason, MessageStatus

_UNKNOWN = MessageStatus.UNKNOWN.value


@dataclass(slots=True)
class Outcome:
    """A message's next state. `segments_sent` and `cost` are kept where None."""

    message_id: uuid.UUID
    status: str
    at: datetime
    reason: str = FailureReason.NONE.value
    command_status: int | None = None
    receipt_error: str = ""
    segments_sent: int | None = None


# One place makes event bodies, so that webhook and polling are byte-identical.
_STATEMENT = """
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(events)s::uuid[], %(at)s::timestamptz[], %(reasons)s::text[],
        %(command_statuses)s::int[], %(receipt_errors)s::text[], %(segments)s::int[]
    ) AS i(id, event_id, at, reason, command_status, receipt_error, segments_sent)
), moved AS (
    UPDATE messaging_message m SET
        status = %(status)s::text,
        failure_reason = i.reason,
        command_status = coalesce(i.command_status, m.command_status),
        receipt_error = CASE WHEN i.receipt_error = '' THEN m.receipt_error
                             ELSE i.receipt_error END,
        segments_sent = coalesce(i.segments_sent, m.segments_sent)::smallint,
        sent_at = CASE WHEN %(is_sent)s::bool THEN i.at ELSE m.sent_at END,
        done_at = CASE WHEN %(is_sent)s::bool THEN m.done_at ELSE i.at END
    FROM input i
    WHERE m.id = i.id AND m.status = ANY(%(sources)s::text[])
    RETURNING m.id, i.event_id, i.at, m.account_id, m.campaign_id, m.msisdn, m.sender_id,
        m.failure_reason, m.segment_count, m.price_micros, m.currency, m.client_reference,
        m.metadata, m.message_class, m.sent_at
), counts AS MATERIALIZED (
    SELECT account_id, count(*) AS n FROM moved GROUP BY account_id ORDER BY account_id
), tallied AS (
    INSERT INTO messaging_tally
        (campaign_id, status, reason, messages, segments, price_micros)
    SELECT campaign_id, %(status)s::text, failure_reason, count(*),
        sum(segment_count), sum(price_micros)
    FROM moved WHERE campaign_id IS NOT NULL GROUP BY campaign_id, failure_reason
    UNION ALL
    SELECT campaign_id, 'unknown', '', -count(*), -sum(segment_count), -sum(price_micros)
    FROM moved WHERE %(from_unknown)s::bool AND campaign_id IS NOT NULL GROUP BY campaign_id
), locked AS MATERIALIZED (
    SELECT account_id FROM messaging_eventcounter
    WHERE account_id = ANY(ARRAY(SELECT account_id FROM counts))
    ORDER BY account_id FOR UPDATE
), numbered AS (
    UPDATE messaging_eventcounter c SET last = c.last + counts.n
    FROM counts JOIN locked USING (account_id)
    WHERE c.account_id = counts.account_id
    RETURNING c.account_id, c.last - counts.n AS base
), ordered AS (
    SELECT moved.*, numbered.base
        + row_number() OVER (PARTITION BY moved.account_id ORDER BY moved.id) AS sequence
    FROM moved JOIN numbered USING (account_id)
), logged AS (
    INSERT INTO messaging_event (id, account_id, sequence, type, message_id, at, body)
    SELECT o.event_id, o.account_id, o.sequence, %(type)s::text, o.id, o.at,
        '{"sequence":' || o.sequence || ',"type":"' || %(type)s::text || '","timestamp":'
        || to_json(o.at)::text || ',"data":' || json_build_object(
            'id', o.id,
            'to', '+' || o.msisdn,
            'from', (SELECT CASE WHEN s.kind = 'long_code' THEN '+' ELSE '' END || s.address
                     FROM routing_sender s WHERE s.id = o.sender_id),
            'class', o.message_class,
            'status', %(status)s::text,
            'failure_reason', nullif(o.failure_reason, ''),
            'segment_count', o.segment_count,
            'price', json_build_object(
                'amount', trim_scale(o.price_micros / 1000000.0)::text, 'currency', o.currency),
            'client_reference', nullif(o.client_reference, ''),
            'metadata', coalesce(o.metadata, '{}'::jsonb),
            'sent_at', o.sent_at,
            'done_at', CASE WHEN %(is_sent)s::bool THEN NULL ELSE o.at END
        )::text || '}'
    FROM ordered o
)
SELECT id FROM moved
"""


def outcomes_apply(cursor: Any, outcomes: Sequence[Outcome]) -> set[uuid.UUID]:
    """Moves messages to their outcomes in the cursor's transaction; returns those that moved.

    A message that a late receipt takes out of `unknown` gives its count there back.
    """
    moved: set[uuid.UUID] = set()
    for status in dict.fromkeys(outcome.status for outcome in outcomes):
        group = [outcome for outcome in outcomes if outcome.status == status]
        allowed = sources(TRANSITIONS, status)
        moved |= _apply(cursor, status, group, allowed - {_UNKNOWN}, from_unknown=False)
        left = [outcome for outcome in group if outcome.message_id not in moved]
        if left and _UNKNOWN in allowed:
            moved |= _apply(cursor, status, left, frozenset({_UNKNOWN}), from_unknown=True)
    return moved


def _apply(
    cursor: Any,
    status: str,
    group: Sequence[Outcome],
    allowed: frozenset[str],
    *,
    from_unknown: bool,
) -> set[uuid.UUID]:
    # One lock order for all writers; one outcome per message (two receipts in one batch).
    rows = sorted({outcome.message_id: outcome for outcome in group}.values(), key=_by_id)
    cursor.execute(
        _STATEMENT,
        {
            "ids": [row.message_id for row in rows],
            "events": [uuid7() for _ in rows],
            "at": [row.at for row in rows],
            "reasons": [str(row.reason) for row in rows],
            "command_statuses": [row.command_status for row in rows],
            "receipt_errors": [row.receipt_error for row in rows],
            "segments": [row.segments_sent for row in rows],
            "status": str(status),
            "type": f"message.{status}",
            "is_sent": status == MessageStatus.SENT,
            "sources": sorted(str(state) for state in allowed),
            "from_unknown": from_unknown,
        },
    )
    return {row[0] for row in cursor.fetchall()}


def _by_id(outcome: Outcome) -> uuid.UUID:
    return outcome.message_id
