"""Endpoints side by side against real receivers: order, filters, log, health, certificates."""

import json
import ssl
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection

from config.common import clock
from messaging.models import Event, WebhookDelivery, WebhookHealth
from messaging.selectors.webhooks import webhooks_health
from messaging.services import webhook_sending
from messaging.services.events import event_append
from messaging.services.webhook_planning import deliveries_plan
from messaging.services.webhook_sending import deliveries_send
from messaging.services.webhook_upkeep import certificates_warn, deliveries_purge
from messaging.webhooks import attempts, client, durations
from tests.factories import make_webhook
from tests.messaging.api.conftest import Caller
from tests.messaging.api.test_api_webhooks import pem
from tests.messaging.threads import in_threads
from tests.messaging.webhook_receiver import receiving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _exact(settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    monkeypatch.setattr(webhook_sending.random, "random", lambda: 0.0)
    client._pools.cache_clear()


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def api(world):
    return Caller(world.account)


def append(account, event_type="inbound.received", **data):
    with connection.cursor() as cursor:
        return event_append(
            cursor, account_id=account.pk, event_type=event_type, at=clock.now(), data=data
        )


def sent(receiver):
    return [json.loads(body)["sequence"] for body in receiver.bodies()]


# Order


def test_ordered_endpoint_gets_events_of_a_number_one_after_the_other(world, receiver):
    make_webhook(world.account, url=receiver.url, is_ordered=True)
    for turn in range(30):
        append(world.account, **{"from": f"+8498123456{turn % 3}"})
    deliveries_plan()
    assert deliveries_send()["delivered"] == 30
    for number in range(3):
        of_number = [one for one in sent(receiver) if (one - 1) % 3 == number]
        assert of_number == sorted(of_number)
        assert len(of_number) == 10


def test_failed_event_holds_back_its_number_and_no_other(world, receiver):
    receiver.answers.append((500, {}))
    make_webhook(world.account, url=receiver.url, is_ordered=True)
    append(world.account, "message.sent", to="+84981234567")
    now = clock.now()
    with clock.freeze(now):
        deliveries_plan()
        deliveries_send()
        append(world.account, "message.delivered", to="+84981234567")
        append(world.account, **{"from": "+84900000000"})
        deliveries_plan()
    with clock.freeze(now + timedelta(seconds=4)):
        deliveries_send()  # the first is not due yet
    assert sent(receiver) == [1, 3]
    with clock.freeze(now + timedelta(seconds=30)):
        deliveries_send()
    assert sent(receiver) == [1, 3, 1, 2]


def test_given_up_event_lets_the_next_one_go(world, receiver):
    make_webhook(world.account, url=receiver.url, is_ordered=True)
    for _ in range(2):
        append(world.account, "message.sent", to="+84981234567")
    deliveries_plan()
    WebhookDelivery.objects.filter(sequence=1).update(status="failed")
    deliveries_send()
    assert sent(receiver) == [2]


def test_unordered_endpoint_waits_for_nothing(world, receiver):
    make_webhook(world.account, url=receiver.url)
    for _ in range(2):
        append(world.account, "message.sent", to="+84981234567")
    deliveries_plan()
    WebhookDelivery.objects.filter(sequence=1).update(
        next_attempt_at=clock.now() + timedelta(hours=1)
    )
    deliveries_send()
    assert sent(receiver) == [2]
    assert set(WebhookDelivery.objects.values_list("order_key", flat=True)) == {None}


# Filters


def test_senders_choose_what_they_sent_and_received(world):
    make_webhook(world.account, senders=["53849", "MAI Fashion"])
    append(world.account, "message.sent", **{"from": "53849", "to": "+84981234567"})
    append(world.account, "message.sent", **{"from": "mai fashion", "to": "+84981234567"})
    append(world.account, "message.sent", **{"from": "+53850", "to": "+84981234567"})
    append(world.account, **{"from": "+84981234567", "to": "53849"})
    append(world.account, **{"from": "53849", "to": "53850"})
    append(world.account, "conversation.opened", sender="53849")
    append(world.account, "campaign.completed", id=7)
    deliveries_plan()
    found = WebhookDelivery.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(found) == [1, 2, 4, 6]


# What is kept of attempts


def test_log_keeps_request_and_answer_without_secrets(api, world, receiver):
    receiver.answers.append((500, {"set-cookie": "session=hush", "x-reason": "locked"}))
    endpoint = make_webhook(world.account, url=f"{receiver.url}?token=hush")
    append(world.account, text="Chào")
    event = Event.objects.get()
    deliveries_plan()
    deliveries_send()
    with clock.freeze(clock.now() + timedelta(seconds=30)):
        deliveries_send()
    shown = api.get(f"/webhooks/{endpoint.pk}/deliveries/{event.pk}")
    assert "hush" not in shown.content.decode()
    body = shown.json()
    assert body["body"] == event.body == receiver.bodies()[0]
    first, second = body["log"]
    assert (first["response"]["status"], first["error"]) == (500, "http_500")
    assert first["response"]["headers"]["x-reason"] == "locked"
    assert first["request"]["url"] == f"{receiver.url}?…"
    posted = receiver.requests[0][0]
    for name in ("webhook-id", "webhook-timestamp", "user-agent", "content-type"):
        assert first["request"]["headers"][name] == posted[name]
    assert first["request"]["headers"]["webhook-signature"] == "v1,…"
    assert (second["response"]["status"], second["error"]) == (204, None)


def test_log_says_when_nothing_answered(api, world):
    endpoint = make_webhook(world.account, url="http://127.0.0.1:1/")
    append(world.account)
    deliveries_plan()
    deliveries_send()
    event = Event.objects.get()
    (only,) = api.get(f"/webhooks/{endpoint.pk}/deliveries/{event.pk}").json()["log"]
    assert (only["response"]["status"], only["error"]) == (None, "connection_failed")


def test_answers_are_cut_and_can_be_stored():
    assert attempts.answer_body(b"a\0b", is_encoded=False) == "ab"
    assert len(attempts.answer_body(b"x" * 9_000, is_encoded=False)) == 1_000
    assert attempts.answer_body(b"\xff\xfe", is_encoded=False) == "��"
    assert "compressed" in attempts.answer_body(b"\x1f\x8b", is_encoded=True)
    headers = attempts.answer_headers({f"x-{n}": "v" * 999 for n in range(30)})
    assert len(headers) == 20
    assert {len(value) for value in headers.values()} == {200}


# Health


def test_health_counts_attempts_and_what_waits(api, world, receiver):
    receiver.answers.extend([(500, {})])
    endpoint = make_webhook(world.account, url=receiver.url)
    make_webhook(world.other_account, url=receiver.url)
    append(world.account)
    deliveries_plan()
    deliveries_send()
    with clock.freeze(clock.now() + timedelta(seconds=30)):
        deliveries_send()
    for _ in range(3):
        append(world.account)
    health = api.get(f"/webhooks/{endpoint.pk}").json()["health"]
    assert health["last_hour"] == {"succeeded": 1, "failed": 1, "success_rate": 0.5}
    assert health["last_day"] == health["last_hour"]
    assert 0 <= health["median_ms"] <= 1000
    assert (health["waiting_count"], health["given_up_count"]) == (3, 0)
    with clock.freeze(clock.now() + timedelta(hours=2)):
        old = webhooks_health([endpoint.pk])[endpoint.pk]
    assert (old.hour.rate, old.day.rate, old.median_milliseconds) == (None, 0.5, None)


def test_old_health_goes_with_old_deliveries(world, receiver):
    make_webhook(world.account, url=receiver.url)
    append(world.account)
    deliveries_plan()
    deliveries_send()
    assert WebhookHealth.objects.count() == 1
    deliveries_purge()
    assert WebhookHealth.objects.count() == 1
    with clock.freeze(clock.now() + timedelta(days=3)):
        deliveries_purge()
    assert not WebhookHealth.objects.exists()


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [([], None), ([30], 35), ([3] * 9, 4), ([1, 1, 1, 9_000], 1), ([60_000], 20_000)],
)
def test_median_lies_in_the_span_of_the_middle_attempt(lengths, expected):
    counts = [0] * durations.PLACES
    for length in lengths:
        counts[durations.place(length)] += 1
    assert durations.median(counts) == expected


