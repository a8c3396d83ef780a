"""What the configuration says of each route, whatever holds at the moment.

People decide which routes make up the plan of a destination: the most specific ones that are
allowed. What holds at the moment (no bind, heat, an order) only decides inside the plan
(`weighing`), so an outage never moves traffic to a plan that was not meant for it.
"""

from collections.abc import Collection
from dataclasses import replace

from routing.engine.decisions import Candidate, Exclusion, Reason, RouteRequest
from routing.engine.snapshot import Route, RoutingSnapshot

_P2P = "p2p"


def judge(snapshot: RoutingSnapshot, request: RouteRequest) -> tuple[Candidate, ...]:
    """All routes to the destination; those without an exclusion make up the plan."""
    if request.is_test:
        return tuple(_candidate(snapshot, request, route) for route in snapshot.sandbox_routes)
    candidates = [
        _candidate(snapshot, request, route)
        for route in snapshot.routes_to(request.country)
        if route.network_id in (None, request.network_id)
        and request.msisdn.startswith(route.prefix or "")
    ]
    return tuple(_by_specificity(candidates))


def sender_refusal(snapshot: RoutingSnapshot, request: RouteRequest) -> Reason | None:
    """Why the sender may not be used at all, or None."""
    sender_id = request.sender_id
    if sender_id is None:
        return None
    sender = snapshot.senders.get(sender_id)
    if sender is None:
        return Reason.SENDER_UNKNOWN
    if not sender.is_usable:
        return Reason.SENDER_NOT_USABLE
    classes = sender.message_classes
    if classes and request.message_class not in classes:
        return Reason.SENDER_CLASS_NOT_ALLOWED
    return None


def _candidate(snapshot: RoutingSnapshot, request: RouteRequest, route: Route) -> Candidate:
    rate = snapshot.cost_rate(
        route.carrier_id, request.country, request.network_id, request.message_class
    )
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
        is_available=False,
        exclusion=_configured_exclusion(snapshot, request, route),
    )


def _configured_exclusion(
    snapshot: RoutingSnapshot, request: RouteRequest, route: Route
) -> Exclusion | None:
    carrier = snapshot.carriers.get(route.carrier_id)
    is_sandbox = carrier is not None and carrier.is_sandbox
    if is_sandbox != request.is_test:
        return Exclusion.SANDBOX
    is_carrier_active = carrier is not None and carrier.is_active
    processes_in = "" if carrier is None else carrier.data_country
    checks = (
        (not route.is_active, Exclusion.ROUTE_INACTIVE),
        (not is_carrier_active, Exclusion.CARRIER_INACTIVE),
        (_bars(route.message_classes, request.message_class), Exclusion.CLASS_NOT_ALLOWED),
        (_bars(route.sender_kinds, request.sender_kind), Exclusion.SENDER_KIND_NOT_ALLOWED),
        (_bars(route.sender_ids, request.sender_id), Exclusion.SENDER_NOT_ALLOWED),
        (_bars(route.account_ids, request.account_id), Exclusion.ACCOUNT_NOT_ALLOWED),
        (route.traffic_kind == _P2P != request.traffic_kind, Exclusion.TRAFFIC_KIND),
        # A place that nobody declared is none of the allowed ones (decision 16).
        (_bars(request.must_stay_in, processes_in), Exclusion.RESIDENCY),
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
