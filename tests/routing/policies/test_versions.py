"""Versions of the policy: drafted, changed, in force at their time, brought back."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.models import AuditEntry
from config.common import clock, versions
from config.common.errors import ConflictError, InvalidError, NotFoundError
from messaging.selectors.snapshot import snapshots
from routing.models import Route, RoutePolicy
from routing.readable_policies import policy_differences
from routing.services.policies import (
    RouteValues,
    policies_settle,
    policy_activate,
    policy_change,
    policy_discard,
    policy_draft,
    policy_schedule,
    policy_undo,
    policy_unschedule,
    route_put,
    route_remove,
    routes_change,
)
from tests.factories import make_carrier, make_network, make_route

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)


def present() -> RoutePolicy:
    found = RoutePolicy.objects.in_force(clock.now())
    assert found is not None
    return found


def names(policy: RoutePolicy) -> set[str]:
    return set(policy.routes.values_list("name", flat=True))


def test_the_first_route_makes_the_first_version() -> None:
    first, second = make_route(name="one"), make_route(name="two")
    assert first.policy == second.policy == present()
    assert (present().number, present().state, present().active_from) == (1, "active", None)


def test_a_change_of_a_live_route_is_a_new_version_in_force_at_once() -> None:
    route = make_route(name="VN", weight=1)
    made = route_put(name="VN", values={"weight": 3}, actor=None)
    route.refresh_from_db()
    assert (route.weight, made.weight) == (1, 3)
    assert made.policy == present()
    assert (made.policy.number, made.policy.based_on) == (2, route.policy)
    assert route.policy.state == "retired"


def test_a_change_in_a_draft_leaves_traffic_alone() -> None:
    make_route(name="VN", weight=1)
    draft = policy_draft(actor=None, note="Less to A")
    route_put(name="VN", values={"weight": 9}, actor=None, policy=draft)
    route_put(values={"name": "new", "carrier_id": make_carrier().pk}, actor=None, policy=draft)
    assert present().number == 1
    assert names(present()) == {"VN"}
    assert names(draft) == {"VN", "new"}
    policy_activate(policy=draft, actor=None)
    assert present() == draft


def test_a_removed_route_comes_back_with_the_version_that_had_it() -> None:
    make_route(name="A")
    make_route(name="B")
    route_remove(name="A", actor=None)
    assert names(present()) == {"B"}
    back = policy_undo(policy=RoutePolicy.objects.get(number=1), actor=None)
    assert (back.number, names(back), present()) == (3, {"A", "B"}, back)


def test_several_changes_of_live_routes_are_one_version() -> None:
    make_route(name="A", tier=1)
    make_route(name="B", tier=2)
    made = routes_change(changes={"A": {"tier": 2}, "B": {"tier": 1}}, actor=None)
    assert (made.number, made) == (2, present())
    assert dict(made.routes.values_list("name", "tier")) == {"A": 2, "B": 1}


def test_a_version_begins_at_its_moment_before_anybody_settles_states() -> None:
    with clock.freeze(NOON):
        make_route(name="A")
        draft = policy_draft(actor=None)
        route_remove(name="A", actor=None, policy=draft)
        route_put(values={"name": "B", "carrier_id": make_carrier().pk}, actor=None, policy=draft)
        begins = NOON + timedelta(hours=1)
        policy_schedule(policy=draft, at=begins, actor=None, despite_problems=True)
    with clock.freeze(begins - timedelta(microseconds=1)):
        snapshots.forget()
        before = snapshots.current()
        assert before.until == begins
        assert before.routing.policy.version == 1
    with clock.freeze(begins):
        after = snapshots.current()
        assert after.routing.policy.version == 2
        assert [route.id for route in after.routing.routes] == [Route.objects.get(name="B").pk]
        assert RoutePolicy.objects.get(pk=draft.pk).state == "scheduled"


def test_settling_raises_the_configuration_version_once() -> None:
    with clock.freeze(NOON):
        make_route()
        draft = policy_draft(actor=None)
        policy_schedule(
            policy=draft, at=NOON + timedelta(hours=1), actor=None, despite_problems=True
        )
    with clock.freeze(NOON + timedelta(hours=2)):
        was = versions.current()
        assert policies_settle() == {"changed": 2}
        assert versions.current() > was
        draft.refresh_from_db()
        assert (draft.state, RoutePolicy.objects.get(number=1).state) == ("active", "retired")
        now = versions.current()
        assert policies_settle() == {"changed": 0}
        assert versions.current() == now


def test_a_schedule_is_called_off_before_its_time_only() -> None:
    with clock.freeze(NOON):
        make_route()
        draft = policy_draft(actor=None)
        at = NOON + timedelta(hours=1)
        policy_schedule(policy=draft, at=at, actor=None, despite_problems=True)
        assert policy_unschedule(policy=draft, actor=None).active_from is None
        policy_schedule(policy=draft, at=at, actor=None, despite_problems=True)
    with clock.freeze(at), pytest.raises(ConflictError):
        policy_unschedule(policy=draft, actor=None)


def test_a_time_that_is_over_is_refused() -> None:
    make_route()
    draft = policy_draft(actor=None)
    with pytest.raises(InvalidError) as caught:
        policy_schedule(policy=draft, at=clock.now() - timedelta(seconds=1), actor=None)
    assert caught.value.field == "at"


def test_what_was_in_force_does_not_change() -> None:
    make_route(name="A")
    first = present()
    route_put(name="A", values={"weight": 2}, actor=None)
    with pytest.raises(ConflictError):
        route_put(name="A", values={"weight": 3}, actor=None, policy=first)
    with pytest.raises(ConflictError):
        policy_change(policy=first, actor=None, note="other")
    with pytest.raises(ConflictError):
        policy_discard(policy=first, actor=None)


def test_a_refused_change_leaves_no_version_behind() -> None:
    make_route(name="A")
    make_route(name="B")
    with pytest.raises(InvalidError) as caught:
        route_put(name="A", values={"name": "B"}, actor=None)
    assert caught.value.field == "name"
    with pytest.raises(NotFoundError):
        route_put(name="C", values={"weight": 1}, actor=None)
    assert RoutePolicy.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"country": "VN", "prefix": "4498"}, "prefix"),
        ({"country": "VN", "prefix": "84x"}, "prefix"),
        ({"message_classes": ["spam"]}, "message_classes"),
        ({"carrier_id": 0}, "carrier"),
    ],
)
def test_routes_are_checked(values: dict[str, object], field: str) -> None:
    make_route(name="A")
    with pytest.raises(InvalidError) as caught:
        route_put(name="A", values=values, actor=None)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_network_of_another_country_is_refused() -> None:
    make_route(name="A")
    network = make_network(country="US")
    with pytest.raises(InvalidError) as caught:
        route_put(name="A", values={"network_id": network.pk}, actor=None)
    assert caught.value.field == "network"


def test_differences_are_told_route_by_route() -> None:
    make_route(name="A", weight=1)
    make_route(name="B")
    draft = policy_draft(actor=None)
    routes_change(changes={"A": {"weight": 4}}, removed=["B"], actor=None, policy=draft)
    new: RouteValues = {"name": "C", "carrier_id": make_carrier().pk, "country": "VN"}
    route_put(values=new, actor=None, policy=draft)
    draft = policy_change(policy=draft, actor=None, spread="score")
    found = policy_differences(present(), draft)
    assert [(one.kind, one.name) for one in found] == [
        ("changed", "How routes share traffic"),
        ("changed", "A"),
        ("added", "C"),
        ("removed", "B"),
    ]
    assert found[1].sentence == "weight: 1 → 4"


def test_a_copy_is_a_discardable_draft_until_others_build_on_it() -> None:
    make_route()
    draft = policy_draft(actor=None)
    other = policy_draft(based_on=draft, actor=None)
    with pytest.raises(ConflictError):
        policy_discard(policy=draft, actor=None)
    policy_discard(policy=other, actor=None)
    policy_discard(policy=draft, actor=None)
    assert RoutePolicy.objects.count() == Route.objects.count() == 1


def test_every_step_is_in_the_audit_log() -> None:
    make_route(name="A")
    route_put(name="A", values={"weight": 2}, actor=None)
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["route.put", "route_policy.activated"]
