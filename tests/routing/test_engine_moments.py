"""What holds at the moment decides inside the plan: heat, orders, room, deadlines, scores."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine import (
    Carrier,
    Exclusion,
    Heat,
    Order,
    Policy,
    Quality,
    Rate,
    Reason,
    Route,
    RouteDecision,
    RouteRequest,
    RoutingSnapshot,
    choose,
)
from routing.engine.layouts import layout, moved
from tests.routing.test_engine import (
    ALPHA,
    BETA,
    DELTA,
    GAMMA,
    MOBIFONE,
    VIETTEL,
    exclusions,
    make_request,
    make_snapshot,
)

CLASS = "care"
PROBE = 0.01
WARM = Heat(40, "warm", 0.6)
HOT = Heat(90, "hot", PROBE)
TWO = (Route(1, ALPHA, weight=50), Route(2, BETA, weight=50))


def heats(**by_carrier: Heat) -> dict[tuple[int, int | None, str], Heat]:
    numbers = {"alpha": ALPHA, "beta": BETA, "gamma": GAMMA, "delta": DELTA}
    return {(numbers[name], None, CLASS): heat for name, heat in by_carrier.items()}


def shares(decision: RouteDecision) -> dict[int, float]:
    return {c.route_id: round(c.share, 6) for c in decision.candidates if c.share}


def shares_of(*routes: Route, **settings: Any) -> dict[int, float]:
    return shares(choose(make_snapshot(*routes, **settings), make_request()))


def test_a_warm_route_sheds_to_the_cool_one_of_its_tier() -> None:
    reserve = Route(3, GAMMA, tier=2)
    assert shares_of(*TWO, reserve, heats=heats(alpha=WARM)) == {1: 0.3, 2: 0.7}


def test_what_no_cool_route_of_the_tier_takes_goes_to_the_reserve() -> None:
    reserve = Route(3, GAMMA, tier=2)
    found = shares_of(*TWO, reserve, heats=heats(alpha=WARM, beta=WARM))
    assert found == {1: 0.3, 2: 0.3, 3: 0.4}


def test_where_all_are_warm_and_nothing_is_in_reserve_the_shares_stay() -> None:
    assert shares_of(*TWO, heats=heats(alpha=WARM, beta=WARM)) == {1: 0.5, 2: 0.5}


def test_a_hot_route_gets_only_probes_and_says_so() -> None:
    snapshot = make_snapshot(*TWO, heats=heats(alpha=HOT))
    found = [choose(snapshot, make_request(spread=n)) for n in range(20_000)]
    counts = Counter(one.carrier_id for one in found)
    assert 50 < counts[ALPHA] < 150
    probe = next(one for one in found if one.carrier_id == ALPHA)
    assert Reason.PROBE in probe.reasons
    assert Reason.SHED in next(one for one in found if one.carrier_id == BETA).reasons


def test_a_hot_route_without_probes_is_excluded() -> None:
    snapshot = make_snapshot(*TWO, heats=heats(alpha=Heat(99, "hot", 0.0)))
    decision = choose(snapshot, make_request())
    assert exclusions(decision) == {1: Exclusion.HOT, 2: None}


def test_where_all_are_hot_messages_still_have_a_way() -> None:
    decision = choose(make_snapshot(*TWO, heats=heats(alpha=HOT, beta=HOT)), make_request())
    assert shares(decision) == {1: 0.5, 2: 0.5}
    assert Reason.ALL_HOT in decision.reasons


def test_heat_of_the_network_goes_before_heat_of_the_carrier() -> None:
    there = {(ALPHA, VIETTEL, CLASS): Heat(0, "cool", 1.0)} | heats(alpha=HOT)
    snapshot = make_snapshot(*TWO, heats=there)
    assert shares(choose(snapshot, make_request())) == {1: 0.5, 2: 0.5}
    elsewhere = choose(snapshot, make_request(network_id=MOBIFONE))
    assert shares(elsewhere) == {1: 0.005, 2: 0.995}
    other_class = choose(snapshot, make_request(message_class="otp"))
    assert shares(other_class) == {1: 0.5, 2: 0.5}


def test_heat_never_moves_traffic_to_a_wider_plan() -> None:
    routes = (Route(1, ALPHA, network_id=VIETTEL), Route(2, BETA, country="VN"))
    assert shares_of(*routes, heats=heats(alpha=HOT)) == {1: 1.0}


def test_a_standby_takes_what_is_shed_before_the_next_tier() -> None:
    routes = (Route(1, ALPHA, weight=1), Route(2, BETA, weight=0), Route(3, GAMMA, tier=2))
    assert shares_of(*routes, heats=heats(alpha=WARM)) == {1: 0.6, 2: 0.4}


def test_a_drained_carrier_gets_nothing_new() -> None:
    decision = choose(make_snapshot(*TWO, orders=(Order(1, "drain", ALPHA),)), make_request())
    assert shares(decision) == {2: 1.0}
    assert exclusions(decision)[1] is Exclusion.DRAINED


def test_where_every_way_is_drained_there_is_none_for_now() -> None:
    snapshot = make_snapshot(Route(1, ALPHA), orders=(Order(1, "drain", ALPHA),))
    decision = choose(snapshot, make_request())
    assert (decision.chosen, decision.reasons) == (None, (Reason.ALL_DRAINED,))


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order(1, "shift", ALPHA, BETA, 0.3), {1: 0.35, 2: 0.65}),
        (Order(1, "shift", ALPHA, GAMMA, 0.3), {1: 0.35, 2: 0.5, 3: 0.15}),
        (Order(1, "shift", ALPHA, None, 0.3), {1: 0.35, 2: 0.65}),
        (Order(1, "shift", ALPHA, DELTA, 0.3), {1: 0.5, 2: 0.5}),
        (Order(1, "shift", ALPHA, BETA, 0.3, network_id=MOBIFONE), {1: 0.5, 2: 0.5}),
        (Order(1, "shift", ALPHA, BETA, 0.3, message_class="otp"), {1: 0.5, 2: 0.5}),
    ],
)
def test_an_order_shifts_a_part(order: Order, found: dict[int, float]) -> None:
    assert shares_of(*TWO, Route(3, GAMMA, tier=2), orders=(order,)) == found


def test_a_shift_rests_while_the_other_carrier_is_hot_or_down() -> None:
    order = Order(1, "shift", ALPHA, GAMMA, 1.0)
    reserve = Route(3, GAMMA, tier=2)
    assert shares_of(*TWO, reserve, orders=(order,), heats=heats(gamma=HOT)) == {1: 0.5, 2: 0.5}
    present = {n: Carrier(n, is_available=n != GAMMA) for n in (ALPHA, BETA, GAMMA)}
    assert shares_of(*TWO, reserve, orders=(order,), carriers=present) == {1: 0.5, 2: 0.5}


def test_a_busy_carrier_sheds_to_one_with_room_but_not_to_the_reserve() -> None:
    reserve = Route(3, GAMMA, tier=2)
    busy = {(ALPHA, CLASS): 20.0}
    assert shares_of(*TWO, reserve, waits=busy) == {1: 0.125, 2: 0.875}
    both = {(ALPHA, CLASS): 20.0, (BETA, CLASS): 20.0}
    assert shares_of(*TWO, reserve, waits=both) == {1: 0.5, 2: 0.5}


SLOW = {(ALPHA, None, CLASS): Quality(median_seconds=40.0, samples=500)}


@pytest.mark.parametrize(
    ("deadline", "found"),
    [(20, Exclusion.TOO_SLOW), (35, Exclusion.TOO_SLOW), (60, None), (None, None)],
)
def test_a_route_past_the_deadline_is_passed_over(
    deadline: int | None, found: Exclusion | None
) -> None:
    snapshot = make_snapshot(*TWO, qualities=SLOW)
    decision = choose(snapshot, make_request(deadline_seconds=deadline))
    assert exclusions(decision)[1] is found


def test_too_slow_is_better_than_no_way_or_a_hot_one() -> None:
    alone = make_snapshot(TWO[0], qualities=SLOW)
    assert choose(alone, make_request(deadline_seconds=5)).carrier_id == ALPHA
    beside_hot = make_snapshot(*TWO, qualities=SLOW, heats=heats(beta=HOT))
    decision = choose(beside_hot, make_request(deadline_seconds=5))
    assert exclusions(decision)[1] is None


def test_work_ahead_counts_towards_the_deadline() -> None:
    snapshot = make_snapshot(*TWO, waits={(ALPHA, CLASS): 30.0})
    decision = choose(snapshot, make_request(deadline_seconds=15))
    assert exclusions(decision)[1] is Exclusion.TOO_SLOW


def test_a_business_never_takes_a_route_for_persons() -> None:
    snapshot = make_snapshot(Route(1, ALPHA, traffic_kind="p2p"), Route(2, BETA, tier=2))
    decision = choose(snapshot, make_request())
    assert (decision.carrier_id, exclusions(decision)[1]) == (BETA, Exclusion.TRAFFIC_KIND)
    person = choose(snapshot, make_request(traffic_kind="p2p"))
    assert person.carrier_id == ALPHA


def test_data_stays_with_carriers_that_declare_an_allowed_country() -> None:
    places = {ALPHA: "SG", BETA: "VN", GAMMA: ""}
    present = {n: Carrier(n, data_country=place) for n, place in places.items()}
    snapshot = make_snapshot(*TWO, Route(3, GAMMA), carriers=present)
    decision = choose(snapshot, make_request(must_stay_in=frozenset({"VN"})))
    assert shares(decision) == {2: 1.0}
    assert exclusions(decision) == {1: Exclusion.RESIDENCY, 2: None, 3: Exclusion.RESIDENCY}
    assert choose(snapshot, make_request()).candidates[0].exclusion is None


def test_the_cheapest_spread_shares_only_among_equal_prices() -> None:
    rates = tuple(Rate("VN", n, carrier_id=c) for c, n in ((ALPHA, 200), (BETA, 100), (GAMMA, 100)))
    routes = (*TWO, Route(3, GAMMA, weight=150))
    cheapest = Policy(1, "cheapest")
    assert shares_of(*routes, rates=rates, policy=cheapest) == {2: 0.25, 3: 0.75}
    warm = heats(beta=HOT, gamma=HOT)
    found = shares_of(*routes, rates=rates, policy=cheapest, heats=warm)
    assert found[1] == pytest.approx(0.99)


def test_the_score_multiplies_weight_price_and_quality() -> None:
    rates = (Rate("VN", 200, carrier_id=ALPHA), Rate("VN", 100, carrier_id=BETA))
    qualities = {
        (ALPHA, None, CLASS): Quality(0.9, samples=100_000),
        (BETA, None, CLASS): Quality(0.6, samples=100_000),
    }
    policy = Policy(1, "score", price_weight=1.0, quality_weight=2.0)
    snapshot = make_snapshot(*TWO, rates=rates, qualities=qualities, policy=policy)
    decision = choose(snapshot, make_request())
    terms = {c.route_id: dict(c.terms) for c in decision.candidates}
    assert (terms[1]["price"], terms[2]["price"]) == (0.5, 1.0)
    assert terms[1]["quality"] == 1.0
    assert terms[2]["quality"] == pytest.approx(0.444, abs=0.002)
    assert terms[1]["score"] == 25.0
    assert shares(decision)[1] == pytest.approx(0.53, abs=0.01)
    assert Reason.SCORED in decision.reasons


def test_a_few_messages_make_no_quality() -> None:
    qualities = {
        (ALPHA, None, CLASS): Quality(0.9, samples=10_000),
        (BETA, None, CLASS): Quality(0.0, samples=2),
    }
    found = shares_of(*TWO, qualities=qualities, policy=Policy(1, "score", price_weight=0))
    assert found[2] > 0.48


def test_capacity_can_share() -> None:
    present = {ALPHA: Carrier(ALPHA, capacity=300.0), BETA: Carrier(BETA, capacity=100.0)}
    policy = Policy(1, "score", price_weight=0, quality_weight=0, capacity_weight=1.0)
    assert shares_of(*TWO, carriers=present, policy=policy) == {1: 0.75, 2: 0.25}


def test_a_message_keeps_terms_only_where_the_moment_decided() -> None:
    assert choose(make_snapshot(*TWO), make_request()).memory == {}
    moved_ = choose(make_snapshot(*TWO, heats=heats(alpha=WARM)), make_request())
    assert moved_.memory == {"terms": {"1": {"share": 0.3, "heat": 0.6}, "2": {"share": 0.7}}}
    out = make_snapshot(*TWO, orders=(Order(1, "drain", ALPHA),))
    assert choose(out, make_request()).memory == {
        "terms": {"1": {"out": "drained"}, "2": {"share": 1.0}}
    }


def test_only_plans_that_a_change_concerns_are_weighed_again() -> None:
    snapshot = make_snapshot(*TWO, Route(3, GAMMA, country="US"))
    abroad = make_request(country="US", network_id=None, msisdn="12145550100")
    there, other, here = make_request(), make_request(message_class="otp"), abroad
    for one in (there, other, here):
        choose(snapshot, one)
    later = snapshot.with_momentary(replace(snapshot.momentary, heats=heats(gamma=HOT)))
    assert {key[0][2:4] for key in later.plans} == {("VN", CLASS), ("VN", "otp")}
    busy = snapshot.with_momentary(replace(snapshot.momentary, waits={(ALPHA, "otp"): 9.0}))
    assert {key[0][2:4] for key in busy.plans} == {("VN", CLASS), ("US", CLASS)}
    ordered = replace(snapshot.momentary, orders=(Order(1, "drain", DELTA),))
    assert snapshot.with_momentary(ordered).plans == {}


def test_another_moment_shares_what_is_configured_and_nothing_changes_for_nothing() -> None:
    snapshot = make_snapshot(*TWO)
    choose(snapshot, make_request())
    assert snapshot.with_momentary(snapshot.momentary) is snapshot
    later = snapshot.with_momentary(replace(snapshot.momentary, heats=heats(alpha=HOT)))
    assert later.configured is snapshot.configured
    assert (len(later.plans), len(snapshot.plans)) == (0, 1)
    assert exclusions(choose(later, make_request()))[1] is None
    closed = {**snapshot.carriers, ALPHA: Carrier(ALPHA, is_active=False)}
    switched = later.with_momentary(replace(later.momentary, carriers=closed))
    assert exclusions(choose(switched, make_request()))[1] is Exclusion.CARRIER_INACTIVE


def test_a_configuration_that_leaves_routing_alone_takes_over_what_was_judged() -> None:
    earlier = make_snapshot(*TWO)
    choose(earlier, make_request())
    same = make_snapshot(*TWO, version=8).after(earlier)
    assert same.configured is earlier.configured
    assert choose(same, make_request()).snapshot_version == 8
    other = make_snapshot(*TWO, Route(3, GAMMA), version=9).after(earlier)
    assert other.configured == {}


CARRIERS = (ALPHA, BETA, GAMMA, DELTA)
HEATS = st.one_of(
    st.just(Heat(0, "cool", 1.0)),
    st.floats(0.05, 0.95).map(lambda share: Heat(50, "warm", share)),
    st.sampled_from([0.0, 0.005, PROBE]).map(lambda share: Heat(90, "hot", share)),
)
ROUTES = st.builds(
    Route,
    id=st.integers(1, 10_000),
    carrier_id=st.sampled_from(CARRIERS),
    tier=st.integers(1, 3),
    weight=st.sampled_from([0, 1, 5, 20]),
    country=st.sampled_from([None, "VN"]),
    network_id=st.sampled_from([None, VIETTEL]),
    traffic_kind=st.sampled_from(["a2p", "a2p", "p2p"]),
)
ORDERS = st.builds(
    Order,
    id=st.integers(1, 9),
    kind=st.sampled_from(["drain", "shift", "shift"]),
    carrier_id=st.sampled_from(CARRIERS),
    to_carrier_id=st.sampled_from([None, *CARRIERS]),
    part=st.sampled_from([0.1, 0.5, 1.0]),
)
QUALITIES = st.builds(
    Quality,
    delivery_rate=st.one_of(st.none(), st.floats(0, 1)),
    median_seconds=st.one_of(st.none(), st.floats(0, 600)),
    samples=st.integers(0, 10_000),
)
KEYS = st.tuples(st.sampled_from(CARRIERS), st.sampled_from([None, VIETTEL]), st.just(CLASS))


@st.composite
def snapshots(draw: st.DrawFn) -> RoutingSnapshot:
    down = draw(st.sets(st.sampled_from(CARRIERS)))
    return make_snapshot(
        *draw(st.lists(ROUTES, max_size=8, unique_by=lambda route: route.id)),
        carriers={n: Carrier(n, is_available=n not in down) for n in CARRIERS},
        heats=draw(st.dictionaries(KEYS, HEATS, max_size=4)),
        qualities=draw(st.dictionaries(KEYS, QUALITIES, max_size=4)),
        orders=tuple(draw(st.lists(ORDERS, max_size=2))),
        waits={
            (n, CLASS): wait
            for n, wait in draw(
                st.dictionaries(st.sampled_from(CARRIERS), st.floats(0, 60), max_size=3)
            ).items()
        },
        policy=Policy(1, draw(st.sampled_from(["weights", "score", "cheapest"]))),
    )


REQUESTS = st.builds(
    make_request,
    spread=st.integers(0, 2**64),
    network_id=st.sampled_from([None, VIETTEL]),
    deadline_seconds=st.one_of(st.none(), st.integers(0, 700)),
    avoid_carrier_ids=st.frozensets(st.sampled_from(CARRIERS), max_size=2),
)


@given(snapshots(), REQUESTS)
def test_never_an_excluded_route_and_shares_are_whole(
    snapshot: RoutingSnapshot, request_: RouteRequest
) -> None:
    decision = choose(snapshot, request_)
    chosen = decision.chosen
    assert all(not c.share for c in decision.candidates if c.exclusion is not None)
    if chosen is None:
        assert all(not c.share for c in decision.candidates)
        return
    assert chosen.exclusion is None
    assert chosen.share > 0
    assert abs(sum(c.share for c in decision.candidates) - 1) < 1e-9


@given(snapshots(), REQUESTS)
def test_a_fresh_snapshot_chooses_the_same(
    snapshot: RoutingSnapshot, request_: RouteRequest
) -> None:
    assert choose(snapshot, request_) == choose(replace(snapshot), request_)


@given(snapshots(), snapshots(), st.lists(REQUESTS, max_size=4))
def test_another_moment_chooses_what_a_fresh_snapshot_chooses(
    snapshot: RoutingSnapshot, other: RoutingSnapshot, requests: list[RouteRequest]
) -> None:
    for one in requests:
        choose(snapshot, one)
    later = snapshot.with_momentary(other.momentary)
    for one in requests:
        assert choose(later, one) == choose(replace(later), one)


@given(snapshots(), REQUESTS)
def test_a_drained_carrier_is_never_chosen(
    snapshot: RoutingSnapshot, request_: RouteRequest
) -> None:
    drained = {order.carrier_id for order in snapshot.orders if order.kind == "drain"}
    assert choose(snapshot, request_).carrier_id not in drained


@given(snapshots(), REQUESTS)
def test_the_moment_never_changes_the_plan(
    snapshot: RoutingSnapshot, request_: RouteRequest
) -> None:
    calm = make_snapshot(*snapshot.routes, policy=snapshot.policy)
    now, usually = (
        choose(snapshot, request_),
        choose(calm, request_._replace(avoid_carrier_ids=frozenset())),
    )
    if now.chosen is not None:
        assert usually.chosen is not None
        assert now.chosen.specificity == usually.chosen.specificity


@given(snapshots(), REQUESTS)
def test_hot_gets_at_most_its_probes_while_another_is_there(
    snapshot: RoutingSnapshot, request_: RouteRequest
) -> None:
    decision = choose(snapshot, request_)
    states = {c.route_id: _heat(snapshot, request_, c.carrier_id) for c in decision.candidates}
    usable = [c for c in decision.candidates if c.exclusion is None]
    if not any(c.route_id for c in usable if states[c.route_id].state != "hot"):
        return
    for candidate in usable:
        if states[candidate.route_id].state == "hot":
            assert candidate.share <= PROBE + 1e-9


@given(snapshots(), REQUESTS, st.sampled_from(CARRIERS), HEATS)
def test_more_heat_never_means_more_share(
    snapshot: RoutingSnapshot, request_: RouteRequest, carrier_id: int, heat: Heat
) -> None:
    key = (carrier_id, request_.network_id, CLASS)
    present = _heat(snapshot, request_, carrier_id)
    if (heat.state == "hot", -heat.share) < (present.state == "hot", -present.share):
        return
    if heat.share > present.share or (heat.state == "cool") != (heat.share == 1.0):
        return
    hotter = snapshot.with_momentary(
        replace(snapshot.momentary, heats={**snapshot.heats, key: heat})
    )
    assert _of_carrier(choose(hotter, request_), carrier_id) <= (
        _of_carrier(choose(snapshot, request_), carrier_id) + 1e-9
    )


@given(st.lists(st.integers(1, 100), min_size=2, max_size=6))
def test_shares_converge_to_the_weights(weights: list[int]) -> None:
    routes = tuple(Route(n, n, weight=weight) for n, weight in enumerate(weights, 1))
    present = {route.carrier_id: Carrier(route.carrier_id) for route in routes}
    snapshot = RoutingSnapshot(version=1, routes=routes, carriers=present)
    counts = Counter(choose(snapshot, make_request(spread=n)).carrier_id for n in range(2_000))
    for route in routes:
        expected = (route.weight or 0) / sum(weights)
        assert counts[route.carrier_id] / 2_000 == pytest.approx(expected, abs=0.01)


PARTS = st.lists(st.integers(1, 100), min_size=2, max_size=6)


@given(PARTS, st.data())
def test_from_the_configured_shares_only_what_changed_moves(
    weights: list[int], data: st.DataObject
) -> None:
    keeps = data.draw(st.lists(st.floats(0, 1), min_size=len(weights), max_size=len(weights)))
    scaled = [weight * keep for weight, keep in zip(weights, keeps, strict=True)]
    if sum(scaled) < 1e-3:
        return
    home = [weight / sum(weights) for weight in weights]
    target = [value / sum(scaled) for value in scaled]
    less = sum(max(0.0, own - now) for own, now in zip(home, target, strict=True))
    assert moved(layout(home, home), layout(home, target)) == pytest.approx(less, abs=1e-6)


def test_of_two_routes_five_points_less_move_five_points() -> None:
    before, after = layout([0.5, 0.5], [0.5, 0.5]), layout([0.45, 0.55], [0.45, 0.55])
    assert moved(before, after) == pytest.approx(0.05, abs=1e-6)


def _heat(snapshot: RoutingSnapshot, request_: RouteRequest, carrier_id: int) -> Heat:
    found = snapshot.heats.get((carrier_id, request_.network_id, CLASS))
    found = found or snapshot.heats.get((carrier_id, None, CLASS))
    return found or Heat(0, "cool", 1.0)


def _of_carrier(decision: RouteDecision, carrier_id: int) -> float:
    return sum(c.share for c in decision.candidates if c.carrier_id == carrier_id)
