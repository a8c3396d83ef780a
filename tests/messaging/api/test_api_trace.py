"""A message's whole way by time: for its account without names, for operators with them."""

from datetime import timedelta

import pytest

from config.common import clock
from messaging.constants import MessageStatus
from messaging.models import Event, WebhookDelivery
from tests.factories import make_carrier, make_message, make_route, make_webhook
from tests.messaging.api.conftest import Caller
from tests.messaging.test_admin_trace import make_segment, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(world):
    """Delivered over the second of two routes, and told to a webhook that failed once."""
    direct = make_route(make_carrier(name="Alpha"), name="Direct")
    reserve = make_route(make_carrier(name="Beta"), name="Reserve")
    terms = {str(direct.pk): {"out": "unavailable"}, str(reserve.pk): {"share": 0.6, "heat": 0.6}}
    made = make_message(
        world.account,
        status=MessageStatus.SENT,
        sent_at=clock.now(),
        decision={"configuration": 7, "route": reserve.pk, "rules": "VN 1", "terms": terms},
    )
    make_segment(made, 1, total=1, status="delivered", done_at=clock.now() + timedelta(seconds=1))
    settle(made, "delivered")
    event = Event.objects.get(account=made.account, message_id=made.pk)
    attempts = [
        {"at": clock.now().isoformat(), "status": 503, "ms": 40},
        {"at": (clock.now() + timedelta(seconds=5)).isoformat(), "status": 200, "ms": 12},
    ]
    WebhookDelivery.objects.create(
        endpoint=make_webhook(world.account),
        event_id=event.pk,
        sequence=event.sequence,
        type=event.type,
        status="delivered",
        attempts=2,
        log=attempts,
    )
    return made


def _steps(answer, kind):
    assert answer.status_code == 200, answer.content
    return [one["detail"] for one in answer.json()["steps"] if one["kind"] == kind]


def test_steps_are_in_the_order_of_time_and_name_every_gate(api, message):
    answer = api.get(f"/messages/{message.pk}/trace")
    steps = answer.json()["steps"]
    assert [one["at"] for one in steps] == sorted(one["at"] for one in steps)
    assert {one["kind"] for one in steps} == {
        "accepted", "rules", "route", "submit_sm", "deliver_sm", "event", "webhook", "ended",
    }  # fmt: skip
    assert _steps(answer, "deliver_sm") == [{"segment": 1, "segments": 1, "status": "delivered"}]


def test_every_attempt_of_a_webhook_is_a_step(api, message):
    attempts = _steps(api.get(f"/messages/{message.pk}/trace"), "webhook")
    assert [(one["attempt"], one["http_status"]) for one in attempts] == [(1, 503), (2, 200)]


def test_an_account_sees_routes_without_names(api, message):
    (step,) = _steps(api.get(f"/messages/{message.pk}/trace"), "route")
    assert step == {
        "candidates": [
            {"number": 1, "is_chosen": True, "share": 0.6},
            {"number": 2, "is_chosen": False, "left_out_for": "unavailable"},
        ]
    }


def test_an_operator_sees_carriers_and_terms_but_no_text(message, world):
    operator = Caller(None, ("operations:read",), world.ada)
    answer = operator.get(f"/operations/messages/{message.pk}/trace")
    (step,) = _steps(answer, "route")
    assert step["route"] == "Reserve"
    assert [one["carrier"] for one in step["candidates"]] == ["Beta", "Alpha"]
    assert step["candidates"][0]["terms"] == {"heat": 0.6}
    assert _steps(answer, "submit_sm")[0]["smsc_message_id"] == "ABC1"
    assert message.text not in answer.content.decode()
    assert message.msisdn not in answer.content.decode()


def test_an_account_key_is_no_operator(api, stranger, message):
    assert api.get(f"/operations/messages/{message.pk}/trace").status_code == 403
    assert stranger.get(f"/messages/{message.pk}/trace").status_code == 404


def test_what_waits_says_for_what(api, world):
    waiting = make_message(world.account, decision={"rules": "VN 1", "findings": []})
    steps = api.get(f"/messages/{waiting.pk}/trace").json()["steps"]
    assert [one["kind"] for one in steps] == ["accepted", "rules"]
