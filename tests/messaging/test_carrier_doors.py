"""Webhooks of carriers over HTTP: who may, what is committed before the 200, what is parked."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from carriers.models import Bind, SessionEvent
from carriers.selectors.http_configs import webhook_token
from config.common import clock
from messaging.models import InboundMessage, InboundPart, Message, ParkedReceipt
from messaging.pump import desk
from messaging.pump.desk import reference_of, reply_id
from tests.factories import make_bind, make_carrier, make_sender
from tests.messaging.hot import events, make_line, make_segment, state
from tests.messaging.threads import in_threads

MAP = {"id": "id", "status": "state", "error": "err", "to": "to", "reference": "ref"}
REPLIES = {"from": "from", "to": "to", "text": "text"}
NAMED = REPLIES | {"items": "mo", "id": "id", "reference": "ref", "total": "of", "number": "part"}
OK = {"from": "84912345678", "to": "53849", "text": "OK"}

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


@pytest.fixture
def named(bind):
    """A carrier that gives each reply an id."""
    bind.http_reply_map = NAMED
    bind.save()
    make_sender(address="53849", receives_replies=True)
    return bind


def said(client, bind, *replies):
    assert post(client, bind, {"mo": list(replies)}, "replies").json() == {"taken": len(replies)}


def test_reply_that_is_posted_again_under_its_id_is_counted_and_left(client, named):
    """Whenever it comes, in whatever company, and on another bind of the carrier's too."""
    said(client, named, OK | {"id": "a"})
    InboundPart.objects.update(received_at=clock.now() - timedelta(hours=30))
    said(
        client,
        named,
        OK | {"id": "b", "text": "Hi"},
        OK | {"id": "a"},
        OK | {"id": "b", "text": "Hi"},
    )
    other = make_bind(named.carrier, kind="http", http_reply_map=NAMED)
    said(client, other, OK | {"id": "a"})
    assert sorted(InboundMessage.objects.values_list("text", flat=True)) == ["Hi", "OK"]
    assert dict(InboundPart.objects.values_list("smsc_message_id", "repeats")) == {"a": 2, "b": 1}


def test_person_who_says_the_same_again_has_another_id_and_is_heard(client, named):
    said(client, named, OK | {"id": "a"}, OK | {"id": "b"})
    said(client, named, OK | {"id": "c"})
    assert InboundMessage.objects.count() == 3


def test_id_that_another_reply_or_another_carrier_uses_again_drops_nothing(client, named):
    said(client, named, OK | {"id": "1"})
    said(client, named, OK | {"id": "1", "text": "No"}, OK | {"id": "1", "from": "84912345679"})
    other = make_bind(make_carrier(), kind="http", http_reply_map=NAMED)
    said(client, other, OK | {"id": "1"})
    assert InboundMessage.objects.count() == 4


@pytest.mark.parametrize("ids", [("m", "m"), ("m1", "m2")])
def test_parts_under_one_id_or_their_own_make_one_text_however_often_posted(client, named, ids):
    first, second = (
        OK | {"id": one, "ref": 7, "of": 2, "part": place, "text": f"part {place} "}
        for place, one in enumerate(ids, 1)
    )
    said(client, named, first, first)
    said(client, named, second)
    said(client, named, first, second)
    assert InboundMessage.objects.get().text == "part 1 part 2 "
    assert InboundPart.objects.count() == 2


def test_long_text_that_is_said_again_with_other_ids_is_heard_again(client, named):
    for turn in "ab":
        parts = [OK | {"id": f"{turn}{n}", "ref": 7, "of": 2, "part": n} for n in (1, 2)]
        said(client, named, *parts)
    assert InboundMessage.objects.count() == 2


def test_many_posts_of_one_reply_at_once_are_one_reply(client, named):
    in_threads(4, lambda _number: said(Client(), named, OK | {"id": "a"}))
    assert InboundMessage.objects.count() == 1
    assert InboundPart.objects.get().repeats == 3


def test_without_ids_nobody_is_silenced_by_what_happens_to_sessions(client, bind):
    """The sessions of a bind over HTTP send messages: a lost one says nothing of replies."""
    make_sender(address="53849", receives_replies=True)
    post(client, bind, OK, "replies")
    InboundPart.objects.update(received_at=clock.now() - timedelta(seconds=10))
    SessionEvent.objects.create(bind=bind, state="connection_lost", at=clock.now())
    post(client, bind, OK, "replies")
    assert InboundMessage.objects.count() == 2


@pytest.mark.parametrize(("time", "replies"), [("10:00:01", 1), ("10:00:09", 2)])
def test_without_ids_only_the_same_post_again_before_an_answer_is_dropped(
    client, bind, time, replies
):
    make_sender(address="53849", receives_replies=True)
    post(client, bind, OK | {"time": "10:00:01"}, "replies")
    now = clock.now()
    InboundPart.objects.update(
        received_at=now - timedelta(seconds=10), stored_at=now + timedelta(seconds=10)
    )
    post(client, bind, OK | {"time": time}, "replies")
    assert InboundMessage.objects.count() == replies


def test_ids_that_no_column_takes_stay_different():
    long = "x" * 80
    assert reply_id("a7") == "a7"
    assert len({reply_id(one) for one in (long + "1", long + "2", "a\0", "a")}) == 4
    assert all(len(reply_id(one)) <= 65 for one in (long, "a\0"))


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
