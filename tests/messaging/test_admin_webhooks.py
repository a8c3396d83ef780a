"""Webhooks, deliveries, events and parked receipts in the console."""

import json
from typing import Any

import pytest
from django.urls import reverse

from config.common import clock
from config.common.ids import uuid7
from messaging.models import Event, ParkedReceipt, WebhookDelivery, WebhookEndpoint
from messaging.webhooks.client import Answer
from tests.factories import make_bind, make_message, make_webhook
from tests.world import World

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/sms"


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:messaging_{model}_{name}", args=args)


def make_event(world: World, **overrides: Any) -> Event:
    values = {
        "id": uuid7(),
        "account": world.account,
        "sequence": 7,
        "type": "message.sent",
        "at": clock.now(),
        "body": json.dumps({"sequence": 7, "data": {"text": "Chào"}}),
    }
    return Event.objects.create(**(values | overrides))


def make_delivery(world: World, **overrides: Any) -> WebhookDelivery:
    endpoint = WebhookEndpoint.objects.filter(account=world.account).first()
    event = make_event(world)
    values = {
        "endpoint": endpoint or make_webhook(world.account, position=7),
        "event_id": event.pk,
        "sequence": event.sequence,
        "type": event.type,
        "status": "failed",
        "attempts": 12,
    }
    return WebhookDelivery.objects.create(**(values | overrides))


def test_new_endpoint_shows_its_secret_once(world: World, browse: Any) -> None:
    client = browse(world.ines)
    answer = client.post(
        page("webhookendpoint", "add"),
        {"account": world.account.pk, "name": "CRM", "url": URL, "is_enabled": "on"},
    )
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    again = client.get(page("webhookendpoint", "change", endpoint.pk)).content.decode()
    assert endpoint.secret not in again


def test_bad_address_is_shown_at_its_field(world: World, browse: Any) -> None:
    answer = browse(world.ines).post(
        page("webhookendpoint", "add"),
        {"account": world.account.pk, "name": "CRM", "url": "http://example.com/"},
    )
    assert "https" in answer.context["adminform"].form.errors["url"][0]
    assert not WebhookEndpoint.objects.exists()


def test_second_endpoint_needs_a_name_of_its_own(world: World, browse: Any) -> None:
    make_webhook(world.account, name="CRM")
    client = browse(world.ines)
    values = {"account": world.account.pk, "url": URL, "is_enabled": "on"}
    refused = client.post(page("webhookendpoint", "add"), values | {"name": "CRM"})
    assert "already exists" in str(refused.context["adminform"].form.errors)
    client.post(page("webhookendpoint", "add"), values | {"name": "Desk"})
    assert WebhookEndpoint.objects.filter(account=world.account).count() == 2


def test_change_and_removal_go_through_the_services(world: World, browse: Any) -> None:
    endpoint = make_webhook(world.account)
    client = browse(world.ines)
    client.post(
        page("webhookendpoint", "change", endpoint.pk),
        {"name": "CRM", "url": URL, "event_types": ["message.sent"], "is_enabled": "on"},
    )
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.event_types) == (URL, ["message.sent"])
    client.post(page("webhookendpoint", "delete", endpoint.pk), {"post": "yes"})
    assert not WebhookEndpoint.objects.exists()


def test_new_secret_is_shown_once_and_the_old_one_stays_a_day(world: World, browse: Any) -> None:
    endpoint = make_webhook(world.account)
    former = endpoint.secret
    answer = browse(world.ines).post(page("webhookendpoint", "rotate", endpoint.pk))
    endpoint.refresh_from_db()
    assert endpoint.secret in answer.content.decode()
    assert (endpoint.previous_secret, endpoint.secret != former) == (former, True)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(204), "The endpoint answered 204."),
        (Answer(500), "answered 500; only 2xx"),
        (Answer(None, "timeout"), "did not answer: timeout"),
    ],
)
def test_test_event_says_what_came_back(
    world: World, browse: Any, monkeypatch: pytest.MonkeyPatch, answer: Answer, said: str
) -> None:
    monkeypatch.setattr("messaging.admin.webhooks.webhook_test", lambda **_: answer)
    endpoint = make_webhook(world.account)
    shown = browse(world.ines).post(page("webhookendpoint", "try_out", endpoint.pk), follow=True)
    assert said in shown.content.decode()


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "olga", "ada"])
@pytest.mark.parametrize("name", ["change", "rotate", "try_out"])
def test_endpoint_is_for_integrators(world: World, browse: Any, who: str, name: str) -> None:
    endpoint = make_webhook(world.account)
    answer = browse(getattr(world, who)).post(page("webhookendpoint", name, endpoint.pk), {})
    assert answer.status_code in {302, 403, 404}
    endpoint.refresh_from_db()
    assert not endpoint.previous_secret


