"""One decision for every door: pre-flight, preview, release, routing and claiming call this."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from compliance.constants import LANES, MessageClass
from compliance.decision import ComplianceDecision, Decider, Facts
from compliance.findings import Finding
from compliance.recipient_checks import NO_SUPPRESSION
from compliance.selectors.consent import consent_states, suppressed_scopes
from messaging.constants import FailureReason, MessageStatus
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.judgements import TextJudge
from messaging.services.network_demands import registration_finding, registration_missing
from routing.engine import RouteDecision, RouteRequest, choose
from routing.network_texts import NetworkText

# What a failed rule is called towards the customer; the finding itself names the clause.
_REASONS = {
    "suppressed": FailureReason.SUPPRESSED,
    "do_not_call_listed": FailureReason.SUPPRESSED,
    "consent_missing": FailureReason.NO_CONSENT,
    "consent_revoked": FailureReason.NO_CONSENT,
    "sender_kind_not_allowed": FailureReason.SENDER_NOT_ALLOWED,
    "sender_not_registered": FailureReason.SENDER_NOT_ALLOWED,
    "outside_hours": FailureReason.OUTSIDE_WINDOW,
    "cap_reached": FailureReason.FREQUENCY_CAP,
}

# Messages of the last 24 hours that count against a cap: those out or on their way, bounded to
# the few partitions that can hold them. An exact reservation across campaigns is the frequency
# ledger's work.
_TOUCHES = """
SELECT m.msisdn, m.id FROM messaging_message m
WHERE m.msisdn = ANY(%(msisdns)s) AND m.advertiser_id = %(advertiser)s
  AND m.id BETWEEN uuid7_floor(%(since)s) AND uuid7_floor(%(until)s)
  AND m.message_class = 'marketing'
  AND m.status IN ('queued', 'sent', 'delivered', 'undelivered', 'unknown')
  AND coalesce(m.sent_at, m.created_at) > %(day_ago)s
"""


@dataclass(slots=True)
class Case:
    """A message to decide about. `kept_carrier_id`: where its first segments already are;
    `billed_segments`: where the network bills more than are sent."""

    id: uuid.UUID
    lane: int
    account_id: int
    advertiser_id: int
    campaign_id: int | None
    msisdn: str
    country: str
    network_id: int | None
    sender_id: int
    template_version_id: int | None
    text: str
    segment_count: int
    not_after: datetime | None
    attempts: int
    kept_carrier_id: int | None
    billed_segments: int | None = None


class Verdict(NamedTuple):
    """queue: to `carrier_id`, to leave before `not_after`; wait: until `due_at`; end: `status`.

    `decision` is what the message's trace shows.
    """

    action: str
    status: str
    reason: str = ""
    carrier_id: int = 0
    due_at: datetime | None = None
    not_after: datetime | None = None
    cost_micros: int = 0
    decision: dict[str, Any] | None = None


class Explanation(NamedTuple):
    """A verdict with what it rests on, and everything that speaks about the message; without a
    sender there is neither ruling nor route."""

    verdict: Verdict
    ruling: ComplianceDecision | None
    findings: tuple[Finding, ...]
    route: RouteDecision | None


Recipient = tuple[int, str, int]  # advertiser, MSISDN, lane


@dataclass(slots=True)
class _Recipients:
    """What is known of a batch's recipients; missing means none."""

    suppressed: dict[Recipient, frozenset[str]] = field(default_factory=dict)
    consents: dict[Recipient, str] = field(default_factory=dict)
    touches: dict[Recipient, int] = field(default_factory=dict)


def cases_decide(snapshot: Snapshot, cases: Sequence[Case], now: datetime) -> list[Verdict]:
    """A verdict per case, in order: at most three queries per advertiser and lane (a slice has
    one of each), the rest in memory."""
    batch = _Batch(snapshot, _recipients(cases, now), now)
    return [batch.decide(case) for case in cases]


def cases_explain(snapshot: Snapshot, cases: Sequence[Case], now: datetime) -> list[Explanation]:
    """The verdicts of `cases_decide`, each with its compliance decision and its route."""
    batch = _Batch(snapshot, _recipients(cases, now), now)
    return [batch.explain(case) for case in cases]


def _recipients(cases: Sequence[Case], now: datetime) -> _Recipients:
    groups: dict[tuple[int, int, int], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.account_id, case.advertiser_id, case.lane), []).append(case)
    known = _Recipients()
    for (account_id, advertiser_id, lane), members in groups.items():
        msisdns = sorted({case.msisdn for case in members})
        scopes = suppressed_scopes(account_id, advertiser_id, msisdns, lane)
        known.suppressed |= {(advertiser_id, m, lane): found for m, found in scopes.items()}
        if LANES[lane] == MessageClass.MARKETING:  # the one class whose rules ask
            states = consent_states(account_id, advertiser_id, msisdns, LANES[lane])
            known.consents |= {(advertiser_id, m, lane): state for m, state in states.items()}
            known.touches |= _touches(advertiser_id, lane, msisdns, members, now)
    return known