def test_disabled_endpoint_is_an_event_for_the_others(world, receiver):
    receiver.status = 410
    gone = make_webhook(world.account, url=receiver.url, event_types=["inbound.received"])
    append(world.account)
    deliveries_plan()
    deliveries_send()
    event = Event.objects.get(type="webhook.disabled")
    assert event.account_id == world.account.pk
    data = json.loads(event.body)["data"]
    assert (data["id"], data["name"]) == (gone.pk, gone.name)
    assert "410" in data["reason"]


# Client certificates


@pytest.mark.parametrize(
    ("days", "told"), [(40, []), (29, [30]), (6.5, [7]), (0.5, [1]), (-1, [0])]
)
def test_ending_client_certificate_is_told_once_for_each_step(world, days, told):
    now = clock.now()
    endpoint = make_webhook(
        world.account, client_certificate="x", client_certificate_ends_at=now + timedelta(days=days)
    )
    assert certificates_warn() == len(told)
    assert certificates_warn() == 0
    endpoint.refresh_from_db()
    assert [endpoint.certificate_days_told] == (told or [None])
    assert Event.objects.filter(type="webhook.certificate_ending").count() == len(told)


def test_each_nearer_step_is_told_again(world):
    now = clock.now()
    ends_at = now + timedelta(days=20)
    make_webhook(world.account, client_certificate="x", client_certificate_ends_at=ends_at)
    told = []
    for day in (0, 1, 7, 14, 19, 21):
        with clock.freeze(now + timedelta(days=day)):
            told.append(certificates_warn())
    assert told == [1, 0, 1, 1, 1, 1]


