"""The webhook endpoints as their owner sees them."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection
from standardwebhooks import Webhook

from compliance.models import AuditEntry
from config.common import clock
from config.common.database import connect
from config.common.ids import uuid7
from messaging.models import EventCounter, WebhookDelivery, WebhookEndpoint
from messaging.services import webhook_checks, webhook_replays
from messaging.services.locks import WEBHOOK_TEST
from messaging.services.webhook_planning import deliveries_plan
from tests.factories import make_sender, make_webhook
from tests.messaging.test_webhooks_planning import append
from tests.messaging.webhook_receiver import receiving

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.com/sms"
NEW = {"name": "CRM", "url": URL}


def pem(*, days=90, common_name="signalbox"):
    """A certificate of our own making and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    )


def test_secret_is_shown_once(api):
    created = api.post("/webhooks", NEW)
    assert created.status_code == 201, created.content
    secret = created.json()["secret"]
    assert secret == WebhookEndpoint.objects.get().secret
    assert secret.startswith("whsec_")
    path = f"/webhooks/{created.json()['id']}"
    assert "secret" not in api.get(path).json()
    assert "secret" not in api.patch(path, {"url": URL}).json()
    assert secret not in api.get("/webhooks").content.decode()


def test_new_endpoint_gets_events_from_now_on(api, world):
    EventCounter.objects.update_or_create(account=world.account, defaults={"last": 41})
    shown = api.post("/webhooks", NEW).json()
    none = {"succeeded": 0, "failed": 0, "success_rate": None}
    assert shown | {"secret": None, "id": None} == {
        "id": None, "name": "CRM", "url": URL, "event_types": [], "senders": [],
        "is_ordered": False, "is_enabled": True, "disabled_reason": None, "delivered_up_to": 41,
        "country": None, "former_secret_until": None, "client_certificate_ends_at": None,
        "secret": None,
        "health": {
            "last_hour": none, "last_day": none, "median_ms": None, "failing_since": None,
            "waiting_count": 0, "given_up_count": 0,
        },
    }  # fmt: skip


def test_several_endpoints_each_get_what_they_ask_for(api, world):
    api.post("/webhooks", NEW | {"event_types": ["message.delivered"]})
    api.post("/webhooks", NEW | {"name": "Desk"})
    append(world.account)
    append(world.account, 1, "message.delivered")
    assert deliveries_plan() == 3
    found = WebhookDelivery.objects.values_list("endpoint__name", "type").order_by("pk")
    assert sorted(found) == [
        ("CRM", "message.delivered"), ("Desk", "message.delivered"), ("Desk", "message.sent"),
    ]  # fmt: skip


def test_list_is_paged_and_the_accounts_own(api, stranger, world):
    made = [make_webhook(world.account).pk for _ in range(3)]
    make_webhook(world.other_account)
    page = api.get("/webhooks?limit=2").json()
    rest = api.get(f"/webhooks?cursor={page['next_cursor']}").json()
    assert [one["id"] for one in page["data"] + rest["data"]] == made
    assert len(stranger.get("/webhooks").json()["data"]) == 1


def test_change_keeps_what_is_left_out(api, world):
    endpoint = make_webhook(world.account, position=7, name="CRM")
    response = api.patch(
        f"/webhooks/{endpoint.pk}",
        {"url": "https://other.example/", "event_types": ["message.sent", "message.sent"]},
    )
    assert response.status_code == 200
    assert response.json()["event_types"] == ["message.sent"]
    changed = WebhookEndpoint.objects.get()
    assert (changed.secret, changed.position, changed.name) == (endpoint.secret, 7, "CRM")
    assert changed.url == "https://other.example/"


def test_enabling_again_forgets_the_failure(api, world):
    endpoint = make_webhook(world.account, is_enabled=False, disabled_reason="410", position=7)
    body = api.patch(f"/webhooks/{endpoint.pk}", {"is_enabled": True}).json()
    assert (body["is_enabled"], body["disabled_reason"]) == (True, None)
    assert body["delivered_up_to"] == 7


def test_names_are_the_endpoints_own_in_an_account(api, stranger, world):
    first = make_webhook(world.account, name="CRM")
    second = make_webhook(world.account)
    refused = api.post("/webhooks", NEW)
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")
    assert api.patch(f"/webhooks/{second.pk}", {"name": "CRM"}).json()["code"] == "name_taken"
    assert api.patch(f"/webhooks/{first.pk}", {"name": "CRM"}).status_code == 200
    assert stranger.post("/webhooks", NEW).status_code == 201