def _touches(
    advertiser_id: int, lane: int, msisdns: Sequence[str], own: Sequence[Case], now: datetime
) -> dict[Recipient, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _TOUCHES,
            {
                "advertiser": advertiser_id,
                "msisdns": list(msisdns),
                "since": now - timedelta(days=3),
                "until": now + timedelta(minutes=5),
                "day_ago": now - timedelta(days=1),
            },
        )
        found = cursor.fetchall()
    own_ids = {case.id for case in own} if found else set()
    counts = Counter(msisdn for msisdn, message_id in found if message_id not in own_ids)
    return {(advertiser_id, msisdn, lane): count for msisdn, count in counts.items()}


class _Batch:
    """The cases of one batch: what they share is worked out once."""

    def __init__(self, snapshot: Snapshot, known: _Recipients, now: datetime) -> None:
        self._snapshot, self._known, self._now = snapshot, known, now
        self._deciders: dict[tuple[object, ...], Decider] = {}
        self._texts = TextJudge(snapshot, now)
        self._facts: dict[tuple[int, int], _Facts] = {}
        self._refusals: dict[tuple[str, int], tuple[ComplianceDecision, dict[str, Any]]] = {}

    def decide(self, case: Case) -> Verdict:
        standing = self._standing(case)
        if standing is not None:
            return standing
        sender = self._snapshot.senders[case.sender_id]
        ruling = self._ruling(case, sender)
        if ruling.outcome == "blocked":
            return _blocked(ruling)
        unregistered = self._demand(case, sender)
        if unregistered is not None:
            return self._unregistered(unregistered, ruling)
        if ruling.outcome == "delayed":
            return _delayed(case, ruling)
        return self._routed(case, sender, ruling)

    def _standing(self, case: Case) -> Verdict | None:
        """Whether account, template, sender and deadline still stand."""
        account = self._snapshot.accounts.get(case.account_id)
        if account is None or not account.is_active:
            return _refused(FailureReason.ACCOUNT_SUSPENDED)
        version = case.template_version_id
        if version is not None and version not in self._snapshot.texts:
            return _refused(FailureReason.TEMPLATE_WITHDRAWN)
        sender = self._snapshot.senders.get(case.sender_id)
        is_fit = sender is not None and sender.is_usable
        if sender is None or not is_fit or LANES[case.lane] not in sender.message_classes:
            return _refused(FailureReason.SENDER_NOT_ALLOWED)
        if case.not_after is not None and case.not_after <= self._now:
            return Verdict("end", MessageStatus.EXPIRED.value, FailureReason.DEADLINE.value)
        return None

    def _ruling(self, case: Case, sender: SenderCard) -> ComplianceDecision:
        recipient = (case.advertiser_id, case.msisdn, case.lane)
        registration = (sender.id, case.network_id, LANES[case.lane])
        return self._decider(case, sender).decide(
            consent=self._known.consents.get(recipient, "none"),
            suppressed=self._known.suppressed.get(recipient, NO_SUPPRESSION),
            sender_registered=registration in self._snapshot.registrations,
            touches_last_24h=self._known.touches.get(recipient, 0),
            segments=case.segment_count,
        )

    def _decider(self, case: Case, sender: SenderCard) -> Decider:
        own = (case.country, case.lane, case.advertiser_id, sender.id, case.template_version_id)
        approved = self._snapshot.texts.get(case.template_version_id or 0)
        key = (*own, *self._texts.key(case, approved))
        decider = self._deciders.get(key)
        if decider is None:
            rules = self._snapshot.rulebook.rules_for(case.country, self._now)
            shared = Facts(
                country=case.country,
                message_class=LANES[case.lane],
                account_id=case.account_id,
                advertiser_id=case.advertiser_id,
                sender_kind=sender.kind,
                now=self._now,
                is_from_template=approved is not None,
            )
            content = self._texts.findings(case, approved, rules)
            decider = self._deciders[key] = Decider(rules, shared, content)
        return decider

    def _demand(self, case: Case, sender: SenderCard) -> NetworkText | None:
        return registration_missing(
            self._snapshot,
            template_version_id=case.template_version_id,
            network_id=case.network_id,
            message_class=LANES[case.lane],
            sender_kind=sender.kind,
            now=self._now,
        )

    def _unregistered(self, rule: NetworkText, ruling: ComplianceDecision) -> Verdict:
        """One object per network and ruling, because a slice may have many of them."""
        key = (rule.rule_id, id(ruling))
        known = self._refusals.get(key)
        if known is None:
            finding = registration_finding(rule)
            facts = _ruling_facts(ruling)
            facts["findings"] = [*facts["findings"], finding.rule_id]
            facts["network"] = rule.network_name
            known = self._refusals[key] = (ruling, facts)
        reason = FailureReason.TEMPLATE_NOT_REGISTERED.value
        return Verdict("end", MessageStatus.BLOCKED.value, reason, decision=known[1])

    def explain(self, case: Case) -> Explanation:
        """The verdict with its grounds; they come from the memories that decided."""
        verdict = self.decide(case)
        sender = self._snapshot.senders.get(case.sender_id)
        if sender is None:
            return Explanation(verdict, None, (), None)
        ruling, demand = self._ruling(case, sender), self._demand(case, sender)
        findings = (
            ruling.findings if demand is None else (*ruling.findings, registration_finding(demand))
        )
        return Explanation(verdict, ruling, findings, self._route(case, sender))

    def _route(self, case: Case, sender: SenderCard) -> RouteDecision:
        return choose(
            self._snapshot.routing,
            RouteRequest(
                msisdn=case.msisdn,
                country=case.country,
                network_id=case.network_id,
                sender_id=case.sender_id,
                sender_kind=sender.kind,
                message_class=LANES[case.lane],
                account_id=case.account_id,
                segments=case.segment_count,
                spread=case.id.int & 0xFFFFFFFFFFFFFFFF,
            ),
        )

    def _routed(self, case: Case, sender: SenderCard, ruling: ComplianceDecision) -> Verdict:
        route = self._route(case, sender)
        carrier_id = case.kept_carrier_id or route.carrier_id
        if carrier_id is None:
            return Verdict(
                "end",
                MessageStatus.FAILED.value,
                FailureReason.NO_ROUTE.value,
                decision=self._facts_of(route, ruling),
            )
        cost = route.chosen.cost_micros if route.chosen and route.chosen.cost_micros else 0
        return Verdict(
            "queue",
            MessageStatus.QUEUED.value,
            carrier_id=carrier_id,
            not_after=_earliest(case.not_after, ruling.close_at),
            cost_micros=cost * (case.billed_segments or case.segment_count),
            decision=self._facts_of(route, ruling),
        )

    def _facts_of(self, route: RouteDecision, ruling: ComplianceDecision) -> dict[str, Any]:
        """Both come from memories of their own: a slice has few pairs of them."""
        key = (id(route), id(ruling))
        known = self._facts.get(key)
        if known is None:
            known = self._facts[key] = _Facts(route, ruling, _facts_of(route, ruling))
        return known.facts


