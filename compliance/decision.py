"""May this message go to this recipient now? Pure: rules and facts in, a decision out.

Every failed rule is named, not only the first. One message: `decide`. Many recipients of
one text: `Decider`, which works each combination of facts out once.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from compliance.content import content_findings
from compliance.findings import FIXES, MESSAGES, Finding, finding_of
from compliance.recipient_checks import CHECKS, NO_SUPPRESSION, Facts, promise_finding
from compliance.rule_packs.model import Rule, WindowParams
from compliance.rule_packs.packs import Rules
from compliance.sender_gaps import SenderGap
from compliance.windows import Pairs, joint_close, joint_window, next_window

__all__ = [
    "FIXES",
    "MESSAGES",
    "ComplianceDecision",
    "Decider",
    "Facts",
    "Finding",
    "Rules",
    "content_findings",
    "decide",
]

ALLOWED, DELAYED, BLOCKED = "allowed", "delayed", "blocked"
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class ComplianceDecision:
    """`outcome`: allowed, delayed (`until`) or blocked.

    `close_at` is when the window closes in which the message would be sent: neither its
    validity nor its sending may reach past it (None: no window). `exceptions`: the pack's rules
    that the account's exceptions left out.
    """

    outcome: str
    until: datetime | None
    close_at: datetime | None
    findings: tuple[Finding, ...]
    rules_version: str
    exceptions: tuple[str, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether it may be sent now."""
        return self.outcome == ALLOWED

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that forbid the message, in the order of the pack."""
        return tuple(finding for finding in self.findings if finding.severity == "block")

    def as_facts(self) -> dict[str, object]:
        """The decision as plain JSON values, to be stored and shown in a message's trace."""
        return {
            "outcome": self.outcome,
            "until": self.until and self.until.isoformat(),
            "close_at": self.close_at and self.close_at.isoformat(),
            "rules_version": self.rules_version,
            "findings": [finding.as_facts() for finding in self.findings],
            "exceptions": list(self.exceptions),
        }


def decide(
    rules: Rules, facts: Facts, content: tuple[Finding, ...] | None = None
) -> ComplianceDecision:
    """The decision for one message. Findings about its text are `content`, where given
    (from `content_findings`), or are worked out from `facts.text`."""
    message_class = facts.message_class
    exceptions = rules.exceptions[message_class]
    findings = [
        finding
        for rule in _recipient_rules(rules, facts)
        if (finding := CHECKS[rule.kind](rule, rule.params, facts)) is not None
    ]
    until = close_at = None
    if not facts.is_confirmation:
        if (promise := promise_finding(facts)) is not None:
            findings.append(promise)
        if content is None and facts.text is not None:
            content = content_findings(rules, facts.text, message_class, is_paid=facts.is_paid)
        findings += content or ()
        shut, until, close_at = _windows(rules.window_rules[message_class], facts)
        findings += shut
    severities = {finding.severity for finding in findings}
    found = tuple(findings)
    if "block" in severities:
        return ComplianceDecision(BLOCKED, None, None, found, rules.version, exceptions)
    outcome = DELAYED if "delay" in severities else ALLOWED
    return ComplianceDecision(outcome, until, close_at, found, rules.version, exceptions)


def _recipient_rules(rules: Rules, facts: Facts) -> tuple[Rule, ...]:
    if facts.is_confirmation:
        return rules.confirmation_rules[facts.message_class]
    if facts.is_consent_request:
        return rules.request_rules[facts.message_class]
    return rules.recipient_rules[facts.message_class]


def _windows(
    window_rules: tuple[Rule, ...], facts: Facts
) -> tuple[list[Finding], datetime | None, datetime | None]:
    """The windows that are shut, when all are open next, and when the first closes then."""
    holding = [
        (rule, _pairs(rule.params, facts))
        for rule in window_rules
        if isinstance(rule.params, WindowParams) and _is_there(rule.params, facts.region)
    ]
    if not holding:
        return [], None, None
    pairs = tuple(pair for _, those in holding for pair in those)
    opens_at = joint_window(pairs, facts.now)
    close_at = joint_close(pairs, opens_at) if opens_at is not None else None
    if opens_at is not None and opens_at <= facts.now:
        return [], None, close_at
    opening = (("until", opens_at.isoformat()),) if opens_at else ()
    severity = None if opens_at else "block"
    findings = [
        finding_of(rule, "outside_hours", opening, severity=severity)
        for rule, those in holding
        if any(next_window(window, facts.now, zone) > facts.now for window, zone in those)
    ]
    return findings, opens_at, close_at


def _is_there(params: WindowParams, region: str) -> bool:
    """Whether a window holds in a region ("": not known)."""
    if not params.regions or region in params.regions:
        return True
    return not region and params.is_for_unknown_region


def _pairs(params: WindowParams, facts: Facts) -> Pairs:
    return tuple((params.window, zone) for zone in facts.zones or params.zones)


class Decider:
    """Decides for the recipients of one batch: what they share is given once.

    `shared` holds the batch's facts (its `now` too, so a decider lives for a batch only).
    """

    __slots__ = ("_content", "_known", "_rules", "_shared")

    def __init__(
        self, rules: Rules, shared: Facts, content: tuple[Finding, ...] | None = None
    ) -> None:
        self._rules = rules
        self._shared = shared
        self._content = content
        self._known: dict[tuple[object, ...], ComplianceDecision] = {}

    def decide(
        self,
        *,
        consent: str = "unknown",
        suppressed: frozenset[str] = NO_SUPPRESSION,
        sender_registered: bool | None = None,
        sender_gaps: tuple[SenderGap, ...] = (),
        zones: tuple[ZoneInfo, ...] = (),
        region: str = "",
        touches: tuple[datetime, ...] = (),
        promised: tuple[int, int] | None = None,
        segments: int = 1,
        is_dnc_listed: bool | None = None,
        was_asked: bool = False,
    ) -> ComplianceDecision:
        """The decision for one recipient, equal to `decide` with all facts."""
        key = (
            consent,
            suppressed,
            sender_registered,
            sender_gaps,
            zones,
            region,
            touches,
            promised,
            segments,
            is_dnc_listed,
            was_asked,
        )
        decision = self._known.get(key)
        if decision is None:
            facts = replace(
                self._shared,
                consent=consent,
                suppressed=suppressed,
                sender_registered=sender_registered,
                sender_gaps=sender_gaps,
                zones=zones,
                region=region,
                touches=touches,
                promised=promised,
                segments=segments,
                is_dnc_listed=is_dnc_listed,
                was_asked=was_asked,
            )
            decision = decide(self._rules, facts, self._content)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[key] = decision
        return decision
