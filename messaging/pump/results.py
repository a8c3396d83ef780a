"""What the SMSC answered, into the database: segments, outcomes, retries, one commit a batch."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from carriers.ports import NO_SLOT, NO_STATUS, Submission, SubmitResult
from carriers.smpp.receipts import canonical_id
from carriers.smpp.statuses import StatusClass
from config.common import clock
from config.common.arrays import Int2s, Int4s, Texts, Times, Uuids
from messaging.constants import (
    DUPLICATE_ALLOWED_LANES,
    MAX_ATTEMPTS,
    FailureReason,
    MessageStatus,
)
from messaging.pump.claims import Claim, Holder
from messaging.services.elsewhere import EXHAUSTED, PORTED, REFUSED, Refusal, refusals_note
from messaging.services.outcomes import Outcome, outcomes_apply
from routing.selectors.pools import StandIns

_DAY_SECONDS = 86_400
_SENT = MessageStatus.SENT.value
_RINVDSTADR = 0x0B
_MOST_ID = 65  # SMPP 3.4 §5.2.23, with the final NUL
_RETRY_BASE_SECONDS, _RETRY_CAP_SECONDS = 5, 300
_PORTED_SECONDS = 2  # in which a provider is asked where the number is
NO_CODES: frozenset[int] = frozenset()
_AGAIN = frozenset({StatusClass.THROTTLE, StatusClass.SESSION, StatusClass.CREDENTIALS})

_INSERT_SEGMENTS = """
INSERT INTO messaging_segment
    (day, message_id, number, total, carrier_id, bind_id, smsc_message_id, status, sent_at)
SELECT s.day, s.message_id, s.number, s.total, %(carrier)s, %(bind)s, s.smsc_id, 'sent', s.sent_at
FROM unnest(%(days)s::int[], %(messages)s::uuid[], %(numbers)s::smallint[],
    %(totals)s::smallint[], %(smsc_ids)s::text[], %(sent)s::timestamptz[])
    AS s(day, message_id, number, total, smsc_id, sent_at)
"""
_KEEP_PARTIAL = """
UPDATE messaging_message m SET segments_sent = greatest(m.segments_sent, p.sent)
FROM (SELECT id, max(sent) AS sent FROM unnest(%s::uuid[], %s::smallint[]) AS q(id, sent)
    GROUP BY id) AS p
WHERE m.id = p.id
"""
# Wherever it was put, claimed or not: who has claimed it changes no row that is gone.
_CALL_BACK = """
WITH gone AS (
    DELETE FROM messaging_dispatch d
    WHERE d.carrier_id = ANY(ARRAY(SELECT id FROM carriers_carrier) || 0::bigint)
      AND d.lane = ANY(%(lanes)s::smallint[]) AND d.id = ANY(%(ids)s::uuid[])
)
DELETE FROM messaging_waiting w WHERE w.id = ANY(%(ids)s::uuid[])
"""


@lru_cache(maxsize=64)
def moment(seconds: float) -> datetime:
    """A Unix time as an aware datetime; what came with one read of the socket shares it."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def stored_id(raw: str, form: str) -> str:
    """An SMSC's message id in the bind's form, and such that the database takes it: one odd id
    must not hold up the answers or receipts that come with it."""
    return canonical_id(raw, form).replace("\0", "")[:_MOST_ID]


def lost(submission: Submission) -> SubmitResult:
    """The result of a segment that was handed to a session and never answered."""
    at, ambiguous = clock.now().timestamp(), StatusClass.AMBIGUOUS
    return SubmitResult(submission, "unknown", NO_STATUS, "", NO_SLOT, at, at, ambiguous)


def not_taken(submission: Submission) -> SubmitResult:
    """The result of a segment that no session took: to be sent again, without an attempt."""
    at, throttle = clock.now().timestamp(), StatusClass.THROTTLE
    return SubmitResult(submission, "throttled", NO_STATUS, "", NO_SLOT, at, at, throttle)


def refused_here(
    claim: Claim, status_class: StatusClass = StatusClass.PERMANENT_MESSAGE
) -> SubmitResult:
    """The result of a message that cannot be put into PDUs."""
    at, number = clock.now().timestamp(), len(claim.results) + 1
    submission = Submission(claim, claim.id.bytes, number, number, b"", claim.lane, 0, None)
    return SubmitResult(submission, "refused", NO_STATUS, "", NO_SLOT, at, at, status_class)


