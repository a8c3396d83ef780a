"""How many routes a core chooses, over a table as operators have it.

60 routes by 8 carriers to 4 networks with prefixes of their own, a reserve and a default; warm
and hot carriers, qualities, an order; 4 classes, 6 senders, random numbers. `choose`: requests
are there already. `request`: each is made first, as for a message. `moments`: as `choose`, and
heat changes every 7,000 messages, as in a process that sends so many a second. `plans`: every
combination anew, configuration and all, as in the first second after a change.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from config.bench.figures import Figure
from routing.engine import (
    Carrier,
    Heat,
    Order,
    Policy,
    Quality,
    Rate,
    Route,
    RouteRequest,
    RoutingSnapshot,
    SenderEntry,
    choose,
)

_CARRIERS, _NETWORKS = range(1, 9), range(1, 5)
_CLASSES = ("otp", "transactional", "care", "marketing")
_PREFIXES = ("8490", "8496", "84912", "84981", "8433")
_REQUESTS = 35_000
_MOMENT = 7_000  # messages between two changes of heat
_ROUNDS = 5


def routing() -> Iterator[Figure]:
    """A figure per way: choices per second of CPU time, of this one process."""
    chance = random.Random(60)  # noqa: S311 - the same table in every run
    snapshot, requests = _table(chance), _requests(chance)
    for way, run in (("choose", _choose), ("request", _request), ("moments", _moments)):
        seconds = min(_timed(run, snapshot, requests) for _ in range(_ROUNDS)) / _REQUESTS
        yield _figure(way, seconds, snapshot, requests)
    kinds = list({_kind(snapshot, one): one for one in requests}.values())
    seconds = min(_timed(_choose, replace(snapshot), kinds) for _ in range(_ROUNDS)) / len(kinds)
    yield _figure("plans", seconds, snapshot, kinds)


def _figure(
    way: str, seconds: float, snapshot: RoutingSnapshot, requests: Sequence[RouteRequest]
) -> Figure:
    reasons = Counter(str(choose(snapshot, one).reasons[-1]) for one in requests)
    values = {
        "way": way,
        "decisions_per_second": round(1 / seconds),
        "cpu_us_per_decision": round(seconds * 1_000_000, 3),
        "reasons": dict(reasons),
    }
    settings = {
        "routes": len(snapshot.routes),
        "carriers": len(snapshot.carriers),
        "requests": len(requests),
        "plans": len(snapshot.plans),
        "rounds": _ROUNDS,
        "best_of": "rounds",
    }
    return Figure("routing", values, settings)


def _timed(
    run: Callable[[RoutingSnapshot, Sequence[RouteRequest]], None],
    snapshot: RoutingSnapshot,
    requests: Sequence[RouteRequest],
) -> float:
    began = time.process_time()
    run(snapshot, requests)
    return time.process_time() - began


def _choose(snapshot: RoutingSnapshot, requests: Sequence[RouteRequest]) -> None:
    for one in requests:
        choose(snapshot, one)


def _request(snapshot: RoutingSnapshot, requests: Sequence[RouteRequest]) -> None:
    for one in requests:
        again = RouteRequest(
            msisdn=one.msisdn,
            country=one.country,
            network_id=one.network_id,
            sender_id=one.sender_id,
            sender_kind=one.sender_kind,
            message_class=one.message_class,
            account_id=one.account_id,
            segments=one.segments,
            spread=one.spread,
            traffic_kind=one.traffic_kind,
            deadline_seconds=one.deadline_seconds,
            must_stay_in=one.must_stay_in,
        )
        choose(snapshot, again)


def _moments(snapshot: RoutingSnapshot, requests: Sequence[RouteRequest]) -> None:
    for start in range(0, len(requests), _MOMENT):
        heats = {**snapshot.heats, (3, 1, "marketing"): Heat(50, "warm", 0.9 - start / 1e6)}
        snapshot = snapshot.with_momentary(replace(snapshot.momentary, heats=heats))
        _choose(snapshot, requests[start : start + _MOMENT])


def _kind(snapshot: RoutingSnapshot, one: RouteRequest) -> tuple[object, ...]:
    return one._replace(msisdn=snapshot.prefix_of(one.msisdn), spread=0, segments=1)


def _table(chance: random.Random) -> RoutingSnapshot:
    everything = [(carrier, name) for carrier in _CARRIERS for name in _CLASSES]
    return RoutingSnapshot(
        version=1,
        routes=tuple(_routes(chance)),
        carriers={
            n: Carrier(n, is_available=n != 8, capacity=100.0 * n, data_country="VN")
            for n in _CARRIERS
        },
        rates=tuple(
            Rate("VN", chance.randint(100, 900), network_id=network, carrier_id=carrier)
            for carrier in _CARRIERS
            for network in _NETWORKS
        ),
        senders={n: SenderEntry(n, "alphanumeric", frozenset(_CLASSES)) for n in range(1, 7)},
        policy=Policy(1, "score"),
        heats={
            (carrier, chance.choice((None, *_NETWORKS)), name): chance.choice(
                (Heat(50, "warm", 0.6), Heat(90, "hot", 0.01))
            )
            for carrier, name in chance.sample(everything, 8)
        },
        qualities={
            (carrier, network, name): Quality(
                chance.uniform(0.6, 0.99), chance.uniform(2, 60), 0.95, None, 1_000
            )
            for carrier, name in everything
            for network in _NETWORKS
        },
        orders=(Order(1, "shift", 2, 5, 0.3, message_class="care"),),
    )


def _routes(chance: random.Random) -> Iterator[Route]:
    """A default, two of the country, the rest by network or prefix; some for one account."""
    yield Route(1, 1, weight=1)
    yield Route(2, 2, country="VN", weight=50)
    yield Route(3, 3, country="VN", weight=50)
    for number in range(4, 61):
        is_by_prefix = number % 4 == 0
        yield Route(
            id=number,
            carrier_id=chance.choice(_CARRIERS),
            tier=chance.choice((1, 1, 1, 2)),
            weight=chance.choice((0, 10, 20, 50)),
            country="VN",
            network_id=None if is_by_prefix else chance.choice(_NETWORKS),
            prefix=chance.choice(_PREFIXES) if is_by_prefix else None,
            message_classes=chance.choice((None, None, frozenset(_CLASSES[:2]))),
            account_ids=frozenset({7}) if number % 15 == 0 else None,
        )


def _requests(chance: random.Random) -> list[RouteRequest]:
    return [
        RouteRequest(
            msisdn=chance.choice(("849", "843", "8498", "8496")) + f"{chance.randrange(10**7):07}",
            country="VN",
            network_id=chance.choice((None, *_NETWORKS, *_NETWORKS)),
            sender_id=chance.randint(1, 6),
            sender_kind="alphanumeric",
            message_class=chance.choice(_CLASSES),
            account_id=chance.randint(5, 8),
            segments=1,
            spread=chance.getrandbits(64),
            deadline_seconds=chance.choice((None, None, None, 20, 250)),
        )
        for _ in range(_REQUESTS)
    ]
