"""Delivery receipts: find the message, settle it, and keep what finds none."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from config.common.arrays import Texts, Uuids
from messaging.constants import DeliveryProof, FailureReason, MessageStatus
from messaging.services.outcomes import Outcome, outcomes_apply

RECENT_DAYS = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_REASONS = {
    "undelivered": FailureReason.UNDELIVERABLE.value,
    "expired": FailureReason.RECEIPT_EXPIRED.value,
    "rejected": FailureReason.RECEIPT_REJECTED.value,
    "deleted": FailureReason.DELETED.value,
}
_NO_REASON = FailureReason.NONE.value
_HANDSET = DeliveryProof.HANDSET.value
_DELIVERED, _UNDELIVERED = MessageStatus.DELIVERED.value, MessageStatus.UNDELIVERED.value


class Receipt(NamedTuple):
    """A final receipt: `smsc_message_id` in canonical form, `state` in the parser's words.

    `is_proof`: of this bind `delivered` means that the handset has it (`dlr_trust`).
    """

    smsc_message_id: str
    state: str
    error: str
    msisdn: str
    reference: int | None
    raw: bytes
    received_at: datetime
    is_proof: bool = False

    @property
    def status(self) -> str:
        return _DELIVERED if self.state == "delivered" else _UNDELIVERED

    @property
    def reason(self) -> str:
        if self.is_proof and self.state == "delivered":
            return _HANDSET
        return _REASONS.get(self.state, _NO_REASON)


# Days are partitions: recent ones only, the youngest last. By an array, because a join plans
# itself as receipts times segments while the table is small.
_FIND = """
SELECT s.smsc_message_id, s.day, s.message_id, s.number, s.total FROM messaging_segment s
WHERE {carriers} AND s.smsc_message_id = ANY(%(ids)s::text[])
    AND s.day BETWEEN %(first_day)s AND %(last_day)s
ORDER BY s.day, s.sent_at
"""
_FIND_OF_ONE = _FIND.format(carriers="s.carrier_id = %(carrier)s")
# A plan of its own: carriers that share an SMSC are few, and the others must not pay for them.
_FIND_OF_GROUP = _FIND.format(carriers="s.carrier_id = ANY(%(carriers)s::bigint[])")
_NUMBERS = "SELECT id, msisdn FROM messaging_message WHERE id = ANY(%s)"
# Receipts for two segments may come on two binds at once: the second one has to see the first.
_LOCK = "SELECT FROM messaging_message WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_SETTLE_SEGMENTS = """
UPDATE messaging_segment s SET status = r.status, receipt_error = r.error, done_at = r.at
FROM unnest(%(days)s::int[], %(messages)s::uuid[], %(numbers)s::smallint[], %(statuses)s::text[],
    %(errors)s::text[], %(at)s::timestamptz[]) AS r(day, message_id, number, status, error, at)
WHERE s.day = r.day AND s.message_id = r.message_id AND s.number = r.number AND s.status = 'sent'
RETURNING s.message_id, s.number
"""
_ALL_SETTLED = """
SELECT message_id FROM messaging_segment
WHERE message_id = ANY(%(messages)s) AND day BETWEEN %(first_day)s AND %(last_day)s
GROUP BY message_id, total HAVING count(DISTINCT number) FILTER (WHERE status = 'delivered') >= total
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
    days: int = RECENT_DAYS,
    group: Sequence[int] = (),
) -> list[Receipt]:
    """Settles the messages these receipts speak of, in the cursor's transaction, and returns
    the receipts that found none. `first_settles`: this carrier reports one segment only, the
    first or the last. `group`: all carriers that share the SMSC with this one."""
    outcomes, missed = receipts_match(
        cursor,
        receipts,
        carrier_id=carrier_id,
        first_settles=first_settles,
        days=days,
        group=group,
    )
    if outcomes:
        outcomes_apply(cursor, outcomes)
    return missed


