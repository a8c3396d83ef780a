"""The inbound endpoint: what is signed is stored and acted on once; nothing else gets in."""

import json
import threading
from datetime import timedelta
from unittest.mock import patch
from urllib.request import Request, urlopen

import pytest
from django.db import connections
from django.test import Client

from campaigns.models import TriggerEvent, TriggerKey, TriggerSource
from campaigns.services.triggers.mappings import draft_activate, draft_save
from campaigns.services.triggers.receiving import event_receive, event_rerun, events_retry
from campaigns.services.triggers.sources import source_change, source_rotate
from campaigns.triggers.signatures import signature_make
from config.common import clock
from config.common.errors import ConflictError, NotAllowedError
from messaging.models import Message
from tests.campaigns.triggers.scene import BODY, Scene, spec
from tests.factories import make_account, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


def test_event_becomes_a_message(scene):
    scene.mapping(
        client_reference="$.id", metadata={"order": "$.order.number"}, dedupe="$.order.number"
    )
    answer = scene.post()
    assert answer.status_code == 202, answer.content
    body = answer.json()
    assert (body["result"], body["reason"], body["repeated"]) == ("sent", None, False)
    message = Message.objects.get(pk=body["messages"][0])
    assert message.text == "Order DH-1001 is paid."
    assert (message.msisdn, message.origin) == ("84981234567", "trigger")
    assert (message.client_reference, message.metadata) == ("evt-1", {"order": "DH-1001"})
    event = TriggerEvent.objects.get(pk=body["id"])
    assert json.loads(event.body) == BODY
    assert event.steps[0]["message"] == str(message.pk)


def test_what_is_stored_of_an_event_is_encrypted(scene):
    scene.post()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT body, headers FROM campaigns_triggerevent")
        ((body, _headers),) = cursor.fetchall()
    assert "0981" not in body
    assert body.startswith("gAAAA")


def test_same_event_acts_once(scene):
    scene.mapping()
    first, second = scene.post().json(), scene.post().json()
    assert second == first | {"repeated": True}
    assert Message.objects.count() == 1
    assert TriggerEvent.objects.get().repeats == 1


def test_same_event_acts_again_when_its_time_is_over(scene):
    scene.mapping()
    scene.post()
    with clock.freeze(clock.now() + timedelta(hours=169)):
        assert scene.post().json()["repeated"] is False
    assert Message.objects.count() == 2


def test_event_without_an_id_is_known_by_its_body(scene):
    scene.mapping()
    body = {name: value for name, value in BODY.items() if name != "id"}
    scene.post(body)
    assert scene.post(body).json()["repeated"] is True
    assert scene.post(body | {"note": "other"}).json()["repeated"] is False


def test_own_key_of_a_mapping_sends_once_however_often_it_is_told(scene):
    scene.mapping(dedupe="$.order.number")
    scene.post()
    answer = scene.post(BODY | {"id": "evt-2"}).json()
    assert (answer["result"], answer["reason"]) == ("unmatched", "sent_before")
    assert Message.objects.count() == 1


def test_own_key_is_free_again_where_the_message_was_not_accepted(scene):
    scene.mapping(dedupe="$.order.number")
    bad = json.loads(json.dumps(BODY))
    bad["order"]["customer"]["phone"] = "12"
    answer = scene.post(bad).json()
    assert (answer["result"], answer["messages"]) == ("failed", [])
    assert not TriggerKey.objects.exclude(mapping_id=0).exists()
    assert scene.post(BODY | {"id": "evt-2"}).json()["result"] == "sent"


def test_body_that_is_no_json_is_kept(scene):
    answer = scene.post(b'{"type": ')
    assert answer.status_code == 202
    assert (answer.json()["result"], answer.json()["reason"]) == ("unreadable", "not_json")
    assert TriggerEvent.objects.get().body == '{"type": '


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[]", "no_event_name"),
        (b'"text"', "not_an_object"),
        (b"\xff\xfe", "not_utf8"),
        (b"[" * 100_000, "too_deep"),
        (b'{"type": NaN}', "too_deep"),
        (b'{"type": "' + b"x" * 500 + b'"}', "no_mapping"),
        (b'{"type": "a\\u0000b\\ud83d"}', "no_mapping"),
        (b'{"type": {"deep": 1}}', "no_event_name"),
    ],
)
def test_anything_signed_is_stored_with_its_reason(scene, body, reason):
    # Standard Webhooks signs text; a scheme over octets takes what is none.
    source_change(
        source=scene.source, values={"signature": "hmac", "header": "X-Sig"}, actor=scene.actor
    )
    answer = scene.post(body)
    assert answer.status_code == 202
    assert answer.json()["reason"] == reason
    assert TriggerEvent.objects.get().reason == reason


def test_reasons_why_nothing_is_sent(scene):
    mapping = scene.mapping(condition={"path": "$.order.total", "operator": "less", "value": 10})
    assert scene.post().json()["reason"] == "condition_not_met"
    assert scene.post(BODY | {"id": "2", "type": "other"}).json()["reason"] == "no_mapping"
    mapping.is_enabled = False
    mapping.save()
    assert scene.post(BODY | {"id": "3"}).json()["reason"] == "mappings_off"
    source_change(source=scene.source, values={"is_enabled": False}, actor=scene.actor)
    assert scene.post(BODY | {"id": "4"}).json()["reason"] == "source_off"
    assert not Message.objects.exists()


