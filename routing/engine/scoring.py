"""A route's score among the routes it shares traffic with, term by term."""

from collections.abc import Sequence

from routing.engine.decisions import RouteRequest
from routing.engine.moments import Policy, Quality
from routing.engine.snapshot import RoutingSnapshot
from routing.engine.weighing import Seat, quality_of

_USUAL_SAMPLES = 50  # as many messages as the group's mean counts for, where few are known
_QUICKEST_SECONDS = 1.0  # nobody notices a difference below


def bases_by_weight(seats: Sequence[Seat]) -> None:
    """Each seat's part of its level by the routes' weights."""
    _normalise(seats, [float(seat.candidate.weight or 1) for seat in seats])


def bases_by_score(snapshot: RoutingSnapshot, request: RouteRequest, seats: Sequence[Seat]) -> None:
    """Each seat's part of its level by weight times its terms, which are noted at the seat."""
    policy = snapshot.policy
    qualities = [
        quality_of(snapshot, seat.candidate.carrier_id, request.network_id, request.message_class)
        for seat in seats
    ]
    columns = (
        ("price", policy.price_weight, _cheapness(seats)),
        ("quality", policy.quality_weight, _rates(qualities, "delivery_rate")),
        ("speed", policy.speed_weight, _speeds(qualities)),
        ("conversion", policy.conversion_weight, _rates(qualities, "conversion")),
        ("capacity", policy.capacity_weight, _capacities(snapshot, seats)),
    )
    scores = [float(seat.candidate.weight or 1) for seat in seats]
    for name, power, terms in columns:
        if not power:
            continue
        for index, term in enumerate(terms):
            value = max(term, 1e-6) ** power
            scores[index] *= value
            seats[index].terms.append((name, round(value, 4)))
    for seat, score in zip(seats, scores, strict=True):
        seat.terms.append(("score", round(score, 4)))
    _normalise(seats, scores)


def is_scored(policy: Policy) -> bool:
    """Whether the policy shares by score."""
    return policy.spread == "score"


def _normalise(seats: Sequence[Seat], values: Sequence[float]) -> None:
    total = sum(values)
    for seat, value in zip(seats, values, strict=True):
        seat.base = value / total


def _cheapness(seats: Sequence[Seat]) -> list[float]:
    """The lowest cost over the own one; where it is unknown, as the dearest."""
    costs = [seat.candidate.cost_micros for seat in seats]
    known = [cost for cost in costs if cost is not None]
    if not known:
        return [1.0] * len(seats)
    dearest, cheapest = max(known), min(known)
    return [max(cheapest, 1) / max(dearest if cost is None else cost, 1) for cost in costs]


def _rates(qualities: Sequence[Quality | None], name: str) -> list[float]:
    """A rate over the best one. Few samples lean to the mean of all, so that a beginner is
    neither crowned nor damned by its first messages."""
    known = [
        (quality, rate)
        for quality in qualities
        if quality is not None and (rate := getattr(quality, name)) is not None
    ]
    if not known:
        return [1.0] * len(qualities)
    total = sum(quality.samples for quality, _rate in known)
    mean = (
        sum(quality.samples * rate for quality, rate in known) / total
        if total
        else sum(rate for _quality, rate in known) / len(known)
    )
    leaned = [_leaned(quality, name, mean) for quality in qualities]
    best = max(leaned)
    return [rate / best for rate in leaned] if best else [1.0] * len(qualities)


def _leaned(quality: Quality | None, name: str, mean: float) -> float:
    rate = None if quality is None else getattr(quality, name)
    if quality is None or rate is None:
        return mean
    weighed = rate * quality.samples + mean * _USUAL_SAMPLES
    return float(weighed / (quality.samples + _USUAL_SAMPLES))


def _speeds(qualities: Sequence[Quality | None]) -> list[float]:
    """The quickest median over the own one; where it is unknown, as the slowest."""
    medians = [None if one is None else one.median_seconds for one in qualities]
    known = [max(_QUICKEST_SECONDS, one) for one in medians if one is not None]
    if not known:
        return [1.0] * len(qualities)
    slowest, quickest = max(known), min(known)
    return [quickest / (slowest if one is None else max(_QUICKEST_SECONDS, one)) for one in medians]


def _capacities(snapshot: RoutingSnapshot, seats: Sequence[Seat]) -> list[float]:
    """What its binds take over what the best takes; without a limit, as the best."""
    limits = [
        None if carrier is None else carrier.capacity
        for carrier in (snapshot.carriers.get(seat.candidate.carrier_id) for seat in seats)
    ]
    known = [limit for limit in limits if limit is not None]
    best = max(known, default=0.0)
    if not best:
        return [1.0] * len(seats)
    return [1.0 if limit is None else limit / best for limit in limits]
