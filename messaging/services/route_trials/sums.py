"""What a trial of routes counts, as JSON keeps it."""

from collections.abc import Mapping
from typing import Any, Final

from config.common import redaction
from messaging.services.route_trials.judging import Pair
from messaging.services.route_trials.past import PastRouted
from routing.engine import Quality, RouteDecision, RoutingSnapshot

BEFORE: Final = "before"
AFTER: Final = "after"
SIDES: Final = (BEFORE, AFTER)
_SAMPLES: Final = 40
_LEAST: Final = 20  # messages of a carrier on a network before its own outcomes tell anything
# Ends of the steps in which times from sending to the receipt are counted, in seconds.
STEPS: Final = (1, 2, 3, 5, 8, 12, 20, 30, 60, 120, 300, 900, 3600, 14400, 86400)
_ENDED: Final = frozenset({"delivered", "undelivered", "failed", "unknown"})

Results = dict[str, Any]


def count(
    results: Results, one: PastRouted, ways: tuple[RouteDecision, RouteDecision], pair: Pair
) -> None:
    """One message into the sums."""
    _count_outcome(results, one)
    for side, way, snapshot in zip(SIDES, ways, pair, strict=True):
        _count_side(results, side, one, way, snapshot)
    old, new = ways
    if old.carrier_id == new.carrier_id:
        return
    place = (one.country, one.network_id or 0, one.message_class)
    key = "|".join(str(part) for part in (old.carrier_id or 0, new.carrier_id or 0, *place))
    moved = results.setdefault("moved", {}).setdefault(key, [0, 0])
    moved[0] += 1
    moved[1] += one.segments
    _sample(results, one, ways)


def _count_outcome(results: Results, one: PastRouted) -> None:
    """How messages fared by the carriers that really took them."""
    if one.carrier_id is None or one.status not in _ENDED:
        return
    key = f"{one.carrier_id}|{one.network_id or 0}"
    seen = results.setdefault("seen", {}).setdefault(key, [0, 0, [0] * (len(STEPS) + 1)])
    seen[0] += 1
    if one.status == "delivered":
        seen[1] += 1
        if one.seconds is not None:
            seen[2][_step(one.seconds)] += 1


def _step(seconds: float) -> int:
    return next((place for place, end in enumerate(STEPS) if seconds <= end), len(STEPS))


def _count_side(
    results: Results, side: str, one: PastRouted, way: RouteDecision, snapshot: RoutingSnapshot
) -> None:
    chosen = way.chosen
    if chosen is None:
        _add(results, "no_route", side, 1)
        place = f"{one.country}|{one.network_id or 0}|{one.message_class}"
        lost = results.setdefault("lost", {}).setdefault(place, [0, 0])
        lost[SIDES.index(side)] += 1
        return
    key = f"{chosen.carrier_id}|{one.network_id or 0}|{one.message_class}"
    placed = results.setdefault("placed", {}).setdefault(key, [0, 0])
    placed[SIDES.index(side)] += 1
    rate = snapshot.cost_rate(chosen.carrier_id, one.country, one.network_id, one.message_class)
    if rate is None:
        _add(results, "without_cost", side, 1)
        return
    costs = results.setdefault("costs", {}).setdefault(rate.currency, [0, 0])
    costs[SIDES.index(side)] += rate.amount_micros * one.segments


def _add(results: Results, name: str, side: str, number: int) -> None:
    both = results.setdefault(name, [0, 0])
    both[SIDES.index(side)] += number


def _sample(results: Results, one: PastRouted, ways: tuple[RouteDecision, RouteDecision]) -> None:
    samples = results.setdefault("samples", [])
    if len(samples) >= _SAMPLES:
        return
    samples.append(
        {
            "message": str(one.id),
            "number": redaction.msisdn(one.msisdn),
            "at": one.at.isoformat(),
            "country": one.country,
            "network": one.network_id,
            "class": one.message_class,
            "ways": [
                {
                    "carrier": way.carrier_id,
                    "route": way.chosen.route_id if way.chosen else None,
                    "cost": way.chosen.cost_micros if way.chosen else None,
                    "reasons": [str(reason) for reason in way.reasons],
                }
                for way in ways
            ],
        }
    )


def expect(
    results: Results, qualities: Mapping[tuple[int, int | None, str], Quality]
) -> dict[str, dict[str, float | int | None]]:
    """What each side would come to: the part delivered and the mean of the carriers' median
    seconds, over the messages (`known`) whose carriers have figures there: of their own outcomes
    in the time, else of what the carriers show now."""
    sums = {side: [0, 0.0, 0, 0.0] for side in SIDES}
    for key, both in results.get("placed", {}).items():
        carrier, network, message_class = key.split("|")
        rate, seconds = _figures(results, int(carrier), int(network), message_class, qualities)
        for side, number in zip(SIDES, both, strict=True):
            found = sums[side]
            if rate is not None:
                found[0] += number
                found[1] += number * rate
            if seconds is not None:
                found[2] += number
                found[3] += number * seconds
    return {
        side: {
            "known": known,
            "rate": rated / known if known else None,
            "seconds": timed / timed_known if timed_known else None,
        }
        for side, (known, rated, timed_known, timed) in sums.items()
    }


def _figures(
    results: Results,
    carrier: int,
    network: int,
    message_class: str,
    qualities: Mapping[tuple[int, int | None, str], Quality],
) -> tuple[float | None, float | None]:
    ended, delivered, steps = results.get("seen", {}).get(f"{carrier}|{network}", (0, 0, ()))
    if ended >= _LEAST:
        return delivered / ended, _median(steps)
    quality = qualities.get((carrier, network or None, message_class)) or qualities.get(
        (carrier, None, message_class)
    )
    return (quality.delivery_rate, quality.median_seconds) if quality else (None, None)


def _median(steps: list[int]) -> float | None:
    """The end of the step in which the median lies."""
    half, seen = sum(steps) / 2, 0
    for place, number in enumerate(steps):
        seen += number
        if number and seen >= half:
            return float(STEPS[min(place, len(STEPS) - 1)])
    return None
