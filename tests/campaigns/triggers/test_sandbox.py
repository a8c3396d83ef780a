"""Sources in the sandbox: what their events send is a test, and stays one."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from campaigns.models import TriggerEvent, TriggerSource
from campaigns.services.triggers.receiving import event_rerun
from campaigns.services.triggers.sources import source_change
from carriers.services.sandbox import sandbox_ensure
from compliance.models import AuditEntry
from compliance.services.api_keys import api_key_create
from config.common import clock
from messaging.models import Message, MoneyDelta
from messaging.sandbox import ENDINGS, REFUSALS
from messaging.selectors.snapshot import snapshots
from messaging.services.routing import unrouted_route
from routing.models import Rate, Route
from tests.campaigns.triggers.scene import BODY, Scene
from tests.factories import make_account, make_member
from tests.html_forms import form_values
from tests.messaging.api.conftest import ALL_SCOPES, Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene(is_test=True)


@pytest.fixture
def caller(scene: Scene) -> Caller:
    return Caller(scene.account, actor=scene.actor)


@pytest.fixture
def stranger() -> Caller:
    account = make_account()
    return Caller(account, actor=make_member("integrator", account))


def order(event_id: str = "evt-1", **changes: str) -> dict[str, Any]:
    """An event of its own; `phone` and `number` of the order where they are given."""
    body = copy.deepcopy(BODY) | {"id": event_id}
    body["order"]["number"] = changes.get("number", "DH-1001")
    body["order"]["customer"]["phone"] = changes.get("phone", "0981 234 567")
    return body


def switch(scene: Scene, *, is_test: bool) -> None:
    source_change(source=scene.source, values={"is_test": is_test}, actor=scene.actor)


def page(kind: str, name: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_{kind}_{name}", args=arguments)


def text(answer: Any) -> str:
    return str(answer.content.decode())


# What its events send


def test_messages_are_tests_without_routes_prices_or_money(scene: Scene) -> None:
    sandbox = sandbox_ensure()
    Route.objects.all().delete()
    Rate.objects.all().delete()
    snapshots.forget()
    scene.mapping()
    answer = scene.post().json()
    assert answer["result"] == "sent"
    unrouted_route(limit=10)
    message = Message.objects.get(pk=answer["messages"][0])
    assert (message.is_test, message.origin, message.price_micros) == (True, "trigger", 0)
    assert message.carrier_id == sandbox.pk
    assert not MoneyDelta.objects.exists()
    assert TriggerEvent.objects.get().is_test


def test_outside_of_it_messages_are_real_and_cost_money() -> None:
    scene = Scene()
    scene.mapping()
    scene.post()
    message = Message.objects.get()
    assert not message.is_test
    assert message.price_micros > 0
    assert MoneyDelta.objects.exists()


def test_magic_numbers_end_as_listed(scene: Scene) -> None:
    sandbox_ensure()
    scene.mapping()
    for ending in ENDINGS.values():
        body = order(f"evt-{ending.suffix}", phone=f"0980000{ending.suffix}")
        (sent,) = scene.post(body).json()["messages"]
        unrouted_route(limit=10)
        found = Message.objects.get(pk=sent)
        assert (found.status, found.failure_reason) == (ending.status, ending.reason)


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=lambda one: one.code)
def test_magic_numbers_are_refused_as_listed(scene: Scene, refusal: Any) -> None:
    scene.mapping()
    answer = scene.post(order(phone=f"0980000{refusal.suffix}")).json()
    assert (answer["result"], answer["reason"]) == ("failed", refusal.code)
    assert not Message.objects.exists()


def test_switching_bites_from_the_next_event(scene: Scene) -> None:
    scene.mapping()
    modes = []
    for number, is_test in enumerate((True, False, True)):
        switch(scene, is_test=is_test)
        (sent,) = scene.post(order(f"evt-{number}")).json()["messages"]
        modes.append(Message.objects.get(pk=sent).is_test)
    assert modes == [True, False, True]


@pytest.mark.parametrize("was_test", [True, False])
def test_event_that_is_run_again_stays_what_it_was(was_test: bool) -> None:
    scene = Scene(is_test=was_test)
    scene.post()
    scene.mapping()
    switch(scene, is_test=not was_test)
    event_rerun(event=TriggerEvent.objects.get(), actor=scene.actor)
    assert Message.objects.get().is_test is was_test


def test_what_was_tried_is_sent_once_more_when_it_is_live(scene: Scene) -> None:
    """Neither the event's id nor the mapping's own key was used up by the trial."""
    scene.mapping(dedupe="$.order.number")
    assert [scene.post().json()["repeated"] for _turn in range(2)] == [False, True]
    assert scene.post(order("evt-2")).json()["reason"] == "sent_before"
    switch(scene, is_test=False)
    answers = [scene.post().json() for _turn in range(2)]
    assert [(one["result"], one["repeated"]) for one in answers] == [
        ("sent", False),
        ("sent", True),
    ]
    assert answers[0]["messages"] == answers[1]["messages"]
    assert scene.post(order("evt-2")).json()["reason"] == "sent_before"
    assert sorted(Message.objects.values_list("is_test", flat=True)) == [False, True]


def test_switching_is_recorded(scene: Scene) -> None:
    switch(scene, is_test=False)
    switch(scene, is_test=False)
    entry = AuditEntry.objects.get(action="triggersource.changed")
    assert entry.detail["changes"] == "is_test"
    assert list(scene.source.history.values_list("is_test", flat=True)) == [False, True]


# By API


def test_api_makes_shows_and_switches(caller: Caller, stranger: Caller) -> None:
    made = caller.post("/trigger-sources", {"name": "New shop", "is_test": True})
    assert (made.status_code, made.json()["is_test"]) == (201, True)
    assert caller.post("/trigger-sources", {"name": "Live shop"}).json()["is_test"] is False
    path = f"/trigger-sources/{made.json()['id']}"
    assert stranger.patch(path, {"is_test": False}).status_code == 404
    assert stranger.get(path).status_code == 404
    assert caller.patch(path, {"name": "Our shop"}).json()["is_test"] is True
    assert caller.patch(path, {"is_test": False}).json()["is_test"] is False
    assert caller.get(path).json()["is_test"] is False


@pytest.mark.parametrize("value", [None, "perhaps", 7, []])
def test_api_says_what_is_no_switch(scene: Scene, caller: Caller, value: Any) -> None:
    answer = caller.patch(f"/trigger-sources/{scene.source.pk}", {"is_test": value})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["#/is_test"]
    assert TriggerSource.objects.get(pk=scene.source.pk).is_test


def test_api_starts_a_preset_in_the_sandbox(scene: Scene, caller: Caller) -> None:
    values = {
        "name": "CRM",
        "from": scene.sender.address,
        "advertiser": scene.sender.advertiser.name,
    }
    made = caller.post("/trigger-presets/crm/use", values | {"is_test": True})
    assert (made.status_code, made.json()["source"]["is_test"]) == (201, True)


def test_api_shows_events_and_messages_by_mode(
    scene: Scene, caller: Caller, stranger: Caller
) -> None:
    """Test keys read the source and its messages; they change neither it nor its mode."""
    scene.mapping()
    (sent,) = scene.post().json()["messages"]
    path = f"/trigger-sources/{scene.source.pk}"
    assert caller.get(f"{path}/events").json()["data"][0]["is_test"] is True
    assert stranger.get(f"{path}/events").status_code == 404
    tester = Caller(scene.account, actor=scene.actor)
    _key, tester.text = api_key_create(
        account=scene.account, name="CI", scopes=ALL_SCOPES, actor=scene.actor, is_test=True
    )
    assert tester.get(f"/messages/{sent}").json()["livemode"] is False
    assert caller.get(f"/messages/{sent}").status_code == 404
    assert tester.get(path).json()["is_test"] is True
    refused = tester.patch(path, {"is_test": False})
    assert (refused.status_code, refused.json()["code"]) == (403, "test_key")
    assert TriggerSource.objects.get(pk=scene.source.pk).is_test


# In the console


def test_console_shows_and_switches(scene: Scene, browse: Any) -> None:
    client, pk = browse(scene.actor), scene.source.pk
    assert ">Sandbox<" in "".join(text(client.get(page("triggersource", "changelist"))).split())
    shown = text(client.get(page("triggersource", "change", pk)))
    assert "In the sandbox:" in shown
    values = form_values(shown)
    assert values.pop("is_test") == ["on"]
    said = text(client.post(page("triggersource", "change", pk), values, follow=True))
    assert "The sandbox is off:" in said
    assert not TriggerSource.objects.get(pk=pk).is_test
    assert "In the sandbox:" not in text(client.get(page("triggersource", "change", pk)))
    client.post(page("triggersource", "change", pk), values | {"is_test": "on"})
    assert TriggerSource.objects.get(pk=pk).is_test


def test_console_starts_a_preset_in_the_sandbox(scene: Scene, browse: Any) -> None:
    values = {
        "name": "CRM",
        "advertiser": scene.sender.advertiser_id,
        "sender": scene.sender.pk,
        "is_test": "on",
    }
    browse(scene.actor).post(f"{page('triggersource', 'use')}?preset=crm", values)
    assert TriggerSource.objects.get(name="CRM").is_test


def test_console_shows_the_mode_of_events(scene: Scene, browse: Any) -> None:
    scene.mapping()
    scene.post()
    switch(scene, is_test=False)
    with clock.freeze(clock.now() + timedelta(seconds=1)):
        scene.post(order("evt-2"))
    client = browse(scene.actor)
    listed = "".join(text(client.get(page("triggerevent", "changelist"))).split())
    assert listed.count(">Sandbox<") == 1
    live, test = TriggerEvent.objects.order_by("-pk")
    for event, is_shown in ((test, True), (live, False)):
        shown = "".join(text(client.get(page("triggerevent", "change", event.pk))).split())
        assert (">Sandbox<" in shown) is is_shown
        asked = text(client.get(page("triggerevent", "run_again", event.pk)))
        assert ("It came in the sandbox" in asked) is is_shown


def test_strangers_find_no_page(scene: Scene, browse: Any) -> None:
    client = browse(make_member("integrator", make_account()))
    address = page("triggersource", "change", scene.source.pk)
    client.post(address, {"name": "Mine"})
    assert client.get(address).status_code in {302, 404}
    assert TriggerSource.objects.get(pk=scene.source.pk).is_test