def test_failed_event_is_run_again_after_the_mapping_is_right(scene):
    mapping = scene.mapping(number="$.customer.mobile")
    event_id = scene.post().json()["id"]
    event = TriggerEvent.objects.get(pk=event_id)
    assert (event.result, event.reason) == ("failed", "value_missing")
    draft_save(mapping=mapping, spec=spec(), actor=scene.actor)
    draft_activate(mapping=mapping, actor=scene.actor)
    again = event_rerun(event=event, actor=scene.actor)
    assert (again.result, again.runs) == ("sent", 2)
    twice = event_rerun(event=again, actor=scene.actor)
    assert (twice.result, Message.objects.count()) == ("sent", 1)


def test_stranger_cannot_run_an_event_again(scene):
    scene.post()
    stranger = make_member("integrator", make_account())
    with pytest.raises(NotAllowedError):
        event_rerun(event=TriggerEvent.objects.get(), actor=stranger)


def test_event_without_its_body_is_not_run_again(scene):
    scene.post()
    event = TriggerEvent.objects.get()
    TriggerEvent.objects.update(body="", body_until=None)
    with pytest.raises(ConflictError):
        event_rerun(event=event, actor=scene.actor)


def test_fault_of_ours_loses_nothing_and_is_repaired_by_itself(scene):
    scene.mapping()
    with patch(
        "campaigns.services.triggers.running.messages_submit", side_effect=RuntimeError("broken")
    ):
        answer = scene.post().json()
    assert (answer["result"], answer["reason"]) == ("failed", "internal_error")
    assert scene.post().json()["repeated"] is True
    assert events_retry() == 0
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        assert events_retry() == 1
    assert TriggerEvent.objects.get().result == "sent"
    assert Message.objects.count() == 1


def test_unknown_key(scene):
    answer = Client().post("/api/v1/triggers/tr_nothing", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_trigger")


def test_refused_requests_are_not_stored_but_told(scene):
    scene.mapping()
    answer = scene.post(secret="whsec_" + "QUJD" * 10)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_wrong")
    assert answer["Content-Type"] == "application/problem+json"
    assert "WWW-Authenticate" in answer
    source = TriggerSource.objects.get(pk=scene.source.pk)
    assert source.refused_code == "signature_wrong"
    late = scene.post(at=clock.now() - timedelta(seconds=400))
    assert late.json()["code"] == "timestamp_old"
    assert not TriggerEvent.objects.exists()
    assert not Message.objects.exists()


def test_address_that_is_not_allowed(scene):
    source_change(
        source=scene.source, values={"allowed_addresses": ["203.0.113.0/24"]}, actor=scene.actor
    )
    answer = scene.post()
    assert (answer.status_code, answer.json()["code"]) == (403, "address_not_allowed")
    source_change(
        source=scene.source, values={"allowed_addresses": ["127.0.0.1"]}, actor=scene.actor
    )
    assert scene.post().status_code == 202


def test_body_that_is_too_large(scene):
    answer = scene.post(b'{"a": "' + b"x" * 262_144 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_old_secret_is_good_for_a_day(scene):
    old = scene.source.secret
    new = source_rotate(source=scene.source, actor=scene.actor).secret
    assert old != new
    assert scene.post(secret=old).status_code == 202
    assert scene.post(BODY | {"id": "2"}, secret=new).status_code == 202
    with clock.freeze(clock.now() + timedelta(hours=25)):
        assert scene.post(BODY | {"id": "3"}, secret=old).status_code == 401


def test_few_statements_per_event(scene, django_assert_max_num_queries):
    scene.mapping()
    scene.post()
    with django_assert_max_num_queries(20):
        assert scene.post(BODY | {"id": "2"}).json()["result"] == "sent"


@pytest.mark.django_db(transaction=True)
def test_parallel_duplicates_act_once():
    scene = Scene()
    scene.mapping()
    raw = json.dumps(BODY).encode()
    headers = signature_make(
        scene.source.scheme, scene.source.secret, raw, at=clock.now(), message_id="m"
    )
    barrier, answers = threading.Barrier(6), []

    def post() -> None:
        try:
            barrier.wait(10)
            answers.append(
                event_receive(key=scene.source.key, headers=headers, body=raw, address="127.0.0.1")
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert [one.is_repeat for one in answers].count(False) == 1
    assert len({one.event_id for one in answers}) == 1
    assert len({one.messages for one in answers}) == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_events_with_one_key_send_once_over_http(live_server):
    scene = Scene()
    scene.mapping(dedupe="$.order.number")
    barrier, answers = threading.Barrier(6), []

    def post(number: int) -> None:
        raw = json.dumps(BODY | {"id": f"evt-{number}"}).encode()
        headers = signature_make(
            scene.source.scheme, scene.source.secret, raw, at=clock.now(), message_id="m"
        )
        request = Request(
            f"{live_server.url}{scene.source.address}",
            raw,
            headers | {"Content-Type": "application/json"},
        )
        barrier.wait(10)
        with urlopen(request, timeout=60) as answer:
            answers.append((answer.status, json.load(answer)))

    threads = [threading.Thread(target=post, args=(number,)) for number in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert [status for status, _body in answers] == [202] * 6
    results = sorted((body["result"], body["reason"] or "") for _status, body in answers)
    assert results == [("sent", "")] + [("unmatched", "sent_before")] * 5
    assert Message.objects.count() == 1
