"""What is told of a choice: the steps that led to it, and the terms of each candidate."""

from collections.abc import Sequence

from routing.engine.decisions import Candidate, Reason, RouteRequest
from routing.engine.snapshot import RoutingSnapshot
from routing.engine.weighing import Seat, heat_of, quality_of

_MORE = 1e-6


def reasons_of(
    snapshot: RoutingSnapshot, seats: Sequence[Seat], chosen: Seat, home: float
) -> tuple[Reason, ...]:
    """The steps to the chosen seat; `home` is its configured part."""
    candidate = chosen.candidate
    reasons = [_scope(candidate)]
    if candidate.tier > min(seat.candidate.tier for seat in seats):
        reasons.append(Reason.FAILOVER)
    reasons.append(_sharing(snapshot, seats, candidate))
    if any(taker is chosen for seat in seats for _part, taker in seat.shifts):
        reasons.append(Reason.SHIFTED)
    if chosen.share > home + _MORE and any(seat.keeps < 1 for seat in seats if not seat.is_out):
        reasons.append(Reason.SHED)
    if chosen.is_hot:
        has_cooler = any(not seat.is_hot for seat in seats if not seat.is_out)
        reasons.append(Reason.PROBE if has_cooler else Reason.ALL_HOT)
    if not chosen.is_available:
        reasons.append(Reason.WAITING_FOR_BIND)
    return tuple(reasons)


def _scope(candidate: Candidate) -> Reason:
    if candidate.prefix_length:
        return Reason.BY_PREFIX
    if candidate.is_for_network:
        return Reason.BY_NETWORK
    return Reason.BY_COUNTRY if candidate.is_for_country else Reason.BY_DEFAULT


def _sharing(snapshot: RoutingSnapshot, seats: Sequence[Seat], candidate: Candidate) -> Reason:
    group = [seat for seat in seats if seat.candidate.tier == candidate.tier and not seat.is_out]
    if len(group) == 1:
        return Reason.ONLY_ROUTE
    if snapshot.policy.spread == "cheapest" or not any(s.candidate.weight for s in group):
        return Reason.CHEAPEST
    return Reason.SCORED if snapshot.policy.spread == "score" else Reason.WEIGHTED


def told(
    snapshot: RoutingSnapshot, request: RouteRequest, seat: Seat
) -> tuple[tuple[str, float], ...]:
    """The terms a seat was judged by: the factors of its share, then what was known of it."""
    candidate = seat.candidate
    scope = candidate.carrier_id, request.network_id, request.message_class
    heat, quality = heat_of(snapshot, *scope), quality_of(snapshot, *scope)
    carrier = snapshot.carriers.get(candidate.carrier_id)
    terms: list[tuple[str, float | None]] = [("weight", float(candidate.weight)), *seat.terms]
    terms += [
        ("heat", seat.heat if heat is not None else None),
        ("room", seat.room if seat.room < 1 else None),
        ("stays", 1 - seat.shifted if seat.shifts else None),
        ("temperature", None if heat is None else heat.value),
        ("wait_seconds", seat.wait or None),
        ("median_seconds", None if quality is None else quality.median_seconds),
        ("delivery_rate", None if quality is None else quality.delivery_rate),
        ("coverage", None if quality is None else quality.coverage),
        ("segments_per_second", None if carrier is None else carrier.capacity),
    ]
    return tuple((name, round(value, 4)) for name, value in terms if value is not None)
