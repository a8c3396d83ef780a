"""From seats to shares: level by level, what is shed goes to who can take it.

A level is what shares traffic: a tier's weighted routes, then each of its standbys (weight 0),
cheapest first. What a warm, busy or absent route of a level sheds goes to the level's cool
routes in proportion; only where there is none, to the next level. What nobody can take comes
back to the warm, and at last to the hot: a message is never without a way because all are
troubled.
"""

from collections.abc import Sequence
from itertools import groupby

from routing.engine.decisions import Candidate, RouteRequest
from routing.engine.scoring import bases_by_score, bases_by_weight, is_scored
from routing.engine.snapshot import RoutingSnapshot
from routing.engine.weighing import Seat, make_room

_DUST = 1e-9


def levels_of(
    snapshot: RoutingSnapshot, request: RouteRequest, seats: Sequence[Seat]
) -> list[list[Seat]]:
    """The seats in the order of trying, with each one's base in its level."""
    ordered = sorted(seats, key=lambda seat: order_of(seat.candidate))
    levels: list[list[Seat]] = []
    for _tier, group in groupby(ordered, key=lambda seat: seat.candidate.tier):
        members = list(group)
        weighted = [seat for seat in members if seat.candidate.weight]
        if snapshot.policy.spread == "cheapest":
            levels += _by_price(weighted)
        elif weighted:
            levels.append(weighted)
        levels += [[seat] for seat in _cheapest_first(members) if not seat.candidate.weight]
    for level in levels:
        level.sort(key=lambda seat: (seat.candidate.carrier_id, seat.candidate.route_id))
        if is_scored(snapshot.policy) and len(level) > 1:
            bases_by_score(snapshot, request, level)
        else:
            bases_by_weight(level)
        make_room(level)
    return levels


def order_of(candidate: Candidate) -> tuple[int, int, bool, int, int]:
    """Tier, weight, price (an unknown one last), age of the route."""
    return (
        candidate.tier,
        -candidate.weight,
        candidate.cost_micros is None,
        candidate.cost_micros or 0,
        candidate.route_id,
    )


def share_out(levels: Sequence[Sequence[Seat]]) -> None:
    """Sets every seat's share; they sum to 1 unless all seats are out."""
    mass = 1.0
    for level in levels:
        mass = _fill(level, mass)
        if mass <= _DUST:
            break
    if mass > _DUST:
        _return_rest(levels, mass)
    total = sum(seat.share for level in levels for seat in level)
    if total:
        for level in levels:
            for seat in level:
                seat.share /= total


def _fill(level: Sequence[Seat], mass: float) -> float:
    """Gives a level its part of `mass`; what it cannot take is returned."""
    left = mass
    for seat in level:
        if seat.is_out:
            continue
        own = mass * seat.base
        for part, taker in seat.shifts:
            if taker is not None:
                taker.share += own * part
                left -= own * part
        kept = own * (1.0 - seat.shifted) * seat.keeps
        seat.share += kept
        left -= kept
    takers = [seat for seat in level if seat.takes_more]
    if not takers:
        return left
    total = sum(seat.base for seat in takers)
    for seat in takers:
        seat.share += left * seat.base / total
    return 0.0


def _return_rest(levels: Sequence[Sequence[Seat]], rest: float) -> None:
    """To the first level's warm or busy seats, by what they keep; else to its hot ones."""
    for is_hot in (False, True):
        for level in levels:
            takers = [seat for seat in level if not seat.is_out and seat.is_hot == is_hot]
            if not takers:
                continue
            parts = [seat.base * (1.0 if is_hot else seat.keeps) for seat in takers]
            if not sum(parts):
                parts = [seat.base for seat in takers]
            for seat, part in zip(takers, parts, strict=True):
                seat.share += rest * part / sum(parts)
            return


def _cheapest_first(seats: Sequence[Seat]) -> list[Seat]:
    return sorted(seats, key=lambda seat: _price(seat.candidate))


def _price(candidate: Candidate) -> tuple[bool, int]:
    return candidate.cost_micros is None, candidate.cost_micros or 0


def _by_price(seats: Sequence[Seat]) -> list[list[Seat]]:
    """Each price is a level of its own; equal prices share by weight."""
    ordered = _cheapest_first(seats)
    return [list(group) for _p, group in groupby(ordered, key=lambda seat: _price(seat.candidate))]
