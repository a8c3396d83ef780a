"""What earlier holders of a bind left claimed: settled by what their journal and we know of it.

Each segment gets the result that the dead worker would have reported, and the results go the
way of all results: never written means "not taken", written without an answer means unknown,
and then the class of the message decides (invariant 2).
"""

from collections.abc import Iterator
from typing import Any

from carriers.constants import BindKind, LongMessages
from carriers.http import answers
from carriers.models import Bind
from carriers.ports import NO_SLOT, Outcome, Submission, SubmitResult
from carriers.smpp.journal import JournalContent
from carriers.smpp.statuses import ESME_ROK, StatusClass, classify
from config.common import clock, logs
from messaging.pump.claims import Claim, Holder
from messaging.pump.deciding import taken_recall
from messaging.pump.results import ResultSorter, lost, not_taken, work_commit
from messaging.selectors.profiles import segments_sent
from messaging.services.elsewhere import ported_statuses

log = logs.get_logger(__name__)

_LEFT = """
SELECT d.lease_epoch, d.id, d.lane, d.account_id, d.advertiser_id, d.campaign_id, d.msisdn,
    d.not_after, d.rules_version, d.attempts, m.text, m.encoding, m.segment_count,
    m.segment_reference, m.segments_sent, m.sender_id, d.tried_carriers, m.network_id,
    m.is_test, false AS suppressed
FROM messaging_dispatch d JOIN messaging_message m ON m.id = d.id
WHERE d.carrier_id = %(carrier)s AND d.bind_id = %(bind)s AND d.lease_epoch < %(epoch)s
ORDER BY d.id FOR UPDATE OF d
"""


def leftovers_settle(cursor: Any, bind: Bind, epoch: int, journal: JournalContent | None) -> None:
    """Settles rows claimed under leases before `epoch`, in the cursor's transaction.

    Of what a holder without a journal here had claimed, everything may be at the SMSC.
    """
    where = {"carrier": bind.carrier_id, "bind": bind.pk, "epoch": epoch}
    cursor.execute(_LEFT, where)
    by_epoch: dict[int, list[Claim]] = {}
    for row in cursor.fetchall():
        by_epoch.setdefault(row[0], []).append(
            Claim(*row[1:], 0.0)  # type: ignore[call-arg]  # the rest of the columns
        )
    for claimed_under, claims in by_epoch.items():
        evidence = journal if journal and journal.epoch == claimed_under else None
        _settle(cursor, bind, claimed_under, claims, evidence)


def _settle(
    cursor: Any, bind: Bind, epoch: int, claims: list[Claim], evidence: JournalContent | None
) -> None:
    now = clock.now()
    taken_recall(cursor, claims, now)
    results = [result for claim in claims for result in _results(bind, claim, evidence)]
    log.warning(
        "settling a former holder's messages",
        extra={
            "bind": bind.name,
            "claimed": len(claims),
            "ambiguous": sum(result.outcome == "unknown" for result in results),
        },
    )
    work_commit(
        cursor,
        ResultSorter(
            response_id_form=bind.response_id_form, ported_codes=ported_statuses(bind)
        ).sort(results),
        holder=Holder(carrier_id=bind.carrier_id, bind_id=bind.pk, epoch=epoch),
        carrier_id=bind.carrier_id,
        bind_id=bind.pk,
        now=now,
    )


def _results(bind: Bind, claim: Claim, evidence: JournalContent | None) -> Iterator[SubmitResult]:
    is_one = bind.long_messages == LongMessages.PAYLOAD and not claim.results
    total = 1 if is_one else segments_sent(bind, claim.text, claim.segment_reference)
    for number in range(1, total + 1):
        if number in claim.results:
            continue
        key = (claim.id.bytes, number)
        submission = Submission(claim, claim.id.bytes, number, total, b"", claim.lane, 0, None)
        if evidence is None or key in evidence.entries:
            yield lost(submission)
        elif key in evidence.answers:
            yield _answered(bind, submission, *evidence.answers[key])
        else:
            yield not_taken(submission)


def _answered(bind: Bind, submission: Submission, status: int, smsc_id: str) -> SubmitResult:
    status_class = _class_of(bind, status)
    outcome: Outcome = "refused"
    if status_class is StatusClass.OK:
        outcome = "accepted"
    elif status_class is StatusClass.THROTTLE:
        outcome = "throttled"
    at = clock.now().timestamp()
    return SubmitResult(submission, outcome, status, smsc_id, NO_SLOT, at, at, status_class)


def _class_of(bind: Bind, status: int) -> StatusClass:
    if status == ESME_ROK:
        return StatusClass.OK
    if bind.kind == BindKind.HTTP:
        return answers.stored_class(status, bind.http_error_classes)
    overrides = {int(code, 0): StatusClass(name) for code, name in bind.status_classes.items()}
    return classify(status, overrides)
