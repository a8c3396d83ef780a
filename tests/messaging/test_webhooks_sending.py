"""Deliveries against a real receiver: retries, rests, crashes, fairness."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from standardwebhooks import Webhook

from compliance.models import AuditEntry
from config.common import clock
from config.common.database import connect
from messaging.models import Event, WebhookDelivery, WebhookEndpoint
from messaging.services import webhook_sending
from messaging.services.locks import DELIVERER
from messaging.services.webhook_claims import LEASE, PER_ENDPOINT, deliveries_claim
from messaging.services.webhook_planning import deliveries_plan
from messaging.services.webhook_replays import Choice, deliveries_replay
from messaging.services.webhook_results import Result, results_settle
from messaging.services.webhook_sending import deliveries_send
from messaging.services.webhook_upkeep import deliveries_purge
from messaging.services.webhooks import webhook_rotate
from messaging.webhooks import client, schedule
from messaging.webhooks.client import Answer
from tests.factories import make_webhook
from tests.messaging.test_webhooks_planning import append
from tests.messaging.threads import in_threads
from tests.messaging.webhook_receiver import receiving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _exact(settings, monkeypatch):
    """Loopback is allowed, retries come without jitter, connections are this test's own."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    monkeypatch.setattr(webhook_sending.random, "random", lambda: 0.0)
    client._pools.cache_clear()


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def plan(world, receiver, count=1):
    """An endpoint at the receiver with `count` deliveries due."""
    endpoint = make_webhook(world.account, url=receiver.url)
    append(world.account, count)
    deliveries_plan()
    return endpoint


def sequences(receiver):
    return sorted(json.loads(body)["sequence"] for body in receiver.bodies())


def test_stored_text_is_posted_to_the_byte_and_signed(world, receiver):
    endpoint = plan(world, receiver)
    assert deliveries_send() == {"delivered": 1}
    headers, body = receiver.requests[0]
    event = Event.objects.get()
    assert body == event.body
    assert headers["webhook-id"] == str(event.pk)
    Webhook(endpoint.secret).verify(body, headers)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.last_status) == ("delivered", 1, 204)
    assert delivery.next_attempt_at is None
    assert delivery.delivered_at is not None


def test_every_event_is_posted_once(world, receiver):
    plan(world, receiver, 120)
    assert deliveries_send()["delivered"] == 120
    assert sequences(receiver) == list(range(1, 121))
    assert deliveries_send() == {}


def test_both_secrets_sign_for_a_day_after_a_rotation(world, receiver):
    endpoint = plan(world, receiver, 2)
    old = endpoint.secret
    WebhookDelivery.objects.filter(sequence=2).update(
        next_attempt_at=clock.now() + timedelta(hours=25)
    )
    new = webhook_rotate(account=world.account, endpoint_id=endpoint.pk).secret
    deliveries_send()
    headers, body = receiver.requests[0]
    for secret in (new, old):
        Webhook(secret).verify(body, headers)
    with clock.freeze(clock.now() + timedelta(hours=25)):
        deliveries_send()
    assert len(receiver.requests[1][0]["webhook-signature"].split()) == 1


def test_attempts_follow_the_schedule_and_end_with_it(world, receiver):
    receiver.status = 500
    endpoint = plan(world, receiver)
    moment = clock.now()
    for number, wait in enumerate(schedule.WAITS):
        moment += wait
        if number:
            with clock.freeze(moment - timedelta(seconds=1)):
                assert deliveries_send() == {}
        WebhookEndpoint.objects.update(failing_since=None, paused_until=None)
        with clock.freeze(moment):
            assert deliveries_send() == {"failed": 1}
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("failed", 10)
    assert (delivery.last_status, delivery.last_error) == (500, "http_500")
    assert len({headers["webhook-id"] for headers, _body in receiver.requests}) == 1
    endpoint.refresh_from_db()
    assert endpoint.is_enabled


