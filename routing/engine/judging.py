"""The judgement of routes: each step takes all candidates and sets some of them aside.

What people configured decides which routes make up the plan; what holds at the moment
(tried before, no bind) only decides inside the plan. So an outage never moves traffic to
a less specific plan that was not meant for it.
"""

from collections.abc import Collection
from dataclasses import replace

from routing.engine.decisions import Candidate, Exclusion, Reason, RouteRequest
from routing.engine.snapshot import Route, RoutingSnapshot


def judge(snapshot: RoutingSnapshot, request: RouteRequest) -> list[Candidate]:
    """All routes to the destination; those without an exclusion may be used."""
    candidates = [
        _candidate(snapshot, request, route)
        for route in snapshot.routes_to(request.country)
        if route.network_id in (None, request.network_id)
        and request.msisdn.startswith(route.prefix or "")
    ]
    return _by_availability(_by_avoidance(_by_specificity(candidates), request.avoid_carrier_ids))


def sender_refusal(snapshot: RoutingSnapshot, request: RouteRequest) -> Reason | None:
    """Why the sender may not be used at all, or None."""
    if request.sender_id is None:
        return None
    sender = snapshot.senders.get(request.sender_id)
    if sender is None:
        return Reason.SENDER_UNKNOWN
    if not sender.is_usable:
        return Reason.SENDER_NOT_USABLE
    if _bars(sender.message_classes, request.message_class):
        return Reason.SENDER_CLASS_NOT_ALLOWED
    return None


def _candidate(snapshot: RoutingSnapshot, request: RouteRequest, route: Route) -> Candidate:
    carrier = snapshot.carriers.get(route.carrier_id)
    rate = snapshot.cost_rate(
        route.carrier_id, request.country, request.network_id, request.message_class
    )
    is_active = carrier is not None and carrier.is_active
    return Candidate(
        route_id=route.id,
        carrier_id=route.carrier_id,
        tier=route.tier,
        weight=route.weight or 0,
        share=0.0,
        prefix_length=len(route.prefix or ""),
        is_for_network=route.network_id is not None,
        is_for_country=bool(route.country),
        cost_micros=None if rate is None else rate.amount_micros,
        is_available=carrier is not None and carrier.is_available,
        exclusion=_configured_exclusion(request, route, is_carrier_active=is_active),
    )


def _configured_exclusion(
    request: RouteRequest, route: Route, *, is_carrier_active: bool
) -> Exclusion | None:
    checks = (
        (not route.is_active, Exclusion.ROUTE_INACTIVE),
        (not is_carrier_active, Exclusion.CARRIER_INACTIVE),
        (_bars(route.message_classes, request.message_class), Exclusion.CLASS_NOT_ALLOWED),
        (_bars(route.sender_kinds, request.sender_kind), Exclusion.SENDER_KIND_NOT_ALLOWED),
        (_bars(route.sender_ids, request.sender_id), Exclusion.SENDER_NOT_ALLOWED),
        (_bars(route.account_ids, request.account_id), Exclusion.ACCOUNT_NOT_ALLOWED),
    )
    return next((code for is_barred, code in checks if is_barred), None)


def _bars(allowed: Collection[object] | None, value: object) -> bool:
    return bool(allowed) and value not in (allowed or ())


def _by_specificity(candidates: list[Candidate]) -> list[Candidate]:
    best = max((c.specificity for c in candidates if c.exclusion is None), default=None)
    return [
        replace(c, exclusion=Exclusion.LESS_SPECIFIC)
        if c.exclusion is None and c.specificity != best
        else c
        for c in candidates
    ]


def _by_avoidance(candidates: list[Candidate], avoided: frozenset[int]) -> list[Candidate]:
    return [
        replace(c, exclusion=Exclusion.AVOIDED)
        if c.exclusion is None and c.carrier_id in avoided
        else c
        for c in candidates
    ]


def _by_availability(candidates: list[Candidate]) -> list[Candidate]:
    """Routes without a bind stay where there are no others: their messages wait."""
    if not any(c.exclusion is None and c.is_available for c in candidates):
        return candidates
    return [
        replace(c, exclusion=Exclusion.UNAVAILABLE)
        if c.exclusion is None and not c.is_available
        else c
        for c in candidates
    ]
