"""The choice of a route: specificity picks the plan, tiers order it, weights share it.

A decision depends on few things (destination prefix, network, country, class, sender,
account), so each combination is worked out once per snapshot and remembered; a message
then costs a dictionary lookup and, where load is shared, one bisection.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from routing.engine.decisions import (
    Candidate,
    Exclusion,
    Plan,
    Reason,
    RouteDecision,
    RouteRequest,
)
from routing.engine.judging import judge, sender_refusal
from routing.engine.snapshot import RoutingSnapshot

_MOST_PLANS = 50_000  # combinations remembered per snapshot, some tens of megabytes
_GOLDEN = 0x9E3779B97F4A7C15  # 2**64 / golden ratio: consecutive ids spread evenly
_MASK = (1 << 64) - 1
_MOMENTARY = frozenset({None, Exclusion.AVOIDED, Exclusion.UNAVAILABLE})


def choose(snapshot: RoutingSnapshot, request: RouteRequest) -> RouteDecision:
    """The route for one message, the same for the same snapshot and request.

    Where no carrier of the plan is available its first tier is chosen all the same, with
    the reason `waiting_for_bind`: the message waits rather than fails.
    """
    account_id = request.account_id
    key = (
        snapshot.prefix_of(request.msisdn),
        request.network_id,
        request.country,
        request.message_class,
        request.sender_id,
        request.sender_kind,
        account_id if account_id in snapshot.own_accounts else None,
        request.avoid_carrier_ids,
    )
    plan = snapshot.plans.get(key)
    if plan is None:
        if len(snapshot.plans) >= _MOST_PLANS:
            snapshot.plans.clear()
        plan = snapshot.plans[key] = _plan(snapshot, request)
    if not plan.total:
        return plan.decisions[0]
    return plan.decisions[bisect_right(plan.bounds, ticket(request.spread, plan.total))]


def ticket(spread: int, total: int) -> int:
    """The number from 0 to `total` - 1 that a message draws among running sums of weights."""
    return (((spread * _GOLDEN) & _MASK) >> 32) * total >> 32


def price_of(
    snapshot: RoutingSnapshot,
    account_id: int | None,
    country: str,
    network_id: int | None,
    message_class: str,
) -> int | None:
    """Micro-units per segment that an account pays, or None where no price is set."""
    rate = snapshot.price_rate(account_id, country, network_id, message_class)
    return None if rate is None else rate.amount_micros


def _plan(snapshot: RoutingSnapshot, request: RouteRequest) -> Plan:
    """Every decision that requests like this one can get."""
    judged = judge(snapshot, request)
    eligible = [candidate for candidate in judged if candidate.exclusion is None]
    refusal = sender_refusal(snapshot, request)
    if refusal is None and not eligible:
        refusal = Reason.ALL_EXCLUDED if judged else Reason.NO_ROUTE
    if refusal is not None:
        candidates = tuple(sorted(judged, key=_order))
        return Plan((RouteDecision(None, candidates, (refusal,), snapshot.version),))
    tier = min(candidate.tier for candidate in eligible)
    group = [candidate for candidate in eligible if candidate.tier == tier]
    sharing = _shared(group)
    candidates = _in_order(judged, sharing)
    reasons = _reasons(judged, group)
    decisions = tuple(RouteDecision(c, candidates, reasons, snapshot.version) for c in sharing)
    if len(decisions) == 1:
        return Plan(decisions)
    bounds = tuple(accumulate(candidate.weight for candidate in sharing))
    return Plan(decisions, bounds, bounds[-1])


def _shared(group: Sequence[Candidate]) -> list[Candidate]:
    """The tier's candidates that get traffic: by weight, or only the cheapest without weights."""
    total = sum(candidate.weight for candidate in group)
    if not total:
        cheapest = min(group, key=_order)
        return [replace(cheapest, share=1.0)]
    return [
        replace(candidate, share=candidate.weight / total)
        for candidate in sorted(group, key=lambda candidate: candidate.route_id)
        if candidate.weight
    ]


def _in_order(judged: Sequence[Candidate], sharing: Sequence[Candidate]) -> tuple[Candidate, ...]:
    shared = {candidate.route_id: candidate for candidate in sharing}
    merged = (shared.get(candidate.route_id, candidate) for candidate in judged)
    return tuple(sorted(merged, key=_order))


def _order(candidate: Candidate) -> tuple[bool, int, int, bool, int, int]:
    """Usable before excluded, tier, weight, price (an unknown one last), age of the route."""
    return (
        candidate.exclusion is not None,
        candidate.tier,
        -candidate.weight,
        candidate.cost_micros is None,
        candidate.cost_micros or 0,
        candidate.route_id,
    )


def _reasons(judged: Sequence[Candidate], group: Sequence[Candidate]) -> tuple[Reason, ...]:
    first = group[0]
    reasons = [_scope(first)]
    in_plan = (c for c in judged if c.exclusion in _MOMENTARY)
    if first.tier > min(candidate.tier for candidate in in_plan):
        reasons.append(Reason.FAILOVER)
    if len(group) == 1:
        reasons.append(Reason.ONLY_ROUTE)
    else:
        is_weighted = any(candidate.weight for candidate in group)
        reasons.append(Reason.WEIGHTED if is_weighted else Reason.CHEAPEST)
    if not first.is_available:
        reasons.append(Reason.WAITING_FOR_BIND)
    return tuple(reasons)


def _scope(candidate: Candidate) -> Reason:
    if candidate.prefix_length:
        return Reason.BY_PREFIX
    if candidate.is_for_network:
        return Reason.BY_NETWORK
    return Reason.BY_COUNTRY if candidate.is_for_country else Reason.BY_DEFAULT