def test_failed_delivery_succeeds_later(world, receiver):
    receiver.answers.append((500, {}))
    plan(world, receiver)
    deliveries_send()
    assert WebhookEndpoint.objects.get().failing_since is not None
    with clock.freeze(clock.now() + timedelta(seconds=6)):
        assert deliveries_send() == {"delivered": 1}
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.failing_since, endpoint.paused_until) == (None, None)


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
def test_whatever_is_not_2xx_is_tried_again(world, receiver, status):
    receiver.status = status
    plan(world, receiver)
    deliveries_send()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.last_status) == ("pending", status)
    assert len(receiver.requests) == 1


def test_retry_after_holds_for_the_delivery_and_the_endpoint(world, receiver):
    receiver.answers.append((429, {"retry-after": "600"}))
    with clock.freeze(clock.now()) as now:
        plan(world, receiver)
        deliveries_send()
    assert WebhookDelivery.objects.get().next_attempt_at == now + timedelta(minutes=10)
    assert WebhookEndpoint.objects.get().paused_until == now + timedelta(minutes=10)
    append(world.account)
    with clock.freeze(now + timedelta(minutes=9)):
        deliveries_plan()
        assert deliveries_send() == {}
    with clock.freeze(now + timedelta(minutes=10)):
        assert deliveries_send()["delivered"] == 2


def test_gone_disables_the_endpoint_and_says_why(world, receiver):
    receiver.status = 410
    plan(world, receiver, 1)
    deliveries_send()
    endpoint = WebhookEndpoint.objects.get()
    assert not endpoint.is_enabled
    assert "410" in endpoint.disabled_reason
    assert WebhookDelivery.objects.get().status == "failed"
    assert AuditEntry.objects.filter(action="webhook.disabled").count() == 1
    assert endpoint.history.filter(is_enabled=False).count() == 1


def test_three_days_of_failure_disable_the_endpoint_and_lose_nothing(world, receiver):
    receiver.status = 500
    plan(world, receiver, 3)
    deliveries_send()
    with clock.freeze(clock.now() + timedelta(days=3)):
        deliveries_send()
    endpoint = WebhookEndpoint.objects.get()
    assert not endpoint.is_enabled
    assert endpoint.disabled_reason
    assert WebhookDelivery.objects.filter(status="pending").count() == 3


def test_failing_receiver_gets_one_probe_at_a_time(world, receiver):
    receiver.status = 500
    plan(world, receiver, 40)
    moment = clock.now()
    deliveries_send()
    before = len(receiver.requests)
    assert before <= PER_ENDPOINT
    with clock.freeze(moment + timedelta(minutes=10)):
        deliveries_send()
    assert len(receiver.requests) == before + 1


def test_dead_receiver_does_not_stop_another(world, receiver):
    dead = make_webhook(world.other_account, url="http://127.0.0.1:1/")
    append(world.other_account, 5)
    plan(world, receiver, 5)
    counts = deliveries_send()
    assert counts["delivered"] == 5
    failed = WebhookDelivery.objects.filter(endpoint=dead)
    assert {one.last_error for one in failed} <= {"connection_failed", ""}
    assert {one.status for one in failed} == {"pending"}


def test_poisoned_delivery_does_not_stop_the_others(world, receiver, monkeypatch):
    plan(world, receiver, 3)
    post = client.post

    def poisoned(url, body, headers, **options):
        if json.loads(body)["sequence"] == 2:
            raise RuntimeError("bug")
        return post(url, body, headers, **options)

    monkeypatch.setattr(client, "post", poisoned)
    assert deliveries_send() == {"delivered": 2, "failed": 1}
    bad = WebhookDelivery.objects.get(status="pending")
    assert (bad.sequence, bad.last_error) == (2, "internal_error")


def test_claim_of_a_dead_worker_falls_due_again(world, receiver):
    plan(world, receiver)
    now = clock.now()
    WebhookDelivery.objects.update(next_attempt_at=now + LEASE)  # as the claim leaves it
    assert deliveries_send() == {}
    with clock.freeze(now + LEASE):
        assert deliveries_send() == {"delivered": 1}