def test_delivery_is_tried_again(world: World, browse: Any) -> None:
    delivery = make_delivery(world)
    answer = browse(world.ines).post(
        page("webhookdelivery", "deliver_again", delivery.pk), follow=True
    )
    assert "It is tried again now." in answer.content.decode()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("pending", 0)


def test_selected_deliveries_are_tried_again(world: World, browse: Any) -> None:
    chosen = [make_delivery(world).pk, make_delivery(world, status="delivered").pk]
    left = make_delivery(world)
    answer = browse(world.ines).post(
        page("webhookdelivery", "changelist"),
        {"action": "deliver_selected", "_selected_action": chosen},
        follow=True,
    )
    assert "2 deliveries are tried again" in answer.content.decode()
    left.refresh_from_db()
    assert left.status == "failed"


def test_pending_delivery_has_no_button(world: World, browse: Any) -> None:
    delivery = make_delivery(world, status="pending")
    shown = browse(world.ines).get(page("webhookdelivery", "change", delivery.pk))
    assert not shown.context["actions_detail"]


def test_delivery_shows_the_body_it_carried(world: World, browse: Any) -> None:
    delivery = make_delivery(world)
    shown = browse(world.ines).get(page("webhookdelivery", "change", delivery.pk))
    assert "Chào" in shown.content.decode()


@pytest.mark.parametrize("model", ["webhookdelivery", "event"])
@pytest.mark.parametrize("who", ["alice", "charlie", "olga"])
def test_deliveries_and_events_are_for_integrators(
    world: World, browse: Any, who: str, model: str
) -> None:
    delivery = make_delivery(world)
    pk = delivery.pk if model == "webhookdelivery" else delivery.event_id
    client = browse(getattr(world, who))
    assert client.get(page(model, "change", pk)).status_code in {302, 403}
    assert client.get(page(model, "changelist")).status_code == 403


def test_events_are_found_by_number_and_lead_to_their_message(world: World, browse: Any) -> None:
    message = make_message(world.account)
    event = make_event(world, message_id=message.pk)
    make_event(world, sequence=8)
    client = browse(world.ines)
    shown = client.get(page("event", "changelist"), {"q": "7"})
    assert [one.pk for one in shown.context["cl"].result_list] == [event.pk]
    assert page("message", "change", message.pk) in shown.content.decode()
    assert "Chào" in client.get(page("event", "change", event.pk)).content.decode()
    assert not client.get(page("event", "changelist"), {"q": "x"}).context["cl"].result_list


@pytest.mark.parametrize("model", ["webhookdelivery", "event"])
def test_lists_ask_as_much_for_many_as_for_few(
    world: World, browse: Any, model: str, django_assert_max_num_queries: Any
) -> None:
    client = browse(world.ines)
    make_delivery(world)
    with django_assert_max_num_queries(30) as few:
        client.get(page(model, "changelist"))
    for _ in range(9):
        make_delivery(world)
    with django_assert_max_num_queries(len(few)):
        shown = client.get(page(model, "changelist"))
    assert len(shown.context["cl"].result_list) == 10


def make_parked(**overrides: Any) -> ParkedReceipt:
    bind = make_bind()
    values = {
        "carrier_id": bind.carrier_id,
        "bind_id": bind.pk,
        "smsc_message_id": "0A1B",
        "msisdn": "84981234567",
        "state": "delivered",
        "raw": b"id:0A1B",
        "received_at": clock.now(),
    }
    return ParkedReceipt.objects.create(**(values | overrides))


@pytest.mark.parametrize("term", ["0A1B", "0981234567"])
def test_operator_finds_a_parked_receipt(world: World, browse: Any, term: str) -> None:
    parked = make_parked()
    make_parked(smsc_message_id="FFFF", msisdn="84980000000")
    shown = browse(world.olga).get(page("parkedreceipt", "changelist"), {"q": term})
    assert [one.pk for one in shown.context["cl"].result_list] == [parked.pk]
    detail = browse(world.olga).get(page("parkedreceipt", "change", parked.pk))
    assert "69 64 3a 30" in detail.content.decode()


@pytest.mark.parametrize("who", ["alice", "bob", "ines", "ada"])
def test_parked_receipts_are_for_operators(world: World, browse: Any, who: str) -> None:
    parked = make_parked()
    client = browse(getattr(world, who))
    assert client.get(page("parkedreceipt", "changelist")).status_code == 403
    assert client.get(page("parkedreceipt", "change", parked.pk)).status_code in {302, 403}
