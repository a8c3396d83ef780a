"""The choice of routes: plan by specificity, tiers, weights, price, availability."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine import (
    Carrier,
    Exclusion,
    Rate,
    Reason,
    Route,
    RouteDecision,
    RouteRequest,
    RoutingSnapshot,
    SenderEntry,
    choose,
    price_of,
    ticket,
)

ALPHA, BETA, GAMMA, DELTA = 1, 2, 3, 4
VIETTEL, MOBIFONE = 10, 20


def make_snapshot(*routes: Route, **overrides: Any) -> RoutingSnapshot:
    carriers = {number: Carrier(number) for number in (ALPHA, BETA, GAMMA, DELTA)}
    settings: dict[str, Any] = {"version": 7, "routes": routes, "carriers": carriers, **overrides}
    return RoutingSnapshot(**settings)


def make_request(**overrides: Any) -> RouteRequest:
    settings: dict[str, Any] = {
        "msisdn": "84961234567",
        "country": "VN",
        "network_id": VIETTEL,
        "sender_id": None,
        "sender_kind": "short_code",
        "message_class": "care",
        "account_id": 5,
        "segments": 1,
        "spread": 1,
        **overrides,
    }
    return RouteRequest(**settings)


def down(*carrier_ids: int) -> dict[int, Carrier]:
    return {n: Carrier(n, is_available=n not in carrier_ids) for n in (ALPHA, BETA, GAMMA, DELTA)}


def exclusions(decision: RouteDecision) -> dict[int, Exclusion | None]:
    return {candidate.route_id: candidate.exclusion for candidate in decision.candidates}


PLANS = (
    Route(1, ALPHA),
    Route(2, BETA, country="VN"),
    Route(3, GAMMA, country="VN", network_id=VIETTEL),
    Route(4, DELTA, prefix="84961"),
)


@pytest.mark.parametrize(
    ("request_", "route_id", "reason"),
    [
        (make_request(), 4, Reason.BY_PREFIX),
        (make_request(msisdn="84981234567"), 3, Reason.BY_NETWORK),
        (make_request(msisdn="84931234567", network_id=MOBIFONE), 2, Reason.BY_COUNTRY),
        (make_request(msisdn="84301234567", network_id=None), 2, Reason.BY_COUNTRY),
        (make_request(msisdn="447400123456", country="GB", network_id=None), 1, Reason.BY_DEFAULT),
    ],
)
def test_the_most_specific_match_is_the_plan(
    request_: RouteRequest, route_id: int, reason: Reason
) -> None:
    decision = choose(make_snapshot(*PLANS), request_)
    assert decision.chosen is not None
    assert decision.chosen.route_id == route_id
    assert decision.reasons[0] is reason
    others = {code for route, code in exclusions(decision).items() if route != route_id}
    assert others <= {Exclusion.LESS_SPECIFIC}


def test_longest_of_several_prefixes() -> None:
    snapshot = make_snapshot(
        Route(1, ALPHA, prefix="84"), Route(2, BETA, prefix="8496"), Route(3, GAMMA, prefix="849")
    )
    assert choose(snapshot, make_request()).carrier_id == BETA
    assert choose(snapshot, make_request(msisdn="84911234567")).carrier_id == GAMMA
    assert choose(snapshot, make_request(msisdn="84321234567")).carrier_id == ALPHA


def test_prefix_with_network_beats_the_same_prefix_alone() -> None:
    snapshot = make_snapshot(
        Route(1, ALPHA, prefix="8496"), Route(2, BETA, prefix="8496", network_id=VIETTEL)
    )
    assert choose(snapshot, make_request()).carrier_id == BETA


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (Route(2, BETA, network_id=VIETTEL, is_active=False), Exclusion.ROUTE_INACTIVE),
        (Route(2, 99, network_id=VIETTEL), Exclusion.CARRIER_INACTIVE),
        (
            Route(2, BETA, network_id=VIETTEL, message_classes=frozenset({"otp"})),
            Exclusion.CLASS_NOT_ALLOWED,
        ),
        (
            Route(2, BETA, network_id=VIETTEL, sender_kinds=frozenset({"alphanumeric"})),
            Exclusion.SENDER_KIND_NOT_ALLOWED,
        ),
        (
            Route(2, BETA, network_id=VIETTEL, sender_ids=frozenset({3})),
            Exclusion.SENDER_NOT_ALLOWED,
        ),
        (
            Route(2, BETA, network_id=VIETTEL, account_ids=frozenset({6})),
            Exclusion.ACCOUNT_NOT_ALLOWED,
        ),
    ],
)
def test_a_barred_route_leaves_the_wider_plan_and_says_why(route: Route, code: Exclusion) -> None:
    decision = choose(make_snapshot(Route(1, ALPHA, country="VN"), route), make_request())
    assert decision.carrier_id == ALPHA
    assert exclusions(decision) == {1: None, 2: code}


def test_an_empty_restriction_means_any() -> None:
    route = Route(1, ALPHA, country="", prefix="", message_classes=frozenset())
    assert choose(make_snapshot(route), make_request()).carrier_id == ALPHA


def test_a_route_of_one_account_is_not_remembered_for_another() -> None:
    snapshot = make_snapshot(
        Route(1, ALPHA, country="VN"), Route(2, BETA, prefix="84", account_ids=frozenset({6}))
    )
    carriers = [choose(snapshot, make_request(account_id=n)).carrier_id for n in (5, 6, 5, 6, 7)]
    assert carriers == [ALPHA, BETA, ALPHA, BETA, ALPHA]


def test_the_second_tier_takes_over_when_the_first_has_no_bind() -> None:
    routes = (Route(1, ALPHA, tier=1), Route(2, BETA, tier=2))
    assert choose(make_snapshot(*routes), make_request()).carrier_id == ALPHA
    decision = choose(make_snapshot(*routes, carriers=down(ALPHA)), make_request())
    assert decision.carrier_id == BETA
    assert Reason.FAILOVER in decision.reasons
    assert exclusions(decision)[1] is Exclusion.UNAVAILABLE


def test_an_outage_does_not_move_traffic_to_a_wider_plan() -> None:
    routes = (Route(1, ALPHA, network_id=VIETTEL), Route(2, BETA, country="VN"))
    decision = choose(make_snapshot(*routes, carriers=down(ALPHA)), make_request())
    assert decision.carrier_id == ALPHA
    assert decision.reasons[-1] is Reason.WAITING_FOR_BIND


def test_without_any_bind_the_first_tier_waits() -> None:
    routes = (Route(1, ALPHA, tier=2), Route(2, BETA, tier=1), Route(3, GAMMA, tier=1))
    snapshot = make_snapshot(*routes, carriers=down(ALPHA, BETA, GAMMA))
    decision = choose(snapshot, make_request())
    assert decision.carrier_id in {BETA, GAMMA}
    assert Reason.WAITING_FOR_BIND in decision.reasons
    assert set(exclusions(decision).values()) == {None}


def test_a_change_of_availability_is_a_new_snapshot() -> None:
    snapshot = make_snapshot(Route(1, ALPHA, tier=1), Route(2, BETA, tier=2))
    later = snapshot.with_carriers(8, down(ALPHA))
    assert choose(snapshot, make_request()).carrier_id == ALPHA
    decision = choose(later, make_request())
    assert (decision.carrier_id, decision.snapshot_version) == (BETA, 8)


def test_weights_share_the_traffic_in_proportion() -> None:
    snapshot = make_snapshot(Route(1, ALPHA, weight=70), Route(2, BETA, weight=30))
    counts = Counter(choose(snapshot, make_request(spread=n)).carrier_id for n in range(10_000))
    assert abs(counts[ALPHA] - 7_000) < 100
    decision = choose(snapshot, make_request())
    assert {c.carrier_id: c.share for c in decision.candidates} == {ALPHA: 0.7, BETA: 0.3}
    assert Reason.WEIGHTED in decision.reasons


def test_weight_zero_is_a_standby_beside_positive_weights() -> None:
    routes = (Route(1, ALPHA, weight=0), Route(2, BETA, weight=1))
    snapshot = make_snapshot(*routes)
    carriers = {choose(snapshot, make_request(spread=n)).carrier_id for n in range(50)}
    assert carriers == {BETA}
    waiting = make_snapshot(*routes, carriers=down(BETA))
    assert choose(waiting, make_request()).carrier_id == ALPHA


COSTS = (
    Rate("VN", 300, carrier_id=ALPHA),
    Rate("VN", 200, carrier_id=BETA),
    Rate("VN", 100, network_id=VIETTEL, carrier_id=GAMMA),
    Rate("VN", 900, carrier_id=GAMMA),
)


def test_without_weights_the_cheapest_carrier_is_chosen() -> None:
    snapshot = make_snapshot(Route(1, ALPHA), Route(2, BETA), Route(3, GAMMA), rates=COSTS)
    at_viettel = choose(snapshot, make_request())
    assert at_viettel.carrier_id == GAMMA
    assert [c.cost_micros for c in at_viettel.candidates] == [100, 200, 300]
    assert Reason.CHEAPEST in at_viettel.reasons
    assert choose(snapshot, make_request(network_id=MOBIFONE)).carrier_id == BETA


def test_an_unknown_cost_comes_after_every_known_one() -> None:
    snapshot = make_snapshot(Route(1, DELTA), Route(2, ALPHA), rates=COSTS)
    assert choose(snapshot, make_request()).carrier_id == ALPHA


def test_equal_costs_fall_to_the_older_route() -> None:
    snapshot = make_snapshot(Route(9, ALPHA), Route(4, BETA))
    assert choose(snapshot, make_request()).carrier_id == BETA


def test_tier_comes_before_price() -> None:
    snapshot = make_snapshot(Route(1, ALPHA, tier=1), Route(2, BETA, tier=2), rates=COSTS)
    decision = choose(snapshot, make_request())
    assert (decision.carrier_id, decision.reasons) == (
        ALPHA,
        (Reason.BY_DEFAULT, Reason.ONLY_ROUTE),
    )


def test_a_reroute_avoids_the_carrier_tried_before() -> None:
    snapshot = make_snapshot(Route(1, ALPHA, tier=1), Route(2, BETA, tier=2))
    decision = choose(snapshot, make_request(avoid_carrier_ids=frozenset({ALPHA})))
    assert decision.carrier_id == BETA
    assert exclusions(decision)[1] is Exclusion.AVOIDED
    nothing = choose(snapshot, make_request(avoid_carrier_ids=frozenset({ALPHA, BETA})))
    assert (nothing.chosen, nothing.reasons) == (None, (Reason.ALL_EXCLUDED,))


def test_a_carrier_whose_binds_refuse_the_message_is_told_apart_from_one_tried() -> None:
    snapshot = make_snapshot(Route(1, ALPHA, tier=1), Route(2, BETA, tier=2))
    refusing = frozenset({ALPHA})
    decision = choose(snapshot, make_request(refusing_carrier_ids=refusing))
    assert decision.carrier_id == BETA
    assert exclusions(decision)[1] is Exclusion.BIND_LIMITS
    assert choose(snapshot, make_request()).carrier_id == ALPHA
    tried = choose(snapshot, make_request(avoid_carrier_ids=refusing))
    assert exclusions(tried)[1] is Exclusion.AVOIDED


def test_a_reroute_rather_waits_for_a_bind_than_tries_the_same_carrier_again() -> None:
    snapshot = make_snapshot(Route(1, ALPHA), Route(2, BETA), carriers=down(BETA))
    decision = choose(snapshot, make_request(avoid_carrier_ids=frozenset({ALPHA})))
    assert decision.carrier_id == BETA
    assert Reason.WAITING_FOR_BIND in decision.reasons


def test_no_route_to_the_destination() -> None:
    decision = choose(make_snapshot(Route(1, ALPHA, country="US")), make_request())
    assert (decision.chosen, decision.candidates, decision.reasons) == (
        None,
        (),
        (Reason.NO_ROUTE,),
    )


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        (None, Reason.SENDER_UNKNOWN),
        (SenderEntry(3, "short_code", is_usable=False), Reason.SENDER_NOT_USABLE),
        (SenderEntry(3, "short_code", frozenset({"otp"})), Reason.SENDER_CLASS_NOT_ALLOWED),
        (SenderEntry(3, "short_code", frozenset({"care"})), None),
        (SenderEntry(3, "short_code"), None),
    ],
)
def test_a_sender_out_of_lease_or_class_has_no_way(
    sender: SenderEntry | None, reason: Reason | None
) -> None:
    senders = {3: sender} if sender else {}
    snapshot = make_snapshot(Route(1, ALPHA), senders=senders)
    decision = choose(snapshot, make_request(sender_id=3))
    if reason is None:
        assert decision.carrier_id == ALPHA
    else:
        assert (decision.chosen, decision.reasons) == (None, (reason,))


def test_a_decision_is_stored_as_plain_json() -> None:
    snapshot = make_snapshot(*PLANS, rates=COSTS)
    facts = json.loads(json.dumps(choose(snapshot, make_request()).as_facts()))
    assert (facts["route_id"], facts["carrier_id"], facts["snapshot_version"]) == (4, DELTA, 7)
    assert facts["reasons"] == ["by_prefix", "only_route"]
    assert [c["exclusion"] for c in facts["candidates"]] == [None, *["less_specific"] * 3]


PRICES = (
    Rate("VN", 1000),
    Rate("VN", 900, message_class="otp"),
    Rate("VN", 800, network_id=VIETTEL),
    Rate("VN", 700, network_id=VIETTEL, message_class="otp"),
    Rate("VN", 650, account_id=6),
    Rate("VN", 600, account_id=6, network_id=VIETTEL, message_class="marketing"),
    Rate("VN", 1, carrier_id=ALPHA),
)


@pytest.mark.parametrize(
    ("account_id", "country", "network_id", "message_class", "price"),
    [
        (5, "VN", None, "care", 1000),
        (5, "VN", MOBIFONE, "otp", 900),
        (5, "VN", VIETTEL, "care", 800),
        (5, "VN", VIETTEL, "otp", 700),
        (6, "VN", VIETTEL, "otp", 650),
        (6, "VN", VIETTEL, "marketing", 600),
        (None, "VN", VIETTEL, "marketing", 800),
        (5, "US", None, "care", None),
    ],
)
def test_price_by_account_then_network_then_class(
    account_id: int | None,
    country: str,
    network_id: int | None,
    message_class: str,
    price: int | None,
) -> None:
    snapshot = make_snapshot(rates=PRICES)
    assert price_of(snapshot, account_id, country, network_id, message_class) == price


def test_of_two_rates_with_one_key_the_later_holds() -> None:
    snapshot = make_snapshot(rates=(Rate("VN", 1), Rate("VN", 2)))
    assert price_of(snapshot, None, "VN", None, "care") == 2


ROUTES = st.builds(
    Route,
    id=st.integers(1, 10_000),
    carrier_id=st.sampled_from([ALPHA, BETA, GAMMA, DELTA]),
    tier=st.integers(1, 3),
    weight=st.sampled_from([None, 0, 1, 5]),
    country=st.sampled_from([None, "VN", "US"]),
    network_id=st.sampled_from([None, VIETTEL, MOBIFONE]),
    prefix=st.sampled_from([None, "84", "8496", "8498"]),
    message_classes=st.sampled_from([None, frozenset({"care"}), frozenset({"otp"})]),
    is_active=st.booleans(),
)
SNAPSHOTS = st.builds(
    lambda routes, unavailable: make_snapshot(*routes, carriers=down(*unavailable)),
    st.lists(ROUTES, max_size=8, unique_by=lambda route: route.id),
    st.sets(st.sampled_from([ALPHA, BETA, GAMMA, DELTA])),
)
REQUESTS = st.builds(
    make_request,
    msisdn=st.sampled_from(["84961234567", "84981234567", "84911234567"]),
    network_id=st.sampled_from([None, VIETTEL, MOBIFONE]),
    message_class=st.sampled_from(["care", "otp"]),
    spread=st.integers(0, 2**128),
)


@given(SNAPSHOTS, REQUESTS)
def test_a_choice_keeps_every_rule(snapshot: RoutingSnapshot, request_: RouteRequest) -> None:
    decision = choose(snapshot, request_)
    chosen = decision.chosen
    usable = [c for c in decision.candidates if c.exclusion is None]
    assert (chosen is None) == (not usable)
    if chosen is None:
        return
    assert chosen.exclusion is None
    assert chosen.tier == min(c.tier for c in usable)
    assert chosen.is_available or not any(c.is_available for c in usable)
    assert chosen.specificity == max(c.specificity for c in usable)
    assert abs(sum(c.share for c in decision.candidates) - 1) < 1e-9


@given(SNAPSHOTS, REQUESTS)
def test_a_remembered_choice_equals_a_fresh_one(
    snapshot: RoutingSnapshot, request_: RouteRequest
) -> None:
    choose(snapshot, request_._replace(spread=request_.spread + 1))
    fresh = replace(snapshot, version=snapshot.version)
    assert choose(snapshot, request_) == choose(fresh, request_)


@given(st.integers(0, 2**128), st.integers(1, 100_000))
def test_every_ticket_is_in_range(spread: int, total: int) -> None:
    assert 0 <= ticket(spread, total) < total


def test_memory_of_choices_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.engine.choosing._MOST_PLANS", 10)
    snapshot = make_snapshot(Route(1, ALPHA))
    for network_id in range(100):
        assert choose(snapshot, make_request(network_id=network_id)).carrier_id == ALPHA
    assert len(snapshot.plans) <= 10


SANDBOX = 9


def with_sandbox() -> dict[int, Carrier]:
    return {**down(), SANDBOX: Carrier(SANDBOX, is_sandbox=True)}


def test_test_message_goes_to_the_sandbox_alone() -> None:
    snapshot = make_snapshot(*PLANS, carriers=with_sandbox())
    decision = choose(snapshot, make_request(is_test=True))
    assert decision.carrier_id == SANDBOX
    assert [one.carrier_id for one in decision.candidates] == [SANDBOX]
    assert choose(snapshot, make_request()).carrier_id == DELTA


def test_test_message_has_no_way_where_there_is_no_sandbox() -> None:
    assert choose(make_snapshot(*PLANS), make_request(is_test=True)).carrier_id is None


def test_real_message_never_takes_a_route_into_the_sandbox() -> None:
    into = Route(5, SANDBOX, prefix="849612")
    decision = choose(make_snapshot(*PLANS, into, carriers=with_sandbox()), make_request())
    assert decision.carrier_id == DELTA
    assert exclusions(decision)[5] is Exclusion.SANDBOX