class _Facts(NamedTuple):
    """What the trace says of a pair; the pair is kept, so that its identity stays its own."""

    route: RouteDecision
    ruling: ComplianceDecision
    facts: dict[str, Any]


def _facts_of(route: RouteDecision, ruling: ComplianceDecision) -> dict[str, Any]:
    """What the trace needs to explain the decision later: small, because every message has it."""
    return {
        "configuration": route.snapshot_version,
        "route": route.chosen.route_id if route.chosen else None,
        "why": [str(reason) for reason in route.reasons],
        "rules": ruling.rules_version,
        "findings": [finding.rule_id for finding in ruling.findings],
    }


def _earliest(*moments: datetime | None) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return min(known) if known else None


def _refused(reason: FailureReason) -> Verdict:
    return Verdict("end", MessageStatus.BLOCKED.value, reason.value)


def _blocked(ruling: ComplianceDecision) -> Verdict:
    first = ruling.blocking[0]
    reason = _REASONS.get(first.message_code, FailureReason.CONTENT_RULE)
    return Verdict("end", MessageStatus.BLOCKED.value, reason.value, decision=_ruling_facts(ruling))


def _ruling_facts(ruling: ComplianceDecision) -> dict[str, Any]:
    return {
        "rules": ruling.rules_version,
        "findings": [finding.rule_id for finding in ruling.findings],
    }


def _delayed(case: Case, ruling: ComplianceDecision) -> Verdict:
    """Until the window opens; a message that would be useless by then ends now."""
    until = ruling.until
    if case.not_after is not None and until is not None and until >= case.not_after:
        reason = FailureReason.OUTSIDE_WINDOW.value
        return Verdict("end", MessageStatus.EXPIRED.value, reason, decision=_ruling_facts(ruling))
    return Verdict(
        "wait",
        MessageStatus.SCHEDULED.value,
        "window",
        due_at=until,
        decision=_ruling_facts(ruling),
    )
