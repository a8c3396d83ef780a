"""The last look at claimed rows before they are composed: opt-outs, deadlines, changed rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from carriers.ports import NO_SLOT, Submission, SubmitResult
from carriers.smpp.statuses import ESME_ROK, StatusClass
from messaging.constants import EXPRESS_LANE, FailureReason, MessageStatus
from messaging.pump.claims import Claim, Holder
from messaging.selectors.snapshot import Snapshot
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.routing import claimed_place
from messaging.services.sealing import texts_unseal

_TAKEN_SEGMENTS = """
SELECT message_id, number, total, smsc_message_id, extract(epoch FROM sent_at)::float8
FROM messaging_segment
WHERE message_id = ANY(%(ids)s) AND day >= %(day)s
"""
_RECENT_DAYS = 3
_UNIX_DAY = 86400


def claims_sort(
    cursor: Any,
    claims: Sequence[Claim],
    snapshot: Snapshot,
    holder: Holder,
    carrier_id: int,
    now: datetime,
) -> list[Claim]:
    """Settles what may not leave, decides again what was decided under older rules, and
    returns what may be composed; in the claim's own transaction."""
    suppressed = [claim for claim in claims if claim.suppressed]
    if suppressed:
        holder.remove(cursor, suppressed)
    reason, blocked = FailureReason.SUPPRESSED.value, MessageStatus.BLOCKED.value
    outcomes = [Outcome(claim.id, blocked, now, reason) for claim in suppressed]
    rest = [claim for claim in claims if not claim.suppressed]
    stale = [claim for claim in rest if _is_stale(claim, snapshot, carrier_id, now)]
    if stale:
        keys = [(claim.lane, claim.id) for claim in stale]
        claimed_place(cursor, keys, snapshot, carrier_id, outcomes)
        rest = [claim for claim in rest if not _is_stale(claim, snapshot, carrier_id, now)]
    elif outcomes:
        outcomes_apply(cursor, outcomes)
    taken_recall(cursor, [claim for claim in rest if claim.segments_sent], now)
    return _unsealed(cursor, rest, holder, now)


def _unsealed(cursor: Any, claims: list[Claim], holder: Holder, now: datetime) -> list[Claim]:
    """With one-time codes in their texts. One whose code is gone does not leave with stars."""
    express = [claim for claim in claims if claim.lane == EXPRESS_LANE]
    if not express:
        return claims
    texts = texts_unseal(cursor, [claim.id for claim in express])
    lost = [claim for claim in express if texts.get(claim.id, claim.text) is None]
    for claim in express:
        claim.text = texts.get(claim.id) or claim.text
    if not lost:
        return claims
    holder.remove(cursor, lost)
    expired, reason = MessageStatus.EXPIRED.value, FailureReason.DEADLINE.value
    outcomes_apply(cursor, [Outcome(claim.id, expired, now, reason) for claim in lost])
    return [claim for claim in claims if claim not in lost]


def _is_stale(claim: Claim, snapshot: Snapshot, carrier_id: int, now: datetime) -> bool:
    """Decided under other rules, past its deadline, from a sender that is gone, or on the wrong
    side of the sandbox: whatever put it there, no test message leaves for a real carrier."""
    carrier = snapshot.routing.carriers.get(carrier_id)
    return (
        claim.is_test != (carrier is not None and carrier.is_sandbox)
        or claim.rules_version != snapshot.version
        or (claim.not_after is not None and claim.not_after <= now)
        or claim.sender_id not in snapshot.senders
    )


def taken_recall(cursor: Any, claims: Sequence[Claim], now: datetime) -> None:
    """Segments that an SMSC already has are not sent again: only the missing ones are."""
    if not claims:
        return
    by_id = {claim.id: claim for claim in claims}
    day = int(now.timestamp()) // _UNIX_DAY - _RECENT_DAYS
    cursor.execute(_TAKEN_SEGMENTS, {"ids": sorted(by_id), "day": day})
    for message_id, number, total, smsc_id, sent_at in cursor.fetchall():
        claim = by_id[message_id]
        claim.results[number] = _taken(claim, number, total, smsc_id, sent_at)


def _taken(claim: Claim, number: int, total: int, smsc_id: str, sent_at: float) -> SubmitResult:
    submission = Submission(claim, claim.id.bytes, number, total, b"", claim.lane, 0, None)
    return SubmitResult(
        submission, "accepted", ESME_ROK, smsc_id, NO_SLOT, sent_at, sent_at, StatusClass.OK
    )