def test_account_has_so_many_at_most(api, world, monkeypatch):
    monkeypatch.setattr(webhook_checks, "ENDPOINTS_AT_MOST", 1)
    endpoint = make_webhook(world.account)
    assert api.post("/webhooks", NEW).json()["code"] == "too_many_webhooks"
    assert api.patch(f"/webhooks/{endpoint.pk}", {"name": "CRM"}).status_code == 200


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
    response = api.post("/webhooks", NEW | {"url": url})
    assert response.status_code == 422
    assert (response.json()["errors"][0]["pointer"], response.json()["code"]) == ("#/url", code)
    assert not WebhookEndpoint.objects.exists()


def test_unknown_event_type_is_refused(api):
    response = api.post("/webhooks", NEW | {"event_types": ["message.sent", "message.gone"]})
    assert response.json()["errors"][0]["pointer"] == "#/event_types/1"


def test_rotation_shows_a_new_secret_and_keeps_the_old_one_for_a_day(api, world):
    made = make_webhook(world.account)
    old = made.secret
    shown = api.post(f"/webhooks/{made.pk}/rotate").json()
    new = shown["secret"]
    assert shown["former_secret_until"]
    endpoint = WebhookEndpoint.objects.get()
    assert new == endpoint.secret != old
    assert endpoint.previous_secret == old


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/rotate"),
        ("POST", "/test"),
        ("POST", "/replay"),
        ("GET", "/deliveries"),
        ("GET", "/deliveries/019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b77"),
    ],
)
def test_stranger_has_no_endpoint(stranger, world, method, path):
    endpoint = make_webhook(world.account)
    data = {"status": "failed"} if path == "/replay" else {} if method == "PATCH" else None
    response = stranger.call(method, f"/webhooks/{endpoint.pk}{path}", data)
    assert (response.status_code, response.json()["code"]) == (404, "no_webhook")
    assert WebhookEndpoint.objects.count() == 1


def test_deleted_endpoint_is_gone_with_its_deliveries(api, world):
    endpoint = make_webhook(world.account)
    delivery(endpoint)
    response = api.delete(f"/webhooks/{endpoint.pk}")
    assert (response.status_code, response.content) == (204, b"")
    assert api.get(f"/webhooks/{endpoint.pk}").status_code == 404
    assert not WebhookDelivery.objects.exists()


def test_changes_are_in_the_audit_log_without_secrets(api):
    certificate, key = pem()
    made = api.post(
        "/webhooks", NEW | {"client_certificate": certificate, "client_key": key}
    ).json()
    api.post(f"/webhooks/{made['id']}/rotate")
    api.delete(f"/webhooks/{made['id']}")
    entries = AuditEntry.objects.filter(action__startswith="webhook.").order_by("id")
    actions = [entry.action for entry in entries]
    assert actions == ["webhook.created", "webhook.rotated", "webhook.deleted"]
    written = json.dumps([entry.detail for entry in entries])
    assert made["secret"] not in written
    assert "PRIVATE KEY" not in written


def test_test_event_is_posted_signed_and_answered_for(api, world, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as receiver:
        receiver.status = 418
        endpoint = make_webhook(world.account, url=receiver.url)
        response = api.post(f"/webhooks/{endpoint.pk}/test")
        headers, body = receiver.requests[0]
    said = response.json()
    assert (said["is_success"], said["status"], said["error"]) == (False, 418, None)
    assert said["headers"]["content-length"] == "0"
    event = Webhook(endpoint.secret).verify(body, headers)
    assert event["type"] == "webhook.test"


def test_test_event_to_a_private_address_is_refused(api, world):
    endpoint = make_webhook(world.account, url="http://127.0.0.1:9/")
    said = api.post(f"/webhooks/{endpoint.pk}/test").json()
    assert (said["is_success"], said["status"], said["error"]) == (False, None, "refused_address")


def test_one_test_at_a_time(api, world):
    endpoint = make_webhook(world.account)
    with connect("test") as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [WEBHOOK_TEST, world.account.pk])
        response = api.post(f"/webhooks/{endpoint.pk}/test")
    assert (response.status_code, response.json()["code"]) == (409, "test_running")


