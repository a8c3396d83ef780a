"""Operators' pages of routing versions."""

from typing import Any

import pytest
from django.urls import reverse

from config.common import clock
from routing.models import Route, RoutePolicy
from routing.services.policies import policy_draft, route_put
from tests.factories import make_route
from tests.world import World

pytestmark = pytest.mark.django_db


def page(policy: RoutePolicy, name: str = "change") -> str:
    return reverse(f"admin:routing_routepolicy_{name}", args=[policy.pk])


def present() -> RoutePolicy:
    found = RoutePolicy.objects.in_force(clock.now())
    assert found is not None
    return found


def table(policy: RoutePolicy, **changes: Any) -> dict[str, Any]:
    """The table as the page shows it, with fields changed by `tier_A` and such."""
    sent: dict[str, Any] = {}
    for route in policy.routes.all():
        sent |= {f"tier_{route.pk}": route.tier, f"weight_{route.pk}": route.weight}
        sent |= {f"active_{route.pk}": "1"} if route.is_active else {}
        for key, value in changes.items():
            field, _cut, name = key.partition("_")
            if name == route.name:
                sent[f"{field}_{route.pk}"] = value
    return sent


def test_a_draft_is_made_changed_and_put_in_force(world: World, browse: Any) -> None:
    make_route(name="A")
    make_route(name="B")
    client = browse(world.olga)
    client.post(page(present(), "new_version"), {"note": "Less to A"})
    draft = RoutePolicy.objects.get(state="draft")
    assert draft.author == world.olga
    answer = client.post(page(draft, "routes"), table(draft, weight_A=3, remove_B="1"))
    assert answer.status_code == 302
    assert list(draft.routes.values_list("name", "weight")) == [("A", 3)]
    text = client.get(page(draft)).content.decode()
    assert "Less to A" in text
    assert "weight" in text
    asked = client.get(page(draft, "activate")).content.decode()
    assert "Gone" in asked
    client.post(page(draft, "activate"), {})
    assert present() == draft


def test_the_table_of_the_version_in_force_makes_a_new_one(world: World, browse: Any) -> None:
    make_route(name="A")
    first = present()
    client = browse(world.olga)
    answer = client.post(page(first, "routes"), table(first, tier_A=2), follow=True)
    assert present().number == 2
    assert "Version 2 has the changes and is in force" in answer.content.decode()
    assert first.routes.get().tier == 1


def test_a_version_comes_into_force_at_a_time(world: World, browse: Any) -> None:
    make_route(name="A")
    draft = policy_draft(actor=None)
    client = browse(world.olga)
    at = {"at_0": "2099-01-01", "at_1": "08:00:00"}
    client.post(page(draft, "schedule"), at)
    draft.refresh_from_db()
    assert draft.state == "scheduled"
    assert "comes into force" in client.get(page(present())).content.decode()
    client.post(page(draft, "unschedule"))
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_an_earlier_version_is_brought_back(world: World, browse: Any) -> None:
    make_route(name="A", weight=1)
    first = present()
    route_put(name="A", values={"weight": 5}, actor=None)
    client = browse(world.olga)
    client.post(page(first, "bring_back"), {"note": "Worse since"})
    assert (present().number, present().routes.get().weight) == (3, 1)


def test_a_draft_is_discarded(world: World, browse: Any) -> None:
    make_route(name="A")
    draft = policy_draft(actor=None)
    browse(world.olga).post(page(draft, "discard"))
    assert (RoutePolicy.objects.count(), Route.objects.count()) == (1, 1)


def test_problems_are_shown_and_must_be_accepted(world: World, browse: Any) -> None:
    make_route(name="A")
    draft = policy_draft(actor=None)
    draft.routes.update(is_active=False)
    client = browse(world.olga)
    assert "No route is switched on" in client.get(page(draft)).content.decode()
    assert client.post(page(draft, "activate"), {}).status_code == 200
    assert present().number == 1
    client.post(page(draft, "activate"), {"despite_problems": "on"})
    assert present() == draft


@pytest.mark.parametrize("name", ["alice", "bob", "ines", "ada"])
def test_versions_are_for_operators_alone(world: World, browse: Any, name: str) -> None:
    make_route(name="A")
    client = browse(getattr(world, name))
    assert client.get(reverse("admin:routing_routepolicy_changelist")).status_code == 403
    assert client.post(page(present(), "routes"), {}).status_code in (302, 403, 404)
    assert RoutePolicy.objects.count() == 1
