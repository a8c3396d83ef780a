"""Deciding the cases of one batch: what they share is worked out once."""

from datetime import datetime
from typing import Any

from compliance.constants import LANES
from compliance.decision import ComplianceDecision, Decider, Facts
from compliance.recipient_checks import NO_SUPPRESSION
from messaging.constants import FailureReason, MessageStatus
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.decisions.cases import Case, Explanation, Verdict
from messaging.services.decisions.recipients import Recipient, Recipients
from messaging.services.decisions.texts import TextJudge
from messaging.services.decisions.verdicts import (
    KnownFacts,
    blocked,
    delayed,
    earliest,
    facts_of,
    refused,
    ruling_facts,
)
from messaging.services.network_demands import registration_finding, registration_missing
from routing.engine import RouteDecision, RouteRequest, choose
from routing.network_texts import NetworkText


class Batch:
    """The cases of one batch: what they share is worked out once."""

    def __init__(self, snapshot: Snapshot, known: Recipients, now: datetime) -> None:
        self._snapshot, self._known, self._now = snapshot, known, now
        self._deciders: dict[tuple[object, ...], Decider] = {}
        self._texts = TextJudge(snapshot, now)
        self._facts: dict[tuple[int, int], KnownFacts] = {}
        self._refusals: dict[tuple[str, int], tuple[ComplianceDecision, dict[str, Any]]] = {}

    def decide(self, case: Case) -> Verdict:
        standing = self._standing(case)
        if standing is not None:
            return standing
        sender = self._snapshot.senders[case.sender_id]
        ruling = self._ruling(case, sender)
        if ruling.outcome == "blocked":
            return blocked(ruling)
        unregistered = self._demand(case, sender)
        if unregistered is not None:
            return self._unregistered(unregistered, ruling)
        if ruling.outcome == "delayed":
            return delayed(case, ruling)
        return self._routed(case, sender, ruling)

    def _standing(self, case: Case) -> Verdict | None:
        """Whether account, template, sender and deadline still stand."""
        account = self._snapshot.accounts.get(case.account_id)
        if account is None or not account.is_active:
            return refused(FailureReason.ACCOUNT_SUSPENDED)
        version = case.template_version_id
        if version is not None and version not in self._snapshot.texts:
            return refused(FailureReason.TEMPLATE_WITHDRAWN)
        sender = self._snapshot.senders.get(case.sender_id)
        is_fit = sender is not None and sender.is_usable
        if sender is None or not is_fit or LANES[case.lane] not in sender.message_classes:
            return refused(FailureReason.SENDER_NOT_ALLOWED)
        if case.not_after is not None and case.not_after <= self._now:
            return Verdict("end", MessageStatus.EXPIRED.value, FailureReason.DEADLINE.value)
        return None

    def _ruling(self, case: Case, sender: SenderCard) -> ComplianceDecision:
        recipient = (case.advertiser_id, case.msisdn, case.lane)
        registration = (sender.id, case.network_id, LANES[case.lane])
        return self._decider(case, sender).decide(
            consent=self._known.consents.get(recipient, "none"),
            suppressed=self._refused(recipient, case, sender),
            sender_registered=registration in self._snapshot.registrations,
            touches=self._known.touches.get(recipient, ()),
            segments=case.segment_count,
        )

    def _refused(self, recipient: Recipient, case: Case, sender: SenderCard) -> frozenset[str]:
        """The purposes that the number refuses of this program from this sender."""
        refusals = self._known.refusals.get(recipient)
        if refusals is None:
            return NO_SUPPRESSION
        approved = self._snapshot.texts.get(case.template_version_id or 0)
        program_id = approved.program_id if approved else None
        return frozenset(r.purpose for r in refusals if r.covers(program_id, sender.address))

    def _decider(self, case: Case, sender: SenderCard) -> Decider:
        own = (case.country, case.lane, case.advertiser_id, sender.id, case.template_version_id)
        approved = self._snapshot.texts.get(case.template_version_id or 0)
        key = (*own, *self._texts.key(case, approved))
        decider = self._deciders.get(key)
        if decider is None:
            rules = self._snapshot.rulebook.rules_for(
                case.country, self._now, case.account_id, case.advertiser_id
            )
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
            facts = ruling_facts(ruling)
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
            not_after=earliest(case.not_after, ruling.close_at, self._turn(case)),
            cost_micros=cost * (case.billed_segments or case.segment_count),
            decision=self._facts_of(route, ruling),
        )

    def _turn(self, case: Case) -> datetime | None:
        """When other rules begin: what is queued until then is decided again."""
        return self._snapshot.turns.after(case.country, self._now, case.account_id)

    def _facts_of(self, route: RouteDecision, ruling: ComplianceDecision) -> dict[str, Any]:
        """Both come from memories of their own: a slice has few pairs of them."""
        key = (id(route), id(ruling))
        known = self._facts.get(key)
        if known is None:
            known = self._facts[key] = KnownFacts(route, ruling, facts_of(route, ruling))
        return known.facts
