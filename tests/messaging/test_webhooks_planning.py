"""From the event log to deliveries."""

import pytest
from django.db import connection

from config.common import clock, queue
from messaging.models import EventCounter, WebhookDelivery, WebhookEndpoint
from messaging.services import webhook_planning
from messaging.services.events import event_append
from messaging.services.webhook_planning import (
    PLAN,
    deliveries_plan,
    deliveries_schedule,
    webhooks_wake,
)
from tests.factories import make_webhook

pytestmark = pytest.mark.django_db


def append(account, count=1, event_type="message.sent"):
    with connection.cursor() as cursor:
        return [
            event_append(
                cursor, account_id=account.pk, event_type=event_type, at=clock.now(), data={"n": n}
            )
            for n in range(count)
        ]


def planned(account):
    found = WebhookDelivery.objects.filter(endpoint__account=account).order_by("sequence")
    return [delivery.sequence for delivery in found]


def test_every_new_event_gets_one_delivery(world):
    make_webhook(world.account)
    make_webhook(world.other_account)
    numbers = append(world.account, 3)
    append(world.other_account, 1)
    assert deliveries_plan() == 4
    assert planned(world.account) == numbers
    assert deliveries_plan() == 0
    assert WebhookDelivery.objects.filter(status="pending", attempts=0).count() == 4


def test_events_before_the_position_are_left_out(world):
    numbers = append(world.account, 4)
    make_webhook(world.account, position=numbers[1])
    deliveries_plan()
    assert planned(world.account) == numbers[2:]


def test_only_wanted_types_are_delivered_and_the_position_moves_on(world):
    endpoint = make_webhook(world.account, event_types=["message.delivered"])
    append(world.account, 2)
    wanted = append(world.account, 1, "message.delivered")
    last = append(world.account, 2)[-1]
    assert deliveries_plan() == 1
    assert planned(world.account) == wanted
    endpoint.refresh_from_db()
    assert endpoint.position == last


def test_disabled_endpoint_keeps_its_place(world):
    endpoint = make_webhook(world.account, is_enabled=False)
    numbers = append(world.account, 2)
    assert deliveries_plan() == 0
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_enabled=True)
    deliveries_plan()
    assert planned(world.account) == numbers


def test_batches_follow_one_another(world, monkeypatch):
    monkeypatch.setattr(webhook_planning, "BATCH", 2)
    make_webhook(world.account)
    numbers = append(world.account, 5)
    assert deliveries_plan() == 5
    assert planned(world.account) == numbers


def test_full_backlog_waits_in_the_event_log(world, monkeypatch):
    monkeypatch.setattr(webhook_planning, "BATCH", 2)
    monkeypatch.setattr(webhook_planning, "BACKLOG", 3)
    make_webhook(world.account)
    numbers = append(world.account, 9)
    assert deliveries_plan() == 4
    WebhookDelivery.objects.update(status="delivered")
    assert deliveries_plan() == 4
    WebhookDelivery.objects.update(status="delivered")
    assert deliveries_plan() == 1
    assert planned(world.account) == numbers


def test_events_that_retention_took_do_not_stop_the_planning(world):
    endpoint = make_webhook(world.account)
    last = append(world.account, 2)[-1]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_event WHERE account_id = %s", [world.account.pk])
    assert deliveries_plan() == 0
    endpoint.refresh_from_db()
    assert endpoint.position == last


def test_planning_costs_queries_by_batch_not_by_event(world, django_assert_num_queries):
    make_webhook(world.account)
    append(world.account, 200)
    with django_assert_num_queries(5):  # behind, savepoint, lock, plan, release
        assert deliveries_plan() == 200


def test_deliverer_is_called_only_when_something_is_due(world, published):
    make_webhook(world.account)
    assert deliveries_schedule() == {"planned": 0, "due": 0}
    append(world.account)
    assert deliveries_schedule() == {"planned": 1, "due": 1}
    WebhookDelivery.objects.update(next_attempt_at=clock.now() + clock.now().resolution * 10**8)
    assert deliveries_schedule() == {"planned": 0, "due": 0}
    assert published == [("messaging.tasks.deliver_webhooks", ())]


def test_wake_ups_are_few(published, monkeypatch):
    monkeypatch.setattr(webhook_planning._Wake, "not_before", 0.0)
    for _ in range(100):
        webhooks_wake()
    assert published == [(PLAN, ())]


def test_wake_up_rests_while_the_broker_is_away(monkeypatch):
    monkeypatch.setattr(webhook_planning._Wake, "not_before", 0.0)
    moments = iter([100.0, 100.0, 101.0, 105.1])
    monkeypatch.setattr(webhook_planning.time, "monotonic", lambda: next(moments))
    sent = []
    monkeypatch.setattr(queue, "send", lambda name: sent.append(name) or len(sent) > 1)
    for _ in range(3):
        webhooks_wake()
    assert len(sent) == 2


def test_counter_without_endpoint_is_no_work(world):
    EventCounter.objects.filter(account=world.account).update(last=100)
    assert deliveries_plan() == 0
