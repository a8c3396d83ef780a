"""Delivery receipts: find the message, settle it, and keep what finds none."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from messaging.arrays import Texts
from messaging.constants import FailureReason, MessageStatus
from messaging.services.outcomes import Outcome, outcomes_apply

_RECENT_DAYS = 3
_ALL_DAYS = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_REASONS = {
    "undelivered": FailureReason.UNDELIVERABLE.value,
    "expired": FailureReason.RECEIPT_EXPIRED.value,
    "rejected": FailureReason.RECEIPT_REJECTED.value,
    "deleted": FailureReason.DELETED.value,
}
_NO_REASON = FailureReason.NONE.value
_DELIVERED, _UNDELIVERED = MessageStatus.DELIVERED.value, MessageStatus.UNDELIVERED.value


@dataclass(frozen=True, slots=True)
class Receipt:
    """A final receipt: `smsc_message_id` in canonical form, `state` in the parser's words."""

    smsc_message_id: str
    state: str
    error: str
    msisdn: str
    reference: int | None
    raw: bytes
    received_at: datetime

    @property
    def status(self) -> str:
        return _DELIVERED if self.state == "delivered" else _UNDELIVERED

    @property
    def reason(self) -> str:
        return _REASONS.get(self.state, _NO_REASON)


# Ids repeat over time and days are partitions: recent days only, the youngest last. By an
# array, because a join plans itself as receipts times segments while the table is small.
_FIND = """
SELECT s.smsc_message_id, s.day, s.message_id, s.number, s.total FROM messaging_segment s
WHERE s.carrier_id = %(carrier)s AND s.smsc_message_id = ANY(%(ids)s::text[])
    AND s.day BETWEEN %(first_day)s AND %(last_day)s
ORDER BY s.day, s.sent_at
"""
_SETTLE_SEGMENTS = """
UPDATE messaging_segment s SET status = r.status, receipt_error = r.error, done_at = r.at
FROM unnest(%(days)s::int[], %(messages)s::uuid[], %(numbers)s::smallint[], %(statuses)s::text[],
    %(errors)s::text[], %(at)s::timestamptz[]) AS r(day, message_id, number, status, error, at)
WHERE s.day = r.day AND s.message_id = r.message_id AND s.number = r.number AND s.status = 'sent'
"""
_ALL_SETTLED = """
SELECT message_id FROM messaging_segment
WHERE message_id = ANY(%(messages)s) AND day BETWEEN %(first_day)s AND %(last_day)s
GROUP BY message_id, total HAVING count(*) FILTER (WHERE status = 'delivered') >= total
"""
_PARK = """
INSERT INTO messaging_parkedreceipt
    (carrier_id, bind_id, smsc_message_id, msisdn, reference, state, error, raw, received_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class _Hit:
    receipt: Receipt
    day: int
    message_id: uuid.UUID
    number: int
    total: int


def receipts_apply(
    cursor: Any,
    receipts: Sequence[Receipt],
    *,
    carrier_id: int,
    first_settles: bool,
    days: int = _RECENT_DAYS,
) -> list[Receipt]:
    """Settles the messages these receipts speak of, in the cursor's transaction, and returns
    the receipts that found none. `first_settles`: this carrier reports one segment only."""
    hits, missed = _find(cursor, receipts, carrier_id, days)
    single = [hit for hit in hits if hit.total == 1 or first_settles]
    outcomes = [_outcome(hit.receipt, hit.message_id) for hit in single]
    several = [hit for hit in hits if hit.total > 1 and not first_settles]
    if several:
        outcomes += _segments_settle(cursor, several, days)
    if outcomes:
        outcomes_apply(cursor, outcomes)
    return missed


def receipts_park(
    cursor: Any, receipts: Sequence[Receipt], *, carrier_id: int, bind_id: int
) -> None:
    """Keeps receipts that found no message yet; `receipts_unpark` tries them again."""
    cursor.executemany(
        _PARK,
        [
            (
                carrier_id,
                bind_id,
                r.smsc_message_id,
                r.msisdn,
                r.reference,
                r.state,
                r.error,
                r.raw,
                r.received_at,
            )
            for r in receipts
        ],
    )


def _today() -> int:
    return (datetime.now(UTC) - _EPOCH).days


def _find(
    cursor: Any, receipts: Sequence[Receipt], carrier_id: int, days: int
) -> tuple[list[_Hit], list[Receipt]]:
    cursor.execute(
        _FIND,
        {
            "ids": Texts([receipt.smsc_message_id for receipt in receipts]),
            "carrier": carrier_id,
            "first_day": _today() - days,
            "last_day": _today() + 1,
        },
    )
    found = {row[0]: row[1:] for row in cursor.fetchall()}
    hits = [
        _Hit(receipt, *found[receipt.smsc_message_id])
        for receipt in receipts
        if receipt.smsc_message_id in found
    ]
    return hits, [receipt for receipt in receipts if receipt.smsc_message_id not in found]


def _outcome(receipt: Receipt, message_id: uuid.UUID) -> Outcome:
    return Outcome(
        message_id,
        receipt.status,
        receipt.received_at,
        receipt.reason,
        receipt_error=receipt.error[:16],
    )


def _segments_settle(cursor: Any, hits: Sequence[_Hit], days: int) -> list[Outcome]:
    """A message of several segments: delivered when all are, else the first failure decides."""
    ordered = sorted(hits, key=lambda hit: (hit.message_id, hit.number))
    cursor.execute(
        _SETTLE_SEGMENTS,
        {
            "days": [hit.day for hit in ordered],
            "messages": [hit.message_id for hit in ordered],
            "numbers": [hit.number for hit in ordered],
            "statuses": [hit.receipt.status for hit in ordered],
            "errors": [hit.receipt.error[:16] for hit in ordered],
            "at": [hit.receipt.received_at for hit in ordered],
        },
    )
    cursor.execute(
        _ALL_SETTLED,
        {
            "messages": list({hit.message_id for hit in hits}),
            "first_day": min(hit.day for hit in hits) - days,
            "last_day": _today() + 1,
        },
    )
    complete = {row[0] for row in cursor.fetchall()}
    decisive: dict[uuid.UUID, Receipt] = {}
    for hit in ordered:
        failed = hit.receipt.status != MessageStatus.DELIVERED
        if failed or hit.message_id in complete:
            decisive.setdefault(hit.message_id, hit.receipt)
    return [_outcome(receipt, message_id) for message_id, receipt in decisive.items()]


_TAKE_PARKED = """
SELECT id, smsc_message_id, state, error, msisdn, reference, raw, received_at
FROM messaging_parkedreceipt WHERE carrier_id = %s AND id > %s AND received_at >= %s
ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
"""
# The two last octets of our id travel as user_message_reference (SMPP 3.4 §5.3.2.17).
_FIND_BY_REFERENCE = """
SELECT id FROM messaging_message
WHERE msisdn = %(msisdn)s AND id BETWEEN uuid7_floor(%(from)s) AND uuid7_floor(%(to)s)
  AND (get_byte(uuid_send(id), 14) << 8) + get_byte(uuid_send(id), 15) = %(reference)s
  AND carrier_id = %(carrier)s AND status = 'unknown' AND segment_count = 1
