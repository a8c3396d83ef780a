"""One attempt over real sockets: what it carries, where it may go, and when it ends."""

import socket
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from standardwebhooks import Webhook

from config.common.guarded import connections
from messaging.webhooks import client, signing
from tests.messaging.webhook_receiver import receiving

NOW = datetime(2027, 1, 31, 2, 0, tzinfo=UTC)


@pytest.fixture
def private(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture(autouse=True)
def _fresh_pools():
    client._pools.cache_clear()


def post(url, **options):
    return client.post(url, '{"a":"Mã"}', {"x": "y"}, now=NOW, **options)


def names(monkeypatch, *addresses):
    """The resolver answers with these for every name, and counts how often it is asked."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return [ip_address(address) for address in addresses]

    monkeypatch.setattr(connections, "resolve", resolve)
    return asked


def test_body_and_headers_arrive_as_they_are(private):
    with receiving() as receiver:
        assert post(receiver.url) == client.Answer(204)
    headers, body = receiver.requests[0]
    assert body == '{"a":"Mã"}'
    assert headers["x"] == "y"


def test_signature_verifies_with_either_secret_during_a_rotation(private):
    new, old = signing.secret_make(), signing.secret_make()
    now = datetime.now(UTC)
    headers = signing.headers(message_id="msg", at=now, body="{}", signing_secrets=[new, old])
    for secret in (new, old):
        Webhook(secret).verify("{}", headers)


def test_connection_is_kept(private):
    with receiving() as receiver:
        for _ in range(3):
            post(receiver.url)
        assert receiver.connections == 1


def test_redirect_is_an_answer_and_is_not_followed(private):
    with receiving() as receiver:
        receiver.answers.append((302, {"location": receiver.url}))
        answer = post(receiver.url)
    assert answer.status == 302
    assert not answer.is_success
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        ("Sun, 31 Jan 2027 02:01:00 GMT", timedelta(minutes=1)),
        ("Sun, 31 Jan 2027 01:00:00 GMT", timedelta()),
        ("soon", None),
        ("-1", None),
        ("9" * 30, None),
    ],
)
def test_retry_after(private, value, expected):
    with receiving() as receiver:
        receiver.answers.append((503, {"retry-after": value}))
        assert post(receiver.url).retry_after == expected


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "2130706433", "0x7f.1", "localhost"],
)
def test_private_hosts_are_refused_before_connecting(host, settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    monkeypatch.setattr(connections, "create_connection", pytest.fail)
    assert post(f"http://{host}:80/hook").error == "refused_address"


@pytest.mark.parametrize(
    "answers", [["10.1.2.3"], ["1.1.1.1", "127.0.0.1"], ["fd00::1"], ["::ffff:169.254.169.254"]]
)
def test_name_that_leads_inside_is_refused(answers, settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    names(monkeypatch, *answers)
    monkeypatch.setattr(connections, "create_connection", pytest.fail)
    assert post("https://hooks.example.com/sms").error == "refused_address"


def test_checked_address_is_the_one_connected_to(settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    asked, connected = names(monkeypatch, "1.1.1.1"), []

    def refuse(address, *_args, **_options):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(connections, "create_connection", refuse)
    assert post("https://hooks.example.com/sms").error == "connection_failed"
    assert asked == ["hooks.example.com"]
    assert connected == [("1.1.1.1", 443)]


def test_name_that_changes_between_check_and_connection_leads_nowhere(settings, monkeypatch):
    """DNS rebinding: public when it is checked, private from then on."""
    settings.WEBHOOK_ALLOW_PRIVATE = False
    answers, connected = [["1.1.1.1"], ["127.0.0.1"], ["127.0.0.1"]], []

    def refuse(address, *_args, **_options):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(
        connections, "resolve", lambda *_: [ip_address(one) for one in answers.pop(0)]
    )
    monkeypatch.setattr(connections, "create_connection", refuse)
    first, second = (post("https://hooks.example.com/sms").error for _ in range(2))
    assert (first, second) == ("connection_failed", "refused_address")
    assert connected == ["1.1.1.1"]


def test_unknown_name_is_a_failed_connection(private, monkeypatch):
    def unknown(*_):
        raise socket.gaierror

    monkeypatch.setattr(connections, "resolve", unknown)
    assert post("https://nowhere.example/").error == "connection_failed"


def test_receiver_that_drips_is_cut_off_at_the_deadline(private):
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()
        thread = threading.Thread(target=_drip, args=(server, stop))
        thread.start()
        port = server.getsockname()[1]
        answer = post(f"http://127.0.0.1:{port}/", timeout_seconds=0.4)
        stop.set()
        thread.join()
    assert answer == client.Answer(None, "timeout")


def _drip(server, stop):
    peer, _address = server.accept()
    with peer:
        for byte in b"HTTP/1.1 200 OK\r\nx-header: " + b"a" * 10_000:
            if stop.wait(0.05):
                return
            try:
                peer.send(bytes([byte]))
            except OSError:
                return


def test_receiver_that_says_nothing_is_a_timeout(private):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert post(f"http://127.0.0.1:{port}/", timeout_seconds=0.3).error == "timeout"


def test_receiver_that_hangs_up_is_a_broken_answer(private):
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        port = server.getsockname()[1]
        answer = post(f"http://127.0.0.1:{port}/")
        thread.join()
    assert answer.error == "broken_answer"


def test_plain_text_where_tls_is_spoken_is_a_tls_failure(private):
    with receiving() as receiver:
        assert post(receiver.url.replace("http:", "https:")).error == "tls_failed"
