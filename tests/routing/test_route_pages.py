"""Operators look at routes, try numbers and see the whole map."""

from typing import Any

import pytest
from django.urls import reverse

from config.common import clock
from routing.models import Route, RoutePolicy
from routing.selectors.route_map import route_map
from routing.selectors.route_shadows import shadows
from tests.factories import make_carrier, make_network, make_number_plan, make_route
from tests.routing.test_explain import Ways
from tests.world import World

pytestmark = pytest.mark.django_db
LIST = "admin:routing_route_changelist"


@pytest.fixture
def ways(db: Any) -> Ways:
    return Ways()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def form_of(route: Route, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": route.name,
        "carrier": route.carrier_id,
        "is_active": "on",
        "tier": route.tier,
        "weight": route.weight,
        "country": route.country,
        "network": route.network_id or "",
        "traffic_kind": route.traffic_kind,
        **changes,
    }
    return values


def test_a_number_is_tried(world: World, browse: Any, ways: Ways) -> None:
    client = browse(world.olga)
    page = client.get(reverse("admin:routing_route_try"))
    assert page.status_code == 200
    assert not page.context["form"].errors
    answer = client.get(reverse("admin:routing_route_try"), {"to": "0961 234 567"})
    assert "It goes to Alpha by the route “Hill direct”" in text_of(answer)
    assert "By its prefix: who first got the number." in text_of(answer)
    down = {"to": "0961 234 567", f"if_{ways.alpha.pk}": "down"}
    supposed = text_of(client.get(reverse("admin:routing_route_try"), down))
    assert "It goes to Beta by the route “Hill reserve”" in supposed
    assert "No bind of the carrier is connected." in supposed


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"to": "12"}, "to"),
        ({"to": ""}, "to"),
        ({"to": "0961234567", "sender": "Nobody"}, "sender"),
        ({"to": "0961234567", "deadline_seconds": "0"}, "deadline_seconds"),
    ],
)
def test_what_cannot_be_tried_is_said_at_its_field(
    world: World, browse: Any, given: dict[str, str], field: str
) -> None:
    page = browse(world.olga).get(reverse("admin:routing_route_try"), given)
    assert list(page.context["form"].errors) == [field]


@pytest.mark.parametrize("page", ["routing_route_try", "routing_route_map"])
def test_the_pages_are_for_operators_alone(world: World, browse: Any, page: str) -> None:
    for person in (world.alice, world.bob, world.ines, world.ada):
        assert browse(person).get(reverse(f"admin:{page}")).status_code == 403


def test_the_map_shows_shares_and_troubles(world: World, browse: Any, ways: Ways) -> None:
    rows = {(row.country, row.network): row for row in route_map()}
    cell = rows["VN", "Hill Mobile"].cells[0]
    assert [(tier.tier, tier.entries[0].carrier) for tier in cell.tiers] == [
        (1, "Alpha"),
        (2, "Beta"),
    ]
    assert (cell.tiers[0].entries[0].share, cell.has_way) == (1.0, True)
    assert not rows["VN", ""].cells[0].has_way
    page = text_of(browse(world.olga).get(reverse("admin:routing_route_map")))
    assert "Hill Mobile" in page
    assert "no route leads there" in page


def test_the_map_has_rows_for_prefixes_and_elsewhere(ways: Ways) -> None:
    make_route(ways.beta, name="Prefix", country="VN", prefix="8433")
    make_route(ways.beta, name="Rest", country="")
    found = {(row.country, row.prefix): row for row in route_map() if not row.network}
    assert found["VN", "8433"].cells[0].scope == "by_prefix"
    assert found["", ""].cells[0].scope == "by_default"


def test_the_list_is_in_the_order_of_fitting(world: World, browse: Any, ways: Ways) -> None:
    make_route(ways.beta, name="Country", country="VN")
    make_route(ways.beta, name="Prefix", country="VN", prefix="8496")
    make_route(ways.beta, name="Anywhere", country="")
    page = browse(world.olga).get(reverse(LIST))
    names = [row.name for row in page.context["cl"].result_list]
    assert names == ["Prefix", "Hill direct", "Hill reserve", "Country", "Anywhere"]


def test_an_empty_list_says_what_to_do(world: World, browse: Any) -> None:
    Route.objects.all().delete()
    assert "Without a route no message has a way." in text_of(browse(world.olga).get(reverse(LIST)))


def test_closer_routes_take_traffic_first() -> None:
    network = make_network("hill", country="VN")
    carrier = make_carrier()
    wide = make_route(carrier, name="wide", country="VN")
    close = make_route(carrier, name="close", country="VN", network=network)
    other = make_route(carrier, name="other", country="VN", message_classes=["otp"], prefix="8490")
    abroad = make_route(carrier, name="abroad", country="US")
    care = make_route(carrier, name="care", country="VN", message_classes=["care"])
    found = shadows([wide, close, other, abroad, care])
    assert found[wide.pk] == ("other", "close")
    assert found[close.pk] == ("other",)
    assert found[care.pk] == ("close",)
    assert found[abroad.pk] == ()


def test_saving_makes_a_version_that_is_in_force(world: World, browse: Any, ways: Ways) -> None:
    client = browse(world.olga)
    before = RoutePolicy.objects.in_force(clock.now())
    change = reverse("admin:routing_route_change", args=[ways.direct.pk])
    answer = client.post(change, form_of(ways.direct, weight=30))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    now = RoutePolicy.objects.in_force(clock.now())
    assert now != before
    assert Route.objects.get(policy=now, name="Hill direct").weight == 30
    assert Route.objects.get(pk=ways.direct.pk).weight == ways.direct.weight
    assert client.post(change, form_of(ways.direct, weight=40)).status_code == 403


def test_a_route_is_added_and_removed_by_versions(world: World, browse: Any, ways: Ways) -> None:
    client = browse(world.olga)
    new = form_of(ways.direct, name="Third", tier=3)
    answer = client.post(reverse("admin:routing_route_add"), new)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    added = Route.objects.get(policy=RoutePolicy.objects.in_force(clock.now()), name="Third")
    gone = client.post(reverse("admin:routing_route_delete", args=[added.pk]), {"post": "yes"})
    assert gone.status_code == 302
    now = RoutePolicy.objects.in_force(clock.now())
    assert set(Route.objects.filter(policy=now).values_list("name", flat=True)) == {
        "Hill direct",
        "Hill reserve",
    }


def test_what_the_service_refuses_is_said_at_the_field(
    world: World, browse: Any, ways: Ways
) -> None:
    change = reverse("admin:routing_route_change", args=[ways.direct.pk])
    answer = browse(world.olga).post(change, form_of(ways.direct, country="US"))
    assert list(answer.context["adminform"].form.errors) == ["network"]


def test_a_number_is_tried_from_a_route(world: World, browse: Any, ways: Ways) -> None:
    page = reverse("admin:routing_route_try_from_here", args=[ways.direct.pk])
    answer = browse(world.olga).get(page)
    assert answer.status_code == 302
    assert f"network={ways.network.pk}" in answer.headers["Location"]
    form = browse(world.olga).get(answer.headers["Location"]).context["form"]
    assert not form.errors


def test_what_is_tried_at_another_day(world: World, browse: Any, ways: Ways) -> None:
    make_number_plan({"8433": ways.network}, version="later", country="US")
    given = {"to": "0961234567", "day": "2026-12-24", "time": "10:30"}
    page = browse(world.olga).get(reverse("admin:routing_route_try"), given)
    assert page.context["found"] is not None, page.context["form"].errors
    assert page.context["found"].at.date().isoformat() == "2026-12-24"