@dataclass(slots=True)
class Work:
    """A batch of results, sorted by what is to be done.

    `slots`: of the journal, to be freed after commit. Those of a message that is not finished
    stay: after a crash they say that a part of it is at the SMSC.
    """

    results: Sequence[SubmitResult] = ()
    segments: list[tuple[uuid.UUID, SubmitResult, str]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    settled: list[Claim] = field(default_factory=list)
    again: list[Claim] = field(default_factory=list)
    again_tried: list[Claim] = field(default_factory=list)
    later: dict[int, list[Claim]] = field(default_factory=dict)  # by attempts so far
    set_aside: dict[int, list[Claim]] = field(default_factory=dict)  # by seconds
    elsewhere: dict[str, list[Claim]] = field(default_factory=dict)  # by why
    refusals: list[Refusal] = field(default_factory=list)
    partial: list[tuple[uuid.UUID, int]] = field(default_factory=list)
    late: list[Outcome] = field(default_factory=list)  # after they were told as lost
    slots: list[int] = field(default_factory=list)


class ResultSorter:
    """Sorts results into work; keeps messages whose segments are not all answered yet.

    `ported_codes`: what the carrier answers of numbers that are not its own; `stand_ins`: the
    customers' rules for other senders, as they are now; `throttled_delay`: seconds for which a
    message waits that the SMSC throttled, None where it is the next to be sent.
    """

    def __init__(
        self,
        *,
        response_id_form: str,
        ported_codes: frozenset[int] = NO_CODES,
        stand_ins: Callable[[], StandIns | None] = lambda: None,
        throttled_delay: int | None = None,
    ) -> None:
        self._response_id_form = response_id_form
        self._ported_codes, self._stand_ins = ported_codes, stand_ins
        self._others: StandIns | None = None
        self._throttled_delay = throttled_delay

    def smsc_id(self, result: SubmitResult) -> str:
        """The id in the form that receipts of this bind are looked up by."""
        return stored_id(result.smsc_message_id, self._response_id_form)

    def sort(self, results: Sequence[SubmitResult]) -> Work:
        """Each result once: what a message has been answered is kept in its claim."""
        self._others = self._stand_ins()  # may need the database, so before anything is kept
        work = Work(results)
        for result in results:
            claim = cast(Claim, result.submission.token)
            if result.outcome == "accepted":
                work.segments.append((claim.id, result, self.smsc_id(result)))
            elif result.outcome == "late":
                self._late(work, claim, result)
                continue
            claim.results[result.submission.segment] = result
            if len(claim.results) == result.submission.segments:
                self._finish(work, claim)
        return work

    def _late(self, work: Work, claim: Claim, result: SubmitResult) -> None:
        """The SMSC has what we had given up: receipts will name it by this id. What was told of
        the message stays; one that is to be sent again is not, once nothing of it is missing."""
        work.segments.append((claim.id, result, self.smsc_id(result)))
        is_finished = len(claim.results) == result.submission.segments
        claim.results[result.submission.segment] = result._replace(outcome="accepted")
        if not is_finished:
            return
        taken = sum(one.outcome == "accepted" for one in claim.results.values())
        work.partial.append((claim.id, taken))
        if taken == result.submission.segments and claim.lane in DUPLICATE_ALLOWED_LANES:
            at = moment(result.answered_at)
            work.late.append(Outcome(claim.id, _SENT, at, segments_sent=taken))

    def _finish(self, work: Work, claim: Claim) -> None:
        results = list(claim.results.values())
        if len(results) == 1 and results[0].outcome == "accepted":  # nearly every message
            (result,) = results
            if result.journal_slot >= 0:
                work.slots.append(result.journal_slot)
            self._sent(work, claim, result.answered_at, 1)
            return
        work.slots += [result.journal_slot for result in results if result.journal_slot >= 0]
        accepted = [result for result in results if result.outcome == "accepted"]
        missing = [result for result in results if result.outcome != "accepted"]
        if not missing:
            self._sent(work, claim, max(r.answered_at for r in accepted), len(accepted))
            return
        if accepted:
            work.partial.append((claim.id, len(accepted)))
        self._unfinished(work, claim, missing, bool(accepted))

    def _sent(self, work: Work, claim: Claim, at: float, segments: int) -> None:
        work.settled.append(claim)
        work.outcomes.append(Outcome(claim.id, _SENT, moment(at), segments_sent=segments))
        # A result holds its claim: left in a circle, each message would wait for the garbage
        # collector, which then took a quarter of a worker's time.
        claim.results.clear()

    def _unfinished(
        self, work: Work, claim: Claim, missing: list[SubmitResult], has_part: bool
    ) -> None:
        unknown = [result for result in missing if result.outcome == "unknown"]
        refused = [r for r in missing if r.outcome == "refused" and not _is_retryable(r)]
        if unknown:
            self._lost(work, claim, unknown[0])
        elif refused:
            self._refused(work, claim, refused[0], has_part)
        elif all(r.outcome == "throttled" or r.status_class in _AGAIN for r in missing):
            self._again(work, claim, missing)
        elif claim.attempts + 1 >= MAX_ATTEMPTS and not (has_part or claim.tried_carriers):
            self._move(work, claim, EXHAUSTED, missing[-1])
        elif claim.attempts + 1 >= MAX_ATTEMPTS:
            reason = FailureReason.PARTIAL if has_part else FailureReason.TOO_MANY_ATTEMPTS
            self._settle(work, claim, _failure(has_part), reason, missing[-1])
        else:
            work.later.setdefault(claim.attempts, []).append(claim)

    def _again(self, work: Work, claim: Claim, missing: list[SubmitResult]) -> None:
        """Without an attempt: at once, or after others where the SMSC itself throttled it."""
        is_told = any(r.outcome == "throttled" and r.command_status != NO_STATUS for r in missing)
        if is_told and self._throttled_delay is not None:
            work.set_aside.setdefault(self._throttled_delay, []).append(claim)
        else:
            work.again.append(claim)

    def _lost(self, work: Work, claim: Claim, result: SubmitResult) -> None:
        """No answer: the SMSC may have it, so the class decides (invariant 2)."""
        if claim.lane in DUPLICATE_ALLOWED_LANES and claim.attempts + 1 < MAX_ATTEMPTS:
            work.again_tried.append(claim)
        else:
            self._settle(work, claim, MessageStatus.UNKNOWN.value, FailureReason.NO_ANSWER, result)

    def _refused(self, work: Work, claim: Claim, result: SubmitResult, has_part: bool) -> None:
        why = "" if has_part else self._elsewhere(claim, result)
        if why:
            self._move(work, claim, why, result)
            return
        if has_part:
            reason = FailureReason.PARTIAL
        elif result.command_status == _RINVDSTADR:
            reason = FailureReason.INVALID_DESTINATION
        else:
            reason = FailureReason.REJECTED
        self._settle(work, claim, _failure(has_part), reason, result)

    def _move(self, work: Work, claim: Claim, why: str, result: SubmitResult) -> None:
        work.elsewhere.setdefault(why, []).append(claim)
        work.refusals.append(
            Refusal(claim.id, claim.msisdn, claim.network_id, why, result.command_status)
        )

    def _elsewhere(self, claim: Claim, result: SubmitResult) -> str:
        """Why another carrier or, after a second refusal, another sender may do where this one
        refuses; "" where none would."""
        tried = len(claim.tried_carriers)
        if result.command_status in self._ported_codes:
            return "" if tried else PORTED
        others = self._others
        has_rules = others is not None and claim.account_id in others.fallbacks
        if tried > has_rules:
            return ""
        is_route = result.status_class is StatusClass.PERMANENT_ROUTE
        is_named = others is not None and result.command_status in others.errors
        return REFUSED if is_route or (has_rules and is_named) else ""

    def _settle(
        self, work: Work, claim: Claim, status: str, reason: FailureReason, result: SubmitResult
    ) -> None:
        work.settled.append(claim)
        work.outcomes.append(
            Outcome(
                claim.id,
                status,
                moment(result.answered_at),
                reason.value,
                command_status=result.command_status if result.command_status >= 0 else None,
            )
        )


def _failure(has_part: bool) -> str:
    return MessageStatus.UNDELIVERED.value if has_part else MessageStatus.FAILED.value


def _is_retryable(result: SubmitResult) -> bool:
    return result.status_class in _AGAIN or result.status_class is StatusClass.TEMPORARY


def work_commit(
    cursor: Any, work: Work, *, holder: Holder, carrier_id: int, bind_id: int, now: datetime
) -> None:
    """Writes a batch in the cursor's transaction."""
    _segments_insert(cursor, work, carrier_id, bind_id)
    holder.remove(cursor, work.settled)
    holder.release(cursor, work.again)
    holder.release(cursor, work.again_tried, tried=1)
    for attempts, claims in work.later.items():
        delay = min(_RETRY_CAP_SECONDS, _RETRY_BASE_SECONDS * 2**attempts)
        holder.defer(cursor, claims, due=now + timedelta(seconds=delay), reason="retry", tried=1)
    for seconds, claims in work.set_aside.items():
        holder.defer(cursor, claims, due=now + timedelta(seconds=seconds), reason="retry")
    for why, claims in work.elsewhere.items():
        due = now + timedelta(seconds=_PORTED_SECONDS if why == PORTED else 0)
        holder.defer(cursor, claims, due=due, reason=why, tried=1, refused_by=[carrier_id])
    if work.refusals:
        refusals_note(cursor, work.refusals, carrier_id=carrier_id, now=now)
    if work.partial:
        cursor.execute(_KEEP_PARTIAL, [list(column) for column in zip(*work.partial, strict=True)])
    if work.outcomes:
        outcomes_apply(cursor, work.outcomes)
    if work.late:
        ids = Uuids([outcome.message_id for outcome in work.late])
        cursor.execute(_CALL_BACK, {"lanes": sorted(DUPLICATE_ALLOWED_LANES), "ids": ids})
        outcomes_apply(cursor, work.late)


def _segments_insert(cursor: Any, work: Work, carrier_id: int, bind_id: int) -> None:
    if not work.segments:
        return
    sent = [result.answered_at for _id, result, _smsc in work.segments]
    cursor.execute(
        _INSERT_SEGMENTS,
        {
            "carrier": carrier_id,
            "bind": bind_id,
            "days": Int4s([int(at) // _DAY_SECONDS for at in sent]),
            "messages": Uuids([message_id for message_id, _result, _smsc in work.segments]),
            "numbers": Int2s([result.submission.segment for _id, result, _smsc in work.segments]),
            "totals": Int2s([result.submission.segments for _id, result, _smsc in work.segments]),
            "smsc_ids": Texts([smsc_id for _id, _result, smsc_id in work.segments]),
            "sent": Times(sent),
        },
    )
