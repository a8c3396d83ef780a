"""Webhooks of carriers over HTTP: who may, what is committed before the 200, what is parked."""

import base64
import hashlib
import hmac
import json

import pytest
from django.db import DatabaseError
from django.urls import reverse

from carriers.models import Bind
from carriers.selectors.http_configs import webhook_token
from messaging.models import InboundMessage, Message, ParkedReceipt
from messaging.pump import desk
from messaging.pump.desk import reference_of
from tests.factories import make_bind, make_carrier, make_sender
from tests.messaging.hot import events, make_line, make_segment, state

MAP = {"id": "id", "status": "state", "error": "err", "to": "to", "reference": "ref"}
REPLIES = {"from": "from", "to": "to", "text": "text"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bind():
    return make_bind(
        make_carrier(),
        kind="http",
        http_url="https://sms.example/",
        http_receipt_map=MAP,
        http_reply_map=REPLIES,
    )


def post(client, bind, values, what="receipts", token=None, **headers):
    url = reverse(f"carrier-{what}", args=[token or webhook_token(bind)])
    body = values if isinstance(values, bytes) else json.dumps(values).encode()
    return client.post(url, body, content_type="application/json", headers=headers)


def test_a_receipt_settles_its_message_and_a_repeat_changes_nothing(client):
    line = make_line()
    Bind.objects.filter(pk=line.bind.pk).update(kind="http", http_receipt_map=MAP)
    line.bind.refresh_from_db()
    line.bind.save()
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="h7")
    receipt = {"id": "h7", "state": "delivered", "to": message.msisdn}
    for _ in range(2):
        assert post(client, line.bind, receipt).json() == {"taken": 1}
    assert state(message) == "delivered"
    assert events(line.account).count("message.delivered") == 1
    assert not ParkedReceipt.objects.exists()


def test_a_receipt_that_finds_nothing_is_parked_like_one_of_smpp(client, bind):
    receipt = {"id": "h1", "state": "DELIVRD", "to": "+84912345678", "err": "0"}
    response = post(client, bind, receipt)
    assert (response.status_code, response.json()) == (200, {"taken": 1})
    parked = ParkedReceipt.objects.get()
    assert (parked.smsc_message_id, parked.state, parked.msisdn) == (
        "h1",
        "delivered",
        "84912345678",
    )
    assert json.loads(bytes(parked.raw)) == receipt


def test_a_form_and_a_query_do_as_well(client, bind):
    url = reverse("carrier-receipts", args=[webhook_token(bind)])
    assert client.post(url, {"id": "a", "state": "UNDELIV"}).status_code == 400  # multipart
    form = "id=a&state=UNDELIV"
    encoded = "application/x-www-form-urlencoded"
    assert client.post(url, form, content_type=encoded).status_code == 200
    assert client.get(f"{url}?id=b&state=EXPIRED").status_code == 200
    assert set(ParkedReceipt.objects.values_list("smsc_message_id", "state")) == {
        ("a", "undelivered"),
        ("b", "expired"),
    }


def test_news_on_the_way_settles_nothing(client, bind):
    assert post(client, bind, {"id": "a", "state": "queued"}).status_code == 200
    assert not ParkedReceipt.objects.exists()


@pytest.mark.parametrize("token", ["1-x", "x", "", "-", "999999-x", "1" * 200, "٣-x"])
def test_a_wrong_token_is_no_address(client, bind, token):
    assert post(client, bind, {}, token=token or "0").status_code == 404
    assert post(client, bind, {}, token=f"{bind.pk}-").status_code == 404


def test_a_bind_over_smpp_has_no_webhook(client):
    other = make_bind(http_token="secret")
    assert post(client, other, {}).status_code == 404


def test_networks_and_signatures(client, bind):
    bind.http_networks = ["203.0.113.0/24"]
    bind.save()
    assert post(client, bind, {"id": "a", "state": "DELIVRD"}).status_code == 403
    bind.http_networks = ["127.0.0.0/8"]
    bind.http_signature_header = "X-Signature"
    bind.http_signature_secret = "k3y"
    bind.save()
    body = json.dumps({"id": "a", "state": "DELIVRD"}).encode()
    digest = hmac.new(b"k3y", body, hashlib.sha256)
    assert post(client, bind, body).status_code == 403
    assert post(client, bind, body, **{"X-Signature": "0" * 64}).status_code == 403
    good = f"sha256={digest.hexdigest().upper()}".replace("SHA", "sha")
    assert post(client, bind, body, **{"X-Signature": good}).status_code == 200
    bind.http_signature_form = "base64"
    bind.save()
    encoded = base64.b64encode(digest.digest()).decode()
    assert post(client, bind, body, **{"X-Signature": encoded}).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]x", b'{"id":"a"}', b'{"state":"DELIVRD"}', b"\xff"])
def test_what_cannot_be_read_is_refused_with_a_reason(client, bind, body):
    response = post(client, bind, body)
    assert response.status_code == 400
    assert response.json()["detail"]


def test_too_much_is_refused_unread(client, bind):
    assert post(client, bind, b" " * (256 * 1024 + 1)).status_code == 413


def test_without_a_commit_there_is_no_200(client, bind, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(desk, "receipts_park", broken)
    client.raise_request_exception = False
    assert post(client, bind, {"id": "a", "state": "DELIVRD"}).status_code == 500
    assert not ParkedReceipt.objects.exists()


def test_a_reply_goes_the_way_of_all_replies(client, bind):
    make_sender(address="53849", receives_replies=True)
    reply = {"from": "+84912345678", "to": "53849", "text": "Dừng 👍"}
    assert post(client, bind, reply, "replies").status_code == 200
    inbound = InboundMessage.objects.get()
    assert (inbound.msisdn, inbound.destination, inbound.text) == (
        "84912345678",
        "53849",
        "Dừng 👍",
    )


def test_our_reference_gives_the_bits_that_a_lost_answer_is_found_by():
    message = Message(id="019a0000-0000-7000-8000-00000000beef")
    assert reference_of(f"{message.id}") == reference_of(f"{message.id}.2") == 0xBEEF
    assert reference_of("their-own") is None
    assert reference_of("") is None


def test_addresses_hold_a_secret_of_their_own(bind):
    other = make_bind(kind="http")
    assert len(bind.http_token) >= 32
    assert bind.http_token != other.http_token
    assert "http_token" not in {field.name for field in bind.history.model._meta.fields}
