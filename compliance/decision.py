"""May this message go to this recipient now? Pure: rules and facts in, a decision out.

Every failed rule is named, not only the first. One message: `decide`. Many recipients of
one text: `Decider`, which works each combination of facts out once.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from compliance.content import content_findings
from compliance.findings import FIXES, MESSAGES, Finding, finding_of
from compliance.recipient_checks import CHECKS, NO_SUPPRESSION, Facts
from compliance.rule_packs.model import Rule, WindowParams
from compliance.rule_packs.packs import Rules
from compliance.windows import common_close, common_window

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
    validity nor its sending may reach past it (None: no window).
    """

    outcome: str
    until: datetime | None
    close_at: datetime | None
    findings: tuple[Finding, ...]
    rules_version: str

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
        }


def decide(
    rules: Rules, facts: Facts, content: tuple[Finding, ...] | None = None
) -> ComplianceDecision:
    """The decision for one message. Findings about its text are `content`, where given
    (from `content_findings`), or are worked out from `facts.text`."""
    message_class = facts.message_class
    findings = [
        finding
        for rule in rules.recipient_rules[message_class]
        if (finding := CHECKS[rule.kind](rule, rule.params, facts)) is not None
    ]
    if content is None and facts.text is not None:
        content = content_findings(rules, facts.text, message_class, is_paid=facts.is_paid)
    findings += content or ()
    until = close_at = None
    for rule in rules.window_rules[message_class]:
        finding, until, close_at = _window(rule, facts)
        if finding is not None:
            findings.append(finding)
    severities = {finding.severity for finding in findings}
    if "block" in severities:
        return ComplianceDecision(BLOCKED, None, None, tuple(findings), rules.version)
    outcome = DELAYED if "delay" in severities else ALLOWED
    return ComplianceDecision(outcome, until, close_at, tuple(findings), rules.version)


def _window(rule: Rule, facts: Facts) -> tuple[Finding | None, datetime | None, datetime | None]:
    """The finding where the window is shut, when it opens, and when it closes then."""
    params = rule.params
    assert isinstance(params, WindowParams)
    zones = params.zones if facts.zone is None else (facts.zone,)
    opens_at = common_window(params.window, facts.now, zones)
    if opens_at is None:
        return finding_of(rule, "outside_hours", severity="block"), None, None
    close_at = common_close(params.window, opens_at, zones)
    if opens_at <= facts.now:
        return None, None, close_at
    opening = (("until", opens_at.isoformat()),)
    return finding_of(rule, "outside_hours", opening), opens_at, close_at


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
        zone: ZoneInfo | None = None,
        touches_last_24h: int = 0,
        segments: int = 1,
        is_dnc_listed: bool | None = None,
    ) -> ComplianceDecision:
        """The decision for one recipient, equal to `decide` with all facts."""
        key = (
            consent,
            suppressed,
            sender_registered,
            zone,
            touches_last_24h,
            segments,
            is_dnc_listed,
        )
        decision = self._known.get(key)
        if decision is None:
            facts = replace(
                self._shared,
                consent=consent,
                suppressed=suppressed,
                sender_registered=sender_registered,
                zone=zone,
                touches_last_24h=touches_last_24h,
                segments=segments,
                is_dnc_listed=is_dnc_listed,
            )
            decision = decide(self._rules, facts, self._content)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[key] = decision
        return decision
