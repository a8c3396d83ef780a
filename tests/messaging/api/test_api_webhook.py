"""The webhook endpoint as its owner sees it."""

import json

import pytest
from standardwebhooks import Webhook

from compliance.models import AuditEntry
from config.common.database import connect
from config.common.ids import uuid7
from messaging.models import EventCounter, WebhookDelivery, WebhookEndpoint
from messaging.services.locks import WEBHOOK_TEST
from tests.factories import make_webhook
from tests.messaging.webhook_receiver import receiving

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.com/sms"


def test_secret_is_shown_once(api):
    created = api.put("/webhook", {"url": URL})
    assert created.status_code == 201
    secret = created.json()["secret"]
    assert secret == WebhookEndpoint.objects.get().secret
    assert secret.startswith("whsec_")
    assert "secret" not in api.get("/webhook").json()
    assert "secret" not in api.put("/webhook", {"url": URL}).json()


def test_new_endpoint_gets_events_from_now_on(api, world):
    EventCounter.objects.update_or_create(account=world.account, defaults={"last": 41})
    assert api.put("/webhook", {"url": URL}).json() | {"secret": None} == {
        "url": URL, "event_types": [], "is_enabled": True, "disabled_reason": None,
        "failing_since": None, "delivered_up_to": 41, "country": None, "secret": None,
    }  # fmt: skip


def test_change_keeps_secret_and_position(api, world):
    make_webhook(world.account, position=7)
    secret = WebhookEndpoint.objects.get().secret
    body = {"url": "https://other.example/", "event_types": ["message.sent", "message.sent"]}
    response = api.put("/webhook", body)
    assert response.status_code == 200
    assert response.json()["event_types"] == ["message.sent"]
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.secret, endpoint.position) == (secret, 7)
    assert endpoint.url == "https://other.example/"


def test_enabling_again_forgets_the_failure(api, world):
    make_webhook(world.account, is_enabled=False, disabled_reason="410", position=7)
    body = api.put("/webhook", {"url": URL}).json()
    assert (body["is_enabled"], body["disabled_reason"]) == (True, None)
    assert body["delivered_up_to"] == 7


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.com/", "https_required"),
        ("ftp://hooks.example.com/", "https_required"),
        ("hooks.example.com", "https_required"),
        ("https://", "bad_url"),
        ("https://ví-dụ.vn/", "bad_url"),
        ("https://example.com/a b", "bad_url"),
        ("https://example.com:99999/", "bad_url"),
        ("https://[::1/", "bad_url"),
        ("https://user:pass@example.com/", "url_parts"),
        ("https://example.com/#x", "url_parts"),
        ("https://127.0.0.1/", "private_address"),
        ("https://169.254.169.254/latest/", "private_address"),
        ("https://[::ffff:10.0.0.1]/", "private_address"),
    ],
)
def test_url_that_could_never_work_is_refused(api, url, code):
    response = api.put("/webhook", {"url": url})
    assert response.status_code == 422
    assert (response.json()["errors"][0]["pointer"], response.json()["code"]) == ("#/url", code)
    assert not WebhookEndpoint.objects.exists()


def test_unknown_event_type_is_refused(api):
    response = api.put("/webhook", {"url": URL, "event_types": ["message.sent", "message.gone"]})
    assert response.json()["errors"][0]["pointer"] == "#/event_types/1"


def test_rotation_shows_a_new_secret_and_keeps_the_old_one_for_a_day(api, world):
    old = make_webhook(world.account).secret
    new = api.post("/webhook/rotate").json()["secret"]
    endpoint = WebhookEndpoint.objects.get()
    assert new == endpoint.secret != old
    assert endpoint.previous_secret == old


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/test")],
)
def test_stranger_has_no_endpoint(stranger, world, method, path):
    make_webhook(world.account)
    response = stranger.call(method, f"/webhook{path}")
    assert (response.status_code, response.json()["code"]) == (404, "no_webhook")
    assert WebhookEndpoint.objects.count() == 1


def test_deleted_endpoint_is_gone_with_its_deliveries(api, world):
    delivery(make_webhook(world.account))
    response = api.delete("/webhook")
    assert (response.status_code, response.content) == (204, b"")
    assert api.get("/webhook").status_code == 404
    assert not WebhookDelivery.objects.exists()


def test_changes_are_in_the_audit_log_without_secrets(api):
    secret = api.put("/webhook", {"url": URL}).json()["secret"]
    api.post("/webhook/rotate")
    api.delete("/webhook")
    entries = AuditEntry.objects.filter(action__startswith="webhook.").order_by("id")
    actions = [entry.action for entry in entries]
    assert actions == ["webhook.created", "webhook.rotated", "webhook.deleted"]
    assert secret not in json.dumps([entry.detail for entry in entries])


def test_test_event_is_posted_signed_and_answered_for(api, world, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as receiver:
        receiver.status = 418
        endpoint = make_webhook(world.account, url=receiver.url)
        response = api.post("/webhook/test")
        headers, body = receiver.requests[0]
    assert response.json() == {"is_success": False, "status": 418, "error": None}
    event = Webhook(endpoint.secret).verify(body, headers)
    assert event["type"] == "webhook.test"


def test_test_event_to_a_private_address_is_refused(api, world):
    make_webhook(world.account, url="http://127.0.0.1:9/")
    assert api.post("/webhook/test").json() == {
        "is_success": False, "status": None, "error": "refused_address",
    }  # fmt: skip


def test_one_test_at_a_time(api, world):
    make_webhook(world.account)
    with connect("test") as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [WEBHOOK_TEST, world.account.pk])
        response = api.post("/webhook/test")
    assert (response.status_code, response.json()["code"]) == (409, "test_running")


def delivery(endpoint, **overrides):
    values = {"event_id": uuid7(), "sequence": 1, "type": "message.sent"}
    return WebhookDelivery.objects.create(endpoint=endpoint, **(values | overrides))


def test_deliveries_are_paged_newest_first_to_their_account(api, stranger, world):
    endpoint = make_webhook(world.account)
    made = [delivery(endpoint, sequence=n).sequence for n in range(1, 4)]
    delivery(endpoint, sequence=4, status="failed", last_status=500, attempts=10)
    page = api.get("/webhook/deliveries?status=pending&limit=2").json()
    rest = api.get(f"/webhook/deliveries?status=pending&cursor={page['next_cursor']}").json()
    assert [one["sequence"] for one in page["data"] + rest["data"]] == made[::-1]
    (failed,) = api.get("/webhook/deliveries?status=failed").json()["data"]
    assert (failed["attempts"], failed["last_status"]) == (10, 500)
    assert stranger.get("/webhook/deliveries").json()["data"] == []
