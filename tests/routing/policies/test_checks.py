"""What is wrong with a version, before it decides."""

from typing import Any

import pytest

from config.common import clock
from config.common.errors import InvalidError
from routing import traffic
from routing.models import Route, RoutePolicy
from routing.services.policies import policy_activate, policy_check, policy_draft, route_put
from routing.traffic import Traffic
from tests.factories import make_account, make_carrier, make_network, make_route, make_sender

pytestmark = pytest.mark.django_db


def codes(policy: RoutePolicy | None = None) -> list[str]:
    policy = policy or RoutePolicy.objects.in_force(clock.now())
    assert policy is not None
    return [one.code for one in policy_check(policy)]


@pytest.fixture
def lately(monkeypatch: pytest.MonkeyPatch) -> list[Traffic]:
    """Messages of the recent past."""
    found: list[Traffic] = []
    monkeypatch.setattr(traffic, "_readers", [lambda: found])
    return found


@pytest.mark.usefixtures("lately")
def test_sound_routes_have_no_problems() -> None:
    make_route(weight=1)
    make_route(weight=3)
    make_route(tier=2)
    assert codes() == []


@pytest.mark.usefixtures("lately")
def test_a_version_without_routes_is_refused() -> None:
    make_route(name="A")
    draft = policy_draft(actor=None)
    Route.objects.filter(policy=draft).delete()
    assert codes(draft) == ["no_routes"]
    with pytest.raises(InvalidError) as caught:
        policy_activate(policy=draft, actor=None)
    assert caught.value.field == "despite_problems"
    policy_activate(policy=draft, actor=None, despite_problems=True)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"weight": 0}, {"weight": 0}, "tier_without_weight"),
        ({"weight": 0}, {"weight": 1}, "weight_zero"),
        ({}, {"is_active": False}, "route_inactive"),
        ({}, {"traffic_kind": "p2p"}, "traffic_kinds_mixed"),
        ({}, {"country": ""}, ""),
        ({"prefix": "84"}, {}, "route_unreachable"),
    ],
)
@pytest.mark.usefixtures("lately")
def test_tiers_and_reach(first: dict[str, Any], second: dict[str, Any], code: str) -> None:
    make_route(**first)
    make_route(**second)
    assert codes() == ([code] if code else [])


@pytest.mark.usefixtures("lately")
def test_the_same_way_twice_and_a_reserve_by_the_same_carrier() -> None:
    carrier = make_carrier()
    make_route(carrier)
    make_route(carrier)
    assert codes() == ["route_twice"]
    Route.objects.filter(pk=Route.objects.latest("pk").pk).update(tier=2)
    assert codes() == ["reserve_same_carrier"]


def test_traffic_without_a_way_is_an_error(lately: list[Traffic]) -> None:
    account = make_account()
    sender = make_sender(account)
    viettel = make_network("viettel")
    make_route(message_classes=["otp"])
    shared = {"sender_id": sender.pk, "account_id": account.pk, "messages": 7}
    lately += [
        Traffic("84981234567", "VN", viettel.pk, "otp", **shared),
        Traffic("84981234567", "VN", viettel.pk, "marketing", **shared),
        Traffic("12125550100", "US", None, "otp", **shared),
    ]
    assert codes() == ["country_without_route", "traffic_without_route"]
    route_put(
        values={"name": "rest", "carrier_id": make_carrier().pk, "country": "VN", "tier": 2},
        actor=None,
    )
    assert codes() == ["country_without_route"]
