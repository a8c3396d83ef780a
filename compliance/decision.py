"""May this message go to this recipient now? Pure: rules and facts in, a decision out.

Every failed rule is named, not only the first. One message: `decide`. Many recipients of
one text: `Decider`, which works each combination of facts out once.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from compliance.content import content_findings
from compliance.findings import FIXES, MESSAGES, Finding, finding_of
from compliance.recipient_checks import (
    CHECKS,
    NO_SUPPRESSION,
    Facts,
    promise_finding,
    touches_within,
)
from compliance.rule_packs.model import CapParams, Rule, WindowParams
from compliance.rule_packs.packs import Rules
from compliance.sender_gaps import SenderGap
from compliance.windows import joint_close, joint_window, next_window

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
_OWN = frozenset(
    {
        "consent",
        "is_dnc_listed",
        "promised",
        "region",
        "segments",
        "sender_registered",
        "suppressed",
        "touches",
        "was_asked",
        "zones",
    }
)
_SHARED = tuple(one.name for one in fields(Facts) if one.name not in _OWN)
_MOST_REMEMBERED = 20_000
_MOST_HOURS = 5_000  # per plan


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
    plan = _plan(rules, facts)
    findings = [
        finding
        for check, rule, params in plan.checks
        if (finding := check(rule, params, facts)) is not None
    ]
    until = close_at = None
    if not facts.is_confirmation:
        if facts.promised is not None and (promise := promise_finding(facts)) is not None:
            findings.append(promise)
        if content is None and facts.text is not None:
            content = content_findings(
                rules, facts.text, facts.message_class, is_paid=facts.is_paid
            )
        findings += content or ()
        if plan.windows:
            shut, until, close_at = plan.hours(facts)
            findings += shut
    return _conclusion(rules, plan, tuple(findings), until, close_at)


def _conclusion(
    rules: Rules,
    plan: "_Plan",
    findings: tuple[Finding, ...],
    until: datetime | None,
    close_at: datetime | None,
) -> ComplianceDecision:
    outcome = ALLOWED
    for finding in findings:
        if finding.severity == "block":
            return ComplianceDecision(BLOCKED, None, None, findings, rules.version, plan.exceptions)
        if finding.severity == "delay":
            outcome = DELAYED
    return ComplianceDecision(outcome, until, close_at, findings, rules.version, plan.exceptions)


Hours = tuple[tuple[Finding, ...], datetime | None, datetime | None]


class _Plan:
    """What a kind of message meets in a region, made ready once per set of rules."""

    __slots__ = ("_known", "checks", "exceptions", "windows")

    def __init__(self, rules: Rules, facts: Facts) -> None:
        message_class, region = facts.message_class, facts.region
        self.checks = tuple(
            (CHECKS[rule.kind], rule, rule.params)
            for rule in _recipient_rules(rules, facts)
            if rule.is_there(region)
        )
        self.windows = tuple(
            (rule, rule.params)
            for rule in rules.window_rules[message_class]
            if rule.is_there(region) and isinstance(rule.params, WindowParams)
        )
        self.exceptions = rules.exceptions[message_class]
        self._known: dict[tuple[datetime, tuple[ZoneInfo, ...]], Hours] = {}

    def hours(self, facts: Facts) -> Hours:
        """The windows that are shut, when all are open next, and when the first closes then."""
        key = (facts.now, facts.zones)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_HOURS:
                self._known.clear()
            found = self._known[key] = _hours(self.windows, facts)
        return found


def _plan(rules: Rules, facts: Facts) -> _Plan:
    mode = "confirm" if facts.is_confirmation else "ask" if facts.is_consent_request else ""
    key = (facts.message_class, facts.region, mode)
    plan: _Plan | None = rules.prepared.get(key)
    if plan is None:
        plan = rules.prepared[key] = _Plan(rules, facts)
    return plan


def _recipient_rules(rules: Rules, facts: Facts) -> tuple[Rule, ...]:
    if facts.is_confirmation:
        return rules.confirmation_rules[facts.message_class]
    if facts.is_consent_request:
        return rules.request_rules[facts.message_class]
    return rules.recipient_rules[facts.message_class]


def _hours(windows: tuple[tuple[Rule, WindowParams], ...], facts: Facts) -> Hours:
    now, zones = facts.now, facts.zones
    pairs = tuple((params.window, zone) for _, params in windows for zone in zones or params.zones)
    opens_at = joint_window(pairs, now)
    close_at = joint_close(pairs, opens_at) if opens_at is not None else None
    if opens_at is not None and opens_at <= now:
        return (), None, close_at
    opening = (("until", opens_at.isoformat()),) if opens_at else ()
    severity = None if opens_at else "block"
    shut = tuple(
        finding_of(rule, "outside_hours", opening, severity=severity)
        for rule, params in windows
        if any(next_window(params.window, now, zone) > now for zone in zones or params.zones)
    )
    return shut, opens_at, close_at


class Decider:
    """Decides for the recipients of one batch: what they share is given once.

    `shared` holds the batch's facts (its `now` too, so a decider lives for a batch only). Of
    earlier messages only their number within a cap's hours decides, so recipients with other
    histories share decisions too.
    """

    __slots__ = ("_cap_hours", "_content", "_facts_of", "_known", "_now", "_rules")

    def __init__(
        self, rules: Rules, shared: Facts, content: tuple[Finding, ...] | None = None
    ) -> None:
        self._rules = rules
        # Three times as fast as `replace`, which reads every field anew for each recipient.
        self._facts_of = partial(Facts, **{name: getattr(shared, name) for name in _SHARED})
        self._content = content
        self._now = shared.now
        self._cap_hours = tuple(
            {
                rule.params.hours
                for rule in rules.recipient_rules[shared.message_class]
                if isinstance(rule.params, CapParams)
            }
        )
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
            self._counts(touches, promised) if touches else None,
            promised,
            segments,
            is_dnc_listed,
            was_asked,
        )
        decision = self._known.get(key)
        if decision is None:
            facts = self._facts_of(
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

    def _counts(
        self, touches: tuple[datetime, ...], promised: tuple[int, int] | None
    ) -> tuple[int, ...]:
        """How many of the earlier messages lie in the hours of each cap and of the promise."""
        spans = self._cap_hours if promised is None else (*self._cap_hours, promised[1])
        return tuple([touches_within(touches, self._now, hours) for hours in spans])
