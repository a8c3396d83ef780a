"""Deciding the cases of one batch: what they share is worked out once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from compliance.constants import LANES
from messaging.constants import FailureReason, MessageStatus
from messaging.frequency import Bid
from messaging.sandbox import ending_of
from messaging.selectors.bind_limits import carriers_refusing
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.decisions.cases import Case, Explanation, Verdict
from messaging.services.decisions.fallbacks import fallback_cases, storied
from messaging.services.decisions.limits import bid_of, bids_answer, holders_of, taken_from
from messaging.services.decisions.memory import FactsMemory
from messaging.services.decisions.rulings import Judge, Ruled
from messaging.services.decisions.verdicts import blocked, delayed, earliest, held, refused
from messaging.services.elsewhere import EXHAUSTED
from messaging.services.frequency import Loss
from messaging.services.network_demands import registration_finding, registration_missing
from messaging.services.spreads import spread_of
from routing.engine import Reason, RouteDecision, RouteRequest, choose
from routing.engine.decisions import ANYWHERE, NOTHING_AVOIDED
from routing.network_texts import NetworkText

_END = "end"


class Batch:
    """The cases of one batch, ruled first and then held against how often each person may be
    written to: what may not leave anyhow takes nobody's place.

    `reserving`, a cursor: the places are kept in its transaction, and `losses` are the messages
    that lost theirs. `tell_all` counts for those too that are refused for other reasons.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        cases: Sequence[Case],
        now: datetime,
        *,
        reserving: Any = None,
        tell_all: bool = False,
    ) -> None:
        self._snapshot, self._now = snapshot, now
        self._judge = Judge(snapshot, cases, now)
        self._memory = FactsMemory(snapshot)
        self._decided = [self._first(case) for case in cases]
        self.losses: list[Loss] = self._limit(reserving, tell_all=tell_all)

    def verdicts(self) -> list[Verdict]:
        """A verdict per case, in order."""
        return [verdict for verdict, _ruled in self._decided]

    def explanations(self) -> list[Explanation]:
        """The verdicts with their grounds."""
        return [self._explained(verdict, ruled) for verdict, ruled in self._decided]

    def _first(self, case: Case) -> tuple[Verdict, Ruled | None]:
        """The verdict without regard to earlier messages; from another sender where the
        customer's rule says so."""
        verdict, ruled = self._judged(case)
        if verdict.action == _END and case.account_id in self._snapshot.stand_ins.fallbacks:
            for other in fallback_cases(self._snapshot, case, verdict, ruled, self._now):
                found = self._judged(other)
                if found[0].action != _END:
                    return found
        return verdict, ruled

    def _judged(self, case: Case) -> tuple[Verdict, Ruled | None]:
        standing = self._standing(case)
        if standing is not None:
            return standing, self._known(case)
        ruled = self._judge.rule(case, self._snapshot.senders[case.sender_id])
        return self._verdict(ruled), ruled

    def _known(self, case: Case) -> Ruled | None:
        sender = self._snapshot.senders.get(case.sender_id)
        return None if sender is None else self._judge.rule(case, sender)

    def _standing(self, case: Case) -> Verdict | None:
        """Whether account, template, sender and deadline still stand."""
        account = self._snapshot.accounts.get(case.account_id)
        if account is None or not account.is_active:
            return refused(FailureReason.ACCOUNT_SUSPENDED)
        version = case.template_version_id
        if version is not None and version not in self._snapshot.texts:
            return refused(FailureReason.TEMPLATE_WITHDRAWN)
        sender = self._snapshot.senders.get(case.sender_id)
        if sender is None or not sender.is_usable or not _may_carry(sender, case):
            return refused(FailureReason.SENDER_NOT_ALLOWED)
        if case.is_test and (ending := ending_of(case.msisdn)) is not None:
            return Verdict(_END, ending.status, ending.reason)
        if case.not_after is not None and case.not_after <= self._now:
            return Verdict(_END, MessageStatus.EXPIRED.value, FailureReason.DEADLINE.value)
        return None

    def _limit(self, reserving: Any, *, tell_all: bool) -> list[Loss]:
        """Holds what may leave against earlier messages to the same people."""
        bids: list[tuple[int, Ruled, Bid]] = []
        for index, (verdict, ruled) in enumerate(self._decided):
            if ruled is None or (verdict.action == _END and not tell_all):
                continue
            bid = bid_of(
                ruled.case,
                ruled.ground,
                ruled.place.region,
                ruled.standing,
                asks=ruled.asks_once,
            )
            if bid is not None:
                bids.append((index, ruled, bid))
        pairs = [(ruled.case, bid) for _index, ruled, bid in bids]
        losses = bids_answer(pairs, self._now, reserving)
        for index, ruled, bid in bids:
            if bid.is_over or bid.was_asked:
                self._decided[index] = self._reached(self._decided[index][0], ruled, bid)
            elif bid.taken or any(bid.counts):
                verdict = self._decided[index][0]
                told = self._memory.counted(verdict.decision, bid)
                verdict = verdict._replace(decision=told, taken_from=taken_from(bid))
                self._decided[index] = verdict, ruled
        return losses

    def _reached(self, first: Verdict, ruled: Ruled, bid: Bid) -> tuple[Verdict, Ruled]:
        """The verdict on a message whose person has had enough."""
        ruled = self._judge.rule_again(ruled, bid)
        verdict = first if first.action == _END else self._verdict(ruled)
        if bid.is_refused and verdict.action != _END:
            verdict = refused(FailureReason.FREQUENCY_CAP)
        told = self._memory.counted(verdict.decision, bid)
        return verdict._replace(decision=told, holders=holders_of(bid)), ruled

    def _verdict(self, ruled: Ruled) -> Verdict:
        verdict, case = self._ruled(ruled), ruled.case
        return verdict if case.before is None and case.fallback is None else storied(verdict, case)

    def _ruled(self, ruled: Ruled) -> Verdict:
        ruling = ruled.ruling
        if ruling.outcome == "blocked":
            return blocked(ruling, self._memory.ruled(ruled))
        unregistered = self._demand(ruled.case, ruled.sender)
        if unregistered is not None:
            reason = FailureReason.TEMPLATE_NOT_REGISTERED.value
            facts = self._memory.unregistered(ruled, unregistered)
            return Verdict(_END, MessageStatus.BLOCKED.value, reason, decision=facts)
        if ruling.outcome == "delayed":
            return delayed(ruled.case, ruling, self._memory.ruled(ruled))
        return self._routed(ruled)

    def _demand(self, case: Case, sender: SenderCard) -> NetworkText | None:
        return registration_missing(
            self._snapshot,
            template_version_id=case.template_version_id,
            network_id=case.network_id,
            message_class=LANES[case.lane],
            sender_kind=sender.kind,
            now=self._now,
        )

    def _explained(self, verdict: Verdict, ruled: Ruled | None) -> Explanation:
        if ruled is None:
            return Explanation(verdict, None, (), None)
        demand = self._demand(ruled.case, ruled.sender)
        findings = ruled.ruling.findings
        if demand is not None:
            findings = (*findings, registration_finding(demand))
        return Explanation(verdict, ruled.ruling, findings, self._route(ruled.case, ruled.sender))

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
                # A message that failed draws anew: else it would be the probe of a hot carrier
                # each time.
                spread=spread_of(case.id, case.attempts),
                avoid_carrier_ids=case.avoid,
                refusing_carrier_ids=self._refusing(case, sender),
                traffic_kind=sender.traffic_kind,
                deadline_seconds=self._seconds_left(case),
                must_stay_in=(
                    ANYWHERE if case.is_test else self._snapshot.accounts[case.account_id].residency
                ),
                is_test=case.is_test,
            ),
        )

    def _refusing(self, case: Case, sender: SenderCard) -> frozenset[int]:
        """Carriers whose binds would refuse the message."""
        limits = self._snapshot.bind_limits
        return carriers_refusing(limits, case.text, sender.address) if limits else NOTHING_AVOIDED

    def _seconds_left(self, case: Case) -> int | None:
        """How long the message is still of use; most have no deadline."""
        if case.not_after is None:
            return None
        return int((case.not_after - self._now).total_seconds())

    def _routed(self, ruled: Ruled) -> Verdict:
        case = ruled.case
        route = self._route(case, ruled.sender)
        facts = self._memory.routed(ruled, route)
        carrier_id = case.kept_carrier_id or route.carrier_id
        if (
            len(case.tried) > 1 and case.fallback is None
        ):  # one re-route was its due; another sender may still do
            carrier_id = None
        if carrier_id is None and Reason.ALL_DRAINED in route.reasons:
            # An operator's order, not a lack of ways: it waits until the order ends.
            return held(case, self._now, facts)
        if carrier_id is None:
            failed = MessageStatus.FAILED.value
            return Verdict(_END, failed, _no_way(case).value, decision=facts)
        cost = route.chosen.cost_micros if route.chosen and route.chosen.cost_micros else 0
        turn = self._snapshot.turns.after(case.country, self._now, case.account_id)
        return Verdict(
            "queue",
            MessageStatus.QUEUED.value,
            carrier_id=carrier_id,
            # What is queued when other rules begin is decided again.
            not_after=earliest(case.not_after, ruled.ruling.close_at, turn),
            cost_micros=cost * (case.billed_segments or case.segment_count),
            decision=facts,
        )


def _no_way(case: Case) -> FailureReason:
    """What it ends for where no carrier is left: what the one that had it said, if one had it."""
    if not case.tried:
        return FailureReason.NO_ROUTE
    is_tired = case.before is not None and case.before.get("why") == EXHAUSTED
    return FailureReason.TOO_MANY_ATTEMPTS if is_tired else FailureReason.REJECTED


def _may_carry(sender: SenderCard, case: Case) -> bool:
    """Who may carry a message may carry the confirmation that none will come any more."""
    return case.is_confirmation or LANES[case.lane] in sender.message_classes
