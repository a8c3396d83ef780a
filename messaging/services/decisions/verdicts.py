"""How a ruling, a route or a lack of them becomes a verdict, and what the trace keeps of it."""

from datetime import datetime, timedelta
from typing import Any

from compliance.decision import ComplianceDecision
from messaging.constants import FailureReason, MessageStatus
from messaging.services.decisions.cases import Case, Verdict
from routing.engine import RouteDecision

_HELD_FOR = timedelta(seconds=15)
# What a failed rule is called towards the customer; the finding itself names the clause.
_REASONS = {
    "suppressed": FailureReason.SUPPRESSED,
    "do_not_call_listed": FailureReason.SUPPRESSED,
    "consent_missing": FailureReason.NO_CONSENT,
    "consent_revoked": FailureReason.NO_CONSENT,
    "consent_requested": FailureReason.NO_CONSENT,
    "consent_lapsed": FailureReason.NO_CONSENT,
    "consent_asked_before": FailureReason.NO_CONSENT,
    "outside_hours": FailureReason.OUTSIDE_WINDOW,
    "cap_reached": FailureReason.FREQUENCY_CAP,
    "promise_reached": FailureReason.FREQUENCY_CAP,
}


def facts_of(route: RouteDecision, ruling: ComplianceDecision) -> dict[str, Any]:
    """What the trace needs to explain the decision later: small, because every message has it."""
    return {
        "configuration": route.snapshot_version,
        "route": route.chosen.route_id if route.chosen else None,
        "why": [str(reason) for reason in route.reasons],
        "rules": ruling.rules_version,
        "findings": [finding.rule_id for finding in ruling.findings],
        **route.memory,
        **_exceptions(ruling),
    }


def earliest(*moments: datetime | None) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return min(known) if known else None


def refused(reason: FailureReason) -> Verdict:
    return Verdict("end", MessageStatus.BLOCKED.value, reason.value)


def blocked(ruling: ComplianceDecision, facts: dict[str, Any]) -> Verdict:
    first = ruling.blocking[0]
    reason = _reason_of(first.message_code)
    return Verdict("end", MessageStatus.BLOCKED.value, reason.value, decision=facts)


def _reason_of(message_code: str) -> FailureReason:
    if message_code.startswith("sender_"):
        return FailureReason.SENDER_NOT_ALLOWED
    return _REASONS.get(message_code, FailureReason.CONTENT_RULE)


def ruling_facts(ruling: ComplianceDecision) -> dict[str, Any]:
    """What the trace keeps of a message that is held or refused: also what was found, so that
    the reason can be told in sentences years later."""
    return {
        "rules": ruling.rules_version,
        "findings": [finding.rule_id for finding in ruling.findings],
        "found": [
            {
                "rule": finding.rule_id,
                "severity": finding.severity,
                "code": finding.message_code,
                "fix": finding.fix_code,
                "values": dict(finding.params),
            }
            for finding in ruling.findings
        ],
        **_exceptions(ruling),
    }


def _exceptions(ruling: ComplianceDecision) -> dict[str, Any]:
    """The pack's rules that were left out, where any were: most messages have none."""
    return {"exceptions": list(ruling.exceptions)} if ruling.exceptions else {}


def delayed(case: Case, ruling: ComplianceDecision, facts: dict[str, Any]) -> Verdict:
    """Until the window opens; a message that would be useless by then ends now."""
    until = ruling.until
    if case.not_after is not None and until is not None and until >= case.not_after:
        reason = FailureReason.OUTSIDE_WINDOW.value
        return Verdict("end", MessageStatus.EXPIRED.value, reason, decision=facts)
    return Verdict(
        "wait",
        MessageStatus.SCHEDULED.value,
        "window",
        due_at=until,
        decision=facts,
    )


def held(case: Case, now: datetime, facts: dict[str, Any]) -> Verdict:
    """Looked at again soon, and at its deadline at the latest."""
    due = earliest(now + _HELD_FOR, case.not_after)
    scheduled = MessageStatus.SCHEDULED.value
    return Verdict("wait", scheduled, "routing", due_at=due, decision=facts)