"""


def receipts_unpark(
    cursor: Any, *, carrier_id: int, first_settles: bool, since: datetime | None = None
) -> int:
    """Tries parked receipts again: those whose answer has come by now settle their message,
    then those that name their message by its reference. Returns how many found one.

    `since`: only receipts that came after it, against recent days; without it all of them,
    against every day that is kept.
    """
    settled, after = 0, 0
    days = _RECENT_DAYS if since else _ALL_DAYS
    while True:
        cursor.execute(_TAKE_PARKED, [carrier_id, after, since or _EPOCH])
        rows = cursor.fetchall()
        if not rows:
            return settled
        after = rows[-1][0]
        parked = {_receipt(row): row[0] for row in rows}
        missed = set(
            receipts_apply(
                cursor,
                list(parked),
                carrier_id=carrier_id,
                first_settles=first_settles,
                days=days,
            )
        )
        missed -= {r for r in missed if _settle_by_reference(cursor, r, carrier_id)}
        found = [key for receipt, key in parked.items() if receipt not in missed]
        cursor.execute("DELETE FROM messaging_parkedreceipt WHERE id = ANY(%s)", [found])
        settled += len(found)


def _receipt(row: tuple[Any, ...]) -> Receipt:
    _id, smsc_id, state, error, msisdn, reference, raw, received_at = row
    return Receipt(smsc_id, state, error, msisdn, reference, bytes(raw), received_at)


def _settle_by_reference(cursor: Any, receipt: Receipt, carrier_id: int) -> bool:
    """For messages whose answer was lost; only where exactly one fits, because 16 bits repeat."""
    if receipt.reference is None:
        return False
    cursor.execute(
        _FIND_BY_REFERENCE,
        {
            "msisdn": receipt.msisdn,
            "from": receipt.received_at - timedelta(days=_RECENT_DAYS),
            "to": receipt.received_at + timedelta(minutes=1),
            "reference": receipt.reference,
            "carrier": carrier_id,
        },
    )
    rows = cursor.fetchall()
    if len(rows) != 1:
        return False
    return bool(outcomes_apply(cursor, [_outcome(receipt, rows[0][0])]))
