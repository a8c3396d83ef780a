"""The console's list of what platforms told, and running one again."""

import json
from typing import Any

import pytest
from django.urls import reverse

from campaigns.models import TriggerEvent
from campaigns.services.triggers.mappings import draft_activate, draft_save
from messaging.models import Message
from tests.campaigns.triggers.scene import BODY, Scene, spec
from tests.factories import make_account, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


def page(name: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_triggerevent_{name}", args=arguments)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_event_shows_its_message_and_its_body(scene, browse):
    scene.mapping()
    found = scene.post().json()
    client = browse(scene.actor)
    assert "Accepted" in text(client.get(page("changelist")))
    shown = text(client.get(page("change", found["id"])))
    assert reverse("admin:messaging_message_change", args=found["messages"]) in shown
    assert "0981 234 567" in shown


def test_reasons_are_told_in_words(scene, browse):
    scene.mapping(number="$.customer.mobile", slots={"order": {"path": "$.order"}})
    event_id = scene.post().json()["id"]
    client = browse(scene.actor)
    assert "There is nothing at $.customer.mobile" in text(client.get(page("changelist")))
    shown = text(client.get(page("change", event_id)))
    assert "Slot “order”: At $.order is an object or a list" in shown


def test_an_event_is_run_again_after_the_mapping_was_put_right(scene, browse):
    mapping = scene.mapping(number="$.customer.mobile")
    event = TriggerEvent.objects.get(pk=scene.post().json()["id"])
    draft_save(mapping=mapping, spec=spec(), actor=scene.actor)
    draft_activate(mapping=mapping, actor=scene.actor)
    client = browse(scene.actor)
    assert "What it has sent already is not sent" in text(client.get(page("run_again", event.pk)))
    client.post(page("run_again", event.pk))
    assert Message.objects.count() == 1
    client.post(page("run_again", event.pk))
    assert Message.objects.count() == 1


def test_several_are_run_again_and_one_that_cannot_be_stops_none(scene, browse):
    first = scene.post().json()["id"]
    second = scene.post(BODY | {"id": "evt-2"}).json()["id"]
    scene.mapping()
    TriggerEvent.objects.filter(pk=first).update(body="", body_until=None)
    client = browse(scene.actor)
    answer = client.post(
        page("changelist"),
        {"action": "run_selected", "_selected_action": [first, second], "index": 0},
        follow=True,
    )
    assert "1 event was run again." in text(answer)
    assert "is not kept any more" in text(answer)
    assert Message.objects.count() == 1


def test_an_event_is_tried_without_sending(scene, browse):
    event_id = scene.post().json()["id"]
    scene.mapping()
    client = browse(scene.actor)
    answer = client.get(page("try_out", event_id), follow=True)
    assert json.loads(answer.context["form"]["body"].value()) == BODY


def test_officers_read_events_and_run_none(scene, browse):
    event_id = scene.post().json()["id"]
    client = browse(make_member("officer", scene.account))
    assert client.get(page("change", event_id)).status_code == 200
    assert client.post(page("run_again", event_id)).status_code == 404
    assert "Run again" not in text(client.get(page("change", event_id)))


def test_strangers_find_no_event(scene, browse):
    event_id = scene.post().json()["id"]
    client = browse(make_member("integrator", make_account()))
    for name in ("change", "run_again", "try_out"):
        assert client.get(page(name, event_id)).status_code in {302, 404}, name
    assert "order.paid" not in text(client.get(page("changelist")))