def _tls_server(own, trusted, seen, tmp_path):
    """A receiver over TLS that asks for a client certificate of `trusted`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            seen.append(self.connection.getpeercert())
            self.send_response(204)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Keeps the tests' output clean."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            """A refused handshake is what is tested."""

    path = tmp_path / "server.pem"
    path.write_text(own[1] + own[0])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=trusted)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    return server


def test_client_certificate_is_shown_to_a_receiver_that_asks(api, world, tmp_path, monkeypatch):
    """Mutual TLS for real; only the trust in the receiver's own certificate is given here."""
    own, ours = pem(common_name="localhost"), pem(common_name="signalbox")
    made = ssl.create_default_context

    def trusting(*args, **kwargs):
        context = made(*args, **kwargs)
        context.load_verify_locations(cadata=own[0])
        return context

    monkeypatch.setattr(client.ssl, "create_default_context", trusting)
    seen = []
    server = _tls_server(own, ours[0], seen, tmp_path)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        url = f"https://127.0.0.1:{server.server_port}/"
        values = {"name": "mTLS", "url": url, "event_types": ["inbound.received"]}
        identity = {"client_certificate": ours[0], "client_key": ours[1]}
        shown = api.post("/webhooks", values | identity).json()
        make_webhook(world.other_account, url=url)
        for account in (world.account, world.other_account):
            append(account)
        deliveries_plan()
        assert deliveries_send() == {"delivered": 1, "failed": 1}
        assert api.post(f"/webhooks/{shown['id']}/test").json()["status"] == 204
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert [dict(part[0] for part in one["subject"])["commonName"] for one in seen] == [
        "signalbox",
        "signalbox",
    ]
    failed = WebhookDelivery.objects.get(endpoint__account=world.other_account)
    assert failed.last_error in {"tls_failed", "broken_answer"}


# Side by side


@pytest.mark.django_db(transaction=True)
def test_one_slow_endpoint_never_delays_another(world, receiver):
    """A receiver that answers nothing until the other has everything."""
    released = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            released.wait(12)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Keeps the tests' output clean."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    slow = Server(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=slow.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    make_webhook(world.account, url=f"http://127.0.0.1:{slow.server_port}/", name="slow")
    make_webhook(world.account, url=receiver.url, name="fast")
    for _ in range(60):
        append(world.account)
    deliveries_plan()
    counts = []

    def send():
        counts.append(deliveries_send(budget_seconds=30.0))

    def wait():
        for _ in range(1_000):
            if len(receiver.requests) == 60 or released.wait(0.01):
                break
        counts.append(len(receiver.requests))
        counts.append(WebhookDelivery.objects.filter(endpoint__name="slow", attempts=0).count())
        released.set()

    try:
        in_threads(2, lambda number: (send, wait)[number]())
    finally:
        slow.shutdown()
        slow.server_close()
        thread.join()
    assert counts[:2] == [60, 60]  # all of the one while the other had answered nothing
    assert counts[2]["delivered"] == 120
