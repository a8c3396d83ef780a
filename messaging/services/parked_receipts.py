"""Receipts that found no message yet: kept, and tried again.

They came before their answer, or the answer was lost and the message is known by the reference
that it carried, or they are days late.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from messaging.constants import MessageStatus
from messaging.services.outcomes import outcomes_apply
from messaging.services.receipts import RECENT_DAYS, Receipt, receipt_outcome, receipts_match

_ALL_DAYS = 400
_MOST_PARKED = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_PARK = """
INSERT INTO messaging_parkedreceipt
    (carrier_id, bind_id, smsc_message_id, msisdn, reference, state, error, raw, received_at,
    is_proof)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_TAKE_PARKED = """
SELECT id, smsc_message_id, state, error, msisdn, reference, raw, received_at, is_proof
FROM messaging_parkedreceipt WHERE carrier_id = %s AND id > %s AND received_at >= %s
ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
# The two last octets of our id travel as user_message_reference (SMPP 3.4 §5.3.2.17).
_FIND_BY_REFERENCE = """
SELECT id, status FROM messaging_message
WHERE msisdn = %(msisdn)s AND id BETWEEN uuid7_floor(%(from)s) AND uuid7_floor(%(to)s)
  AND (get_byte(uuid_send(id), 14) << 8) + get_byte(uuid_send(id), 15) = %(reference)s
  AND carrier_id = ANY(%(carriers)s::bigint[]) AND segment_count = 1
"""
_SETTLED = frozenset({MessageStatus.DELIVERED.value, MessageStatus.UNDELIVERED.value})


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
                r.is_proof,
            )
            for r in receipts
        ],
    )


class Unparked(NamedTuple):
    """How many of a batch found their message, and where the next batch begins: after the last
    one's id, None where there was none."""

    found: int
    after: int | None


def receipts_unpark(
    cursor: Any,
    *,
    carrier_id: int,
    first_settles: bool,
    since: datetime | None = None,
    days: int | None = None,
    group: Sequence[int] = (),
    after: int = 0,
) -> Unparked:
    """Tries a batch of parked receipts again: those whose answer has come by now settle their
    message, and those that name their message by its reference. A transaction for each batch:
    it ends with the event counters in hand, and waiting for rows with them could go in a circle.

    `since`: only receipts that came after it, against recent days; without it all of them,
    against every day that is kept, or the last `days`. `group`: see `receipts_apply`.
    """
    cursor.execute(_TAKE_PARKED, [carrier_id, after, since or _EPOCH, _MOST_PARKED])
    rows = cursor.fetchall()
    if not rows:
        return Unparked(0, None)
    parked = [(row[0], _receipt(row)) for row in rows]
    carriers = tuple(group) or (carrier_id,)
    outcomes, missed = receipts_match(
        cursor,
        [receipt for _key, receipt in parked],
        carrier_id=carrier_id,
        first_settles=first_settles,
        days=days or (RECENT_DAYS if since else _ALL_DAYS),
        group=carriers,
    )
    left = set()
    for receipt in missed:
        message_id, is_copy = _by_reference(cursor, receipt, carriers)
        if message_id is not None:
            outcomes.append(receipt_outcome(receipt, message_id))
        elif not is_copy:
            left.add(receipt)
    if outcomes:
        outcomes_apply(cursor, outcomes)
    found = [key for key, receipt in parked if receipt not in left]
    cursor.execute("DELETE FROM messaging_parkedreceipt WHERE id = ANY(%s)", [found])
    return Unparked(len(found), rows[-1][0])


def _receipt(row: tuple[Any, ...]) -> Receipt:
    _id, smsc_id, state, error, msisdn, reference, raw, received_at, is_proof = row
    return Receipt(smsc_id, state, error, msisdn, reference, bytes(raw), received_at, is_proof)


def _by_reference(
    cursor: Any, receipt: Receipt, carriers: Sequence[int]
) -> tuple[uuid.UUID | None, bool]:
    """The message whose answer was lost, only where exactly one fits, because 16 bits repeat; and
    whether a receipt has settled that one already: then this is its copy, with nothing to wait
    for."""
    if receipt.reference is None:
        return None, False
    cursor.execute(
        _FIND_BY_REFERENCE,
        {
            "msisdn": receipt.msisdn,
            "from": receipt.received_at - timedelta(days=RECENT_DAYS),
            "to": receipt.received_at + timedelta(minutes=1),
            "reference": receipt.reference,
            "carriers": list(carriers),
        },
    )
    fitting = cursor.fetchall()
    lost = [key for key, status in fitting if status == MessageStatus.UNKNOWN]
    if len(lost) == 1:
        return lost[0], False
    return None, len(fitting) == 1 and fitting[0][1] in _SETTLED