def test_late_result_of_a_lost_claim_changes_nothing_unless_it_is_a_success(world, receiver):
    endpoint = plan(world, receiver)
    delivery = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(attempts=3)
    result = Result(delivery.pk, endpoint.pk, 2, Answer(500))
    results_settle([result])
    assert WebhookDelivery.objects.get().attempts == 3
    results_settle([Result(delivery.pk, endpoint.pk, 2, Answer(200))])
    assert WebhookDelivery.objects.get().status == "delivered"


def test_event_that_retention_took_is_given_up(world, receiver):
    plan(world, receiver)
    Event.objects.all().delete()
    assert deliveries_send() == {"lost": 1}
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.last_error) == ("failed", "event_gone")
    assert WebhookEndpoint.objects.get().failing_since is None


def test_unreadable_secret_stops_only_its_own_endpoint(world, receiver):
    bad = make_webhook(world.other_account, url=receiver.url)
    append(world.other_account)
    plan(world, receiver, 2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_webhookendpoint SET secret = 'x' WHERE id = %s", [bad.pk])
    assert deliveries_send() == {"delivered": 2, "lost": 1}
    delivery = WebhookDelivery.objects.get(status="pending")
    assert (delivery.endpoint_id, delivery.last_error) == (bad.pk, "secret_unreadable")


def test_disabled_endpoint_gets_nothing(world, receiver):
    plan(world, receiver)
    WebhookEndpoint.objects.update(is_enabled=False)
    assert deliveries_send() == {}
    assert not receiver.requests


def test_replay_delivers_again(world, receiver):
    endpoint = plan(world, receiver)
    deliveries_send()
    chosen = {
        "account": world.account,
        "endpoint_id": endpoint.pk,
        "choice": Choice(event_ids=[Event.objects.get().pk]),
    }
    assert deliveries_replay(**chosen).replayed == 1
    assert deliveries_replay(**chosen).waiting == 1  # it is due already
    deliveries_send()
    assert len(receiver.requests) == 2


def test_only_so_many_workers_deliver_at_a_time(world, receiver):
    plan(world, receiver)
    with connect("test") as other:
        for slot in range(webhook_sending.DELIVERERS):
            other.execute("SELECT pg_advisory_lock(%s, %s)", [DELIVERER, slot])
        assert deliveries_send() == {"busy": 1}
        other.execute("SELECT pg_advisory_unlock_all()")  # a backend ends when it gets to it
    assert deliveries_send() == {"delivered": 1}


def test_settled_deliveries_of_old_events_are_forgotten(world, receiver):
    plan(world, receiver, 2)
    WebhookDelivery.objects.filter(sequence=1).update(status="delivered")
    assert deliveries_purge() == 0
    with clock.freeze(clock.now() + timedelta(days=31)):
        assert deliveries_purge() == 1
    assert WebhookDelivery.objects.get().sequence == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_post_each_event_once(world, receiver):
    make_webhook(world.account, url=receiver.url)
    append(world.account, 200)
    counts = in_threads(2, lambda _: (deliveries_plan(), deliveries_send()))
    deliveries_send()
    assert not WebhookDelivery.objects.exclude(last_error="").values_list("last_error")
    assert sequences(receiver) == list(range(1, 201))
    assert sum(planned for planned, _sent in counts) == 200


def test_no_endpoint_takes_every_thread(world):
    ids = [make_webhook(account).pk for account in (world.account, world.other_account)]
    for account in (world.account, world.other_account):
        append(account, 100)
    deliveries_plan()
    shares = Counter(claimed.endpoint_id for claimed in deliveries_claim(32, Counter()))
    assert [shares[endpoint] for endpoint in ids] == [16, 16]
    late = deliveries_claim(8, Counter({ids[0]: 14}))
    assert Counter(claimed.endpoint_id for claimed in late) == {ids[0]: 2, ids[1]: 4}
