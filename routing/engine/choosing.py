"""The choice of a route: specificity picks the plan, tiers order it, shares divide it.

A decision depends on few things (destination prefix, network, country, class, sender,
account), so each combination is worked out once and remembered: what the configuration says
for as long as it stands, what holds at the moment until something changes. A message then
costs a dictionary lookup and, where load is shared, one bisection.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from routing.engine.decisions import (
    Candidate,
    ConfiguredKey,
    Exclusion,
    Plan,
    Reason,
    RouteDecision,
    RouteRequest,
)
from routing.engine.judging import judge, sender_refusal
from routing.engine.layouts import layout, ticket
from routing.engine.sharing import levels_of, order_of, share_out
from routing.engine.snapshot import RoutingSnapshot
from routing.engine.telling import reasons_of, told
from routing.engine.weighing import Seat, seats_of

_MOST_PLANS = 50_000  # combinations remembered per snapshot, some tens of megabytes
# A deadline counts by the next lower of these seconds; above the last it is no hurry.
_DEADLINES = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600)
_LEAST_SHARE = 1e-9


def choose(snapshot: RoutingSnapshot, request: RouteRequest) -> RouteDecision:
    """The route for one message, the same for the same snapshot and request.

    Where no carrier of the plan is available its first tier is chosen all the same, with
    the reason `waiting_for_bind`: the message waits rather than fails.
    """
    account_id, sender_id = request.account_id, request.sender_id
    deadline = request.deadline_seconds
    scope = (
        snapshot.prefix_of(request.msisdn),
        request.network_id,
        request.country,
        request.message_class,
        sender_id if sender_id in snapshot.own_senders else None,
        request.sender_kind,
        account_id if account_id in snapshot.own_accounts else None,
        request.traffic_kind,
        request.must_stay_in,
        request.is_test,
        sender_refusal(snapshot, request),
    )
    step = None if deadline is None else _step(deadline)
    key = (scope, request.avoid_carrier_ids, request.refusing_carrier_ids, step)
    plan = snapshot.plans.get(key)
    if plan is None:
        if len(snapshot.plans) >= _MOST_PLANS:
            snapshot.plans.clear()
        asked = request._replace(deadline_seconds=step)
        plan = snapshot.plans[key] = _plan(snapshot, asked, _configured(snapshot, asked, scope))
    if not plan.bounds:
        return plan.decisions[0]
    return plan.decisions[bisect_right(plan.bounds, ticket(request.spread))]


def price_of(
    snapshot: RoutingSnapshot,
    account_id: int | None,
    country: str,
    network_id: int | None,
    message_class: str,
    sender_id: int | None = None,
) -> int | None:
    """Micro-units per segment that an account pays, or None where no price is set."""
    rate = snapshot.price_rate(account_id, country, network_id, message_class, sender_id)
    return None if rate is None else rate.amount_micros


def _step(seconds: int) -> int | None:
    index = bisect_right(_DEADLINES, seconds)
    return None if index == len(_DEADLINES) else _DEADLINES[max(0, index - 1)]


def _configured(
    snapshot: RoutingSnapshot, request: RouteRequest, scope: ConfiguredKey
) -> tuple[Candidate, ...]:
    """What the configuration alone says, whatever the moment, the carriers tried and the
    deadline."""
    known = snapshot.configured
    candidates = known.get(scope)
    if candidates is None:
        if len(known) >= _MOST_PLANS:
            known.clear()
        candidates = known[scope] = judge(snapshot, request)
    return candidates


def _plan(
    snapshot: RoutingSnapshot, request: RouteRequest, configured: Sequence[Candidate]
) -> Plan:
    """Every decision that requests like this one can get."""
    refusal = sender_refusal(snapshot, request)
    plan = [candidate for candidate in configured if candidate.exclusion is None]
    if refusal is None and not plan:
        refusal = Reason.ALL_EXCLUDED if configured else Reason.NO_ROUTE
    seats = seats_of(snapshot, request, plan)
    if refusal is None and all(seat.is_out for seat in seats):
        is_drained = any(seat.exclusion is Exclusion.DRAINED for seat in seats)
        refusal = Reason.ALL_DRAINED if is_drained else Reason.ALL_EXCLUDED
    levels = levels_of(snapshot, request, seats)
    if refusal is None:
        share_out(levels)
    shown = {seat.candidate.route_id: _shown(snapshot, request, seat, refusal) for seat in seats}
    candidates = tuple(
        sorted(
            (shown.get(one.route_id) or _aside(snapshot, one) for one in configured),
            key=lambda one: (one.exclusion is not None, *order_of(one)),
        )
    )
    if refusal is not None:
        nothing = RouteDecision(None, candidates, (refusal,), snapshot.version)
        return Plan((nothing,), carrier_ids=_carriers(candidates))
    return _divided(snapshot, levels, shown, candidates)


def _shown(
    snapshot: RoutingSnapshot, request: RouteRequest, seat: Seat, refusal: Reason | None
) -> Candidate:
    exclusion = seat.exclusion
    if exclusion is None and seat.is_hot and seat.share <= 0 and refusal is None:
        exclusion = Exclusion.HOT
    return replace(
        seat.candidate,
        share=round(seat.share, 12),
        is_available=seat.is_available,
        exclusion=exclusion,
        terms=told(snapshot, request, seat),
    )


def _aside(snapshot: RoutingSnapshot, candidate: Candidate) -> Candidate:
    carrier = snapshot.carriers.get(candidate.carrier_id)
    is_available = carrier is not None and carrier.is_available
    return replace(candidate, is_available=True) if is_available else candidate


def _divided(
    snapshot: RoutingSnapshot,
    levels: Sequence[Sequence[Seat]],
    shown: dict[int, Candidate],
    candidates: tuple[Candidate, ...],
) -> Plan:
    """The tickets of messages divided among the seats that get any."""
    seats = [seat for level in levels for seat in level]
    first = {id(seat) for seat in levels[0]}
    weights = [float(s.candidate.weight or 1) if id(s) in first else 0.0 for s in seats]
    home = [weight / sum(weights) for weight in weights]
    target = [seat.share if seat.share > _LEAST_SHARE else 0.0 for seat in seats]
    bounds, owners = layout(home, [share / sum(target) for share in target])
    decisions = {
        owner: RouteDecision(
            shown[seats[owner].candidate.route_id],
            candidates,
            reasons_of(snapshot, seats, seats[owner], home[owner]),
            snapshot.version,
        )
        for owner in set(owners)
    }
    found = tuple(decisions[owner] for owner in owners)
    return Plan(found, tuple(bounds), _carriers(candidates))


def _carriers(candidates: Sequence[Candidate]) -> frozenset[int]:
    return frozenset(one.carrier_id for one in candidates)