def receipts_match(
    cursor: Any,
    receipts: Sequence[Receipt],
    *,
    carrier_id: int,
    first_settles: bool,
    days: int,
    group: Sequence[int],
) -> tuple[list[Outcome], list[Receipt]]:
    """What these receipts make of messages, still to be applied, and those that found none."""
    hits, missed = _find(cursor, receipts, group or (carrier_id,), days)
    single = [hit for hit in hits if hit.total == 1 or first_settles]
    outcomes = [receipt_outcome(hit.receipt, hit.message_id) for hit in single]
    several = [hit for hit in hits if hit.total > 1 and not first_settles]
    if several:
        outcomes += _segments_settle(cursor, several, days)
    return outcomes, missed


def _today() -> int:
    return (datetime.now(UTC) - _EPOCH).days


def _find(
    cursor: Any, receipts: Sequence[Receipt], carriers: Sequence[int], days: int
) -> tuple[list[_Hit], list[Receipt]]:
    cursor.execute(
        _FIND_OF_ONE if len(carriers) == 1 else _FIND_OF_GROUP,
        {
            "ids": Texts([receipt.smsc_message_id for receipt in receipts]),
            "carrier": carriers[0],
            "carriers": list(carriers),
            "first_day": _today() - days,
            "last_day": _today() + 1,
        },
    )
    found: dict[str, list[_Place]] = {}
    for smsc_id, *place in cursor.fetchall():
        found.setdefault(smsc_id, []).append(place)
    numbers = _numbers(cursor, found, is_old=days > RECENT_DAYS)
    hits, missed = [], []
    for receipt in receipts:
        place = _pick(receipt, found.get(receipt.smsc_message_id, ()), numbers, days)
        if place is None:
            missed.append(receipt)
        else:
            hits.append(_Hit(receipt, *place))
    return hits, missed


_Place = list[Any]  # day, message, number, total


def _numbers(
    cursor: Any, found: Mapping[str, Sequence[_Place]], *, is_old: bool
) -> Mapping[uuid.UUID, str]:
    """Destinations of the messages that an id alone does not tell apart, because ids repeat."""
    unsure = [
        place[1] for places in found.values() if is_old or len(places) > 1 for place in places
    ]
    if not unsure:
        return {}
    cursor.execute(_NUMBERS, [Uuids(unsure)])
    return dict(cursor.fetchall())


def _pick(
    receipt: Receipt, places: Sequence[_Place], numbers: Mapping[uuid.UUID, str], days: int
) -> _Place | None:
    """The youngest segment of that id, by its destination where there are several or where it
    is old; some SMSCs write numbers their own way, so of recent ones the youngest is taken."""
    if not numbers or not places:
        return places[-1] if places else None
    fitting = [place for place in places if numbers.get(place[1]) == receipt.msisdn]
    if fitting:
        return fitting[-1]
    return None if days > RECENT_DAYS else places[-1]


def receipt_outcome(receipt: Receipt, message_id: uuid.UUID) -> Outcome:
    return Outcome(
        message_id,
        receipt.status,
        receipt.received_at,
        receipt.reason,
        receipt_error=receipt.error[:16],
    )


def _segments_settle(cursor: Any, hits: Sequence[_Hit], days: int) -> list[Outcome]:
    """A message of several segments: delivered when all are, else the first failure decides."""
    first = {(hit.message_id, hit.number): hit for hit in reversed(hits)}
    ordered = [first[key] for key in sorted(first)]
    messages = Uuids(dict.fromkeys(hit.message_id for hit in ordered))
    cursor.execute(_LOCK, [messages])
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
    settled = {(row[0], row[1]) for row in cursor.fetchall()}
    cursor.execute(
        _ALL_SETTLED,
        {
            "messages": messages,
            "first_day": min(hit.day for hit in hits) - days,
            "last_day": _today() + 1,
        },
    )
    complete = {row[0] for row in cursor.fetchall()}
    decisive: dict[uuid.UUID, Receipt] = {}
    for hit in ordered:
        is_news = (hit.message_id, hit.number) in settled
        failed = is_news and hit.receipt.status != MessageStatus.DELIVERED
        if failed or hit.message_id in complete:
            decisive.setdefault(hit.message_id, hit.receipt)
    return [receipt_outcome(receipt, message_id) for message_id, receipt in decisive.items()]