def delivery(endpoint, **overrides):
    values = {"event_id": uuid7(), "sequence": 1, "type": "message.sent"}
    return WebhookDelivery.objects.create(endpoint=endpoint, **(values | overrides))


def test_deliveries_are_paged_newest_first(api, world):
    endpoint = make_webhook(world.account)
    made = [delivery(endpoint, sequence=n).sequence for n in range(1, 4)]
    delivery(make_webhook(world.account), sequence=9)
    delivery(endpoint, sequence=4, status="failed", last_status=500, attempts=10)
    path = f"/webhooks/{endpoint.pk}/deliveries"
    page = api.get(f"{path}?status=pending&limit=2").json()
    rest = api.get(f"{path}?status=pending&cursor={page['next_cursor']}").json()
    assert [one["sequence"] for one in page["data"] + rest["data"]] == made[::-1]
    (failed,) = api.get(f"{path}?status=failed").json()["data"]
    assert (failed["attempts"], failed["last_status"]) == (10, 500)


def test_deliveries_are_chosen_by_type_and_time(api, world):
    endpoint = make_webhook(world.account)
    delivery(endpoint)
    late = delivery(endpoint, sequence=2, type="inbound.received")
    path = f"/webhooks/{endpoint.pk}/deliveries"
    (found,) = api.get(f"{path}?types=inbound.received,consent.revoked").json()["data"]
    assert found["event_id"] == str(late.event_id)
    since = (clock.now() + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    assert api.get(f"{path}?since={since}").json()["data"] == []
    assert len(api.get(f"{path}?until={since}").json()["data"]) == 2
    refused = api.get(f"{path}?types=message.gone")
    assert refused.status_code == 422, refused.content
    assert "message.delivered" in refused.json()["errors"][0]["detail"]


# Replay


def replay(api, endpoint, **choice):
    return api.post(f"/webhooks/{endpoint.pk}/replay", choice)


def test_given_up_deliveries_are_replayed(api, world):
    endpoint = make_webhook(world.account)
    dead = [delivery(endpoint, sequence=n, status="failed", attempts=10) for n in (1, 2)]
    delivery(endpoint, sequence=3, status="delivered")
    delivery(make_webhook(world.account), status="failed")
    assert replay(api, endpoint, status="failed").json() == {"replayed": 2, "waiting": 0}
    again = WebhookDelivery.objects.filter(endpoint=endpoint, status="pending", attempts=0)
    assert {one.pk for one in again} == {one.pk for one in dead}
    entry = AuditEntry.objects.get(action="webhook.replayed")
    assert entry.detail["deliveries"] == 2


def test_range_of_the_log_reaches_back_before_the_endpoint(api, world):
    append(world.account, 5)
    endpoint = make_webhook(world.account, position=5)
    delivery(endpoint, event_id=event_id(world, 3), sequence=3, status="delivered")
    delivery(endpoint, event_id=event_id(world, 4), sequence=4)
    answer = replay(api, endpoint, first_sequence=2, last_sequence=4)
    assert (answer.status_code, answer.json()) == (202, {"replayed": 2, "waiting": 1})
    assert pending(endpoint) == [2, 3, 4]


def test_range_keeps_to_the_filters_and_chosen_events_do_not(api, world):
    append(world.account, 2)
    append(world.account, 1, "message.delivered")
    endpoint = make_webhook(world.account, position=3, event_types=["message.delivered"])
    assert replay(api, endpoint, first_sequence=1).json()["replayed"] == 1
    chosen = [str(event_id(world, 1)), str(event_id(world, 3))]
    assert replay(api, endpoint, event_ids=chosen).json() == {"replayed": 1, "waiting": 1}
    assert pending(endpoint) == [1, 3]


def test_replay_by_time(api, world):
    append(world.account, 2)
    endpoint = make_webhook(world.account, position=2)
    soon = (clock.now() + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    ago = (clock.now() - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    assert replay(api, endpoint, since=soon).json()["code"] == "nothing_to_replay"
    assert replay(api, endpoint, since=ago, until=soon).json()["replayed"] == 2


def test_events_of_others_are_not_replayed(api, world):
    append(world.other_account)
    endpoint = make_webhook(world.account, position=9)
    foreign = str(event_id(world, 1, world.other_account))
    assert replay(api, endpoint, event_ids=[foreign]).json()["code"] == "nothing_to_replay"
    assert replay(api, endpoint, first_sequence=1).json()["code"] == "nothing_to_replay"


def test_what_is_not_planned_yet_is_not_replayed(api, world):
    append(world.account, 2)
    endpoint = make_webhook(world.account, position=1)
    assert replay(api, endpoint, first_sequence=1).json()["replayed"] == 1
    assert deliveries_plan() == 1
    assert pending(endpoint) == [1, 2]


@pytest.mark.parametrize(
    ("choice", "code", "pointer"),
    [
        ({}, "nothing_chosen", None),
        ({"event_types": ["message.sent"]}, "range_missing", "#/since"),
        ({"first_sequence": 5, "last_sequence": 4}, "range_reversed", "#/last_sequence"),
        (
            {"since": "2027-01-02T00:00:00Z", "until": "2027-01-01T00:00:00Z"},
            "range_reversed",
            "#/until",
        ),
        (
            {"event_ids": ["019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b77"], "status": "failed"},
            "choice_unclear",
            "#/event_ids",
        ),
        ({"status": "pending"}, None, "#/status"),
        ({"event_ids": ["x"]}, None, "#/event_ids/0"),
        ({"status": "delivered"}, "nothing_to_replay", None),
    ],
)
def test_replay_of_nothing_says_what_is_missing(api, world, choice, code, pointer):
    response = replay(api, make_webhook(world.account), **choice)
    assert response.status_code == 422, response.content
    if code:
        assert response.json()["code"] == code
    if pointer:
        assert response.json()["errors"][0]["pointer"] == pointer


def test_too_much_at_a_time_is_refused_and_changes_nothing(api, world, monkeypatch):
    monkeypatch.setattr(webhook_replays, "REPLAYED_AT_MOST", 2)
    append(world.account, 3)
    endpoint = make_webhook(world.account, position=3)
    assert replay(api, endpoint, first_sequence=1).json()["code"] == "too_many_events"
    assert pending(endpoint) == []
    assert replay(api, endpoint, first_sequence=2).json()["replayed"] == 2


# Senders and client certificates


def test_senders_are_the_accounts_own(api, stranger, world):
    make_sender(world.account, kind="short_code", address="53849")
    answer = api.post("/webhooks", NEW | {"senders": ["53849", "53849"]})
    assert answer.json()["senders"] == ["53849"]
    refused = stranger.post("/webhooks", NEW | {"senders": ["53849"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_sender")
    assert refused.json()["errors"][0]["pointer"] == "#/senders/0"


def test_client_certificate_is_kept_encrypted_and_its_end_shown(api, world):
    certificate, key = pem()
    values = {"client_certificate": certificate, "client_key": key}
    made = api.post("/webhooks", NEW | values)
    assert made.status_code == 201, made.content
    assert "PRIVATE" not in made.content.decode()
    assert made.json()["client_certificate_ends_at"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_key FROM messaging_webhookendpoint")
        assert "PRIVATE" not in cursor.fetchone()[0]
    path = f"/webhooks/{made.json()['id']}"
    none = api.patch(path, {"client_certificate": "", "client_key": ""})
    assert none.json()["client_certificate_ends_at"] is None


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"client_key": ""}, "identity_incomplete", "#/client_key"),
        ({"client_certificate": ""}, "identity_incomplete", "#/client_certificate"),
        ({"client_certificate": "x"}, "bad_certificate", "#/client_certificate"),
        ({"client_key": "x"}, "bad_key", "#/client_key"),
        ({"client_key": pem()[1]}, "key_mismatch", "#/client_key"),
    ],
)
def test_client_certificate_that_tls_could_not_use_is_refused(api, change, code, pointer):
    certificate, key = pem()
    values = {"client_certificate": certificate, "client_key": key} | change
    refused = api.post("/webhooks", NEW | values)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert not WebhookEndpoint.objects.exists()


def test_ended_client_certificate_is_refused(api):
    certificate, key = pem(days=-1)
    refused = api.post("/webhooks", NEW | {"client_certificate": certificate, "client_key": key})
    assert refused.json()["code"] == "certificate_ended"


def event_id(world, sequence, account=None):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM messaging_event WHERE account_id = %s AND sequence = %s",
            [(account or world.account).pk, sequence],
        )
        return cursor.fetchone()[0]


def pending(endpoint):
    found = WebhookDelivery.objects.filter(endpoint=endpoint, status="pending")
    return sorted(found.values_list("sequence", flat=True))
