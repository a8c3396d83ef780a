"""Operators hear of trouble outside the console, once, and without gaps."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from config.common import clock
from messaging.services import alerts
from messaging.services.alerts import alerts_mail, platform_events_post
from messaging.webhooks.client import Answer
from messaging.webhooks.signing import secret_make
from routing.models import PlatformEvent
from routing.services.platform_events import platform_event_append
from tests.factories import make_carrier

pytestmark = pytest.mark.django_db


def _hot(key: str = "1", **data: Any) -> None:
    platform_event_append(
        "carrier.hot", at=clock.now(), key=key, carrier_id=make_carrier(name=f"Tel {key}").pk,
        data={"class": "otp", "reasons": {"slow": 30}} | data,
    )  # fmt: skip


def test_alerts_of_the_same_moment_are_one_mail(settings: Any) -> None:
    settings.ALERT_RECIPIENTS = ["noc@example.com"]
    _hot("1")
    _hot("2")
    assert alerts_mail() == 2
    (message,) = mail.outbox
    assert "Tel 1 and 1 more" in message.subject
    assert "30 answered slowly" in message.body
    assert alerts_mail() == 0


def test_what_is_no_alert_is_not_mailed(settings: Any) -> None:
    settings.ALERT_RECIPIENTS = ["noc@example.com"]
    platform_event_append("carrier.cool", at=clock.now(), key="1")
    assert alerts_mail() == 0


def test_old_alerts_are_not_mailed_any_more(settings: Any) -> None:
    settings.ALERT_RECIPIENTS = ["noc@example.com"]
    _hot()
    with clock.freeze(clock.now() + timedelta(hours=2)):
        assert alerts_mail() == 0


def test_one_thing_is_told_once() -> None:
    _hot("same")
    assert platform_event_append("carrier.hot", at=clock.now(), key="same") is None
    assert PlatformEvent.objects.count() == 1


def test_the_stream_is_posted_in_order_and_stops_at_a_refusal(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALERT_WEBHOOK_URL = "https://example.com/hook"
    settings.ALERT_WEBHOOK_SECRET = secret_make()
    taken: list[dict[str, Any]] = []
    answers = [Answer(200), Answer(500), Answer(200), Answer(200)]

    def post(_url: str, body: str, headers: dict[str, str], **_more: Any) -> Answer:
        taken.append(json.loads(body) | {"signed": headers["webhook-signature"]})
        return answers.pop(0)

    monkeypatch.setattr(alerts, "post", post)
    for key in ("1", "2", "3"):
        _hot(key)
    assert platform_events_post() == 1
    assert platform_events_post() == 2
    assert [one["sequence"] for one in taken] == [1, 2, 2, 3]
    assert all(one["signed"].startswith("v1,") for one in taken)
