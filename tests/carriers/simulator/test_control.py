import json
import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from carriers.simulator.client import inject_reply, stats, turn_to_scenario
from carriers.smpp import pdu
from config.common.errors import InvalidError, UnavailableError
from tests.carriers.simulator.esme import NUMBER, Esme, bound, running


@pytest.fixture
def simulator():
    with running() as found:
        yield found


def ask(simulator, method: str, path: str, body: bytes | None = None, **headers):
    address = urlsplit(simulator.control_url)
    connection = HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_a_reply_reaches_the_bound_session(simulator):
    with bound(simulator) as esme:
        reply = inject_reply(simulator.control_url, "test", "+84912345678", "53849", "STOP")
        found = esme.delivery()
    assert (reply.operator, reply.parts, reply.receivers) == ("test", 1, 1)
    assert (found.source_addr, found.source_addr_ton, found.source_addr_npi) == (NUMBER, 1, 1)
    assert (found.destination_addr, found.short_message) == ("53849", b"STOP")
    assert (found.esm_class, found.data_coding) == (0, 0)


def test_a_long_reply_comes_in_parts(simulator):
    text = "Tôi không nhận được hàng. " * 6
    with bound(simulator) as esme:
        reply = inject_reply(simulator.control_url, None, NUMBER, "53849", text)
        parts = [esme.delivery() for _ in range(reply.parts)]
    assert reply.parts == 3
    assert {(part.esm_class, part.data_coding) for part in parts} == {(0x40, 8)}
    assert [part.short_message[5] for part in parts] == [1, 2, 3]
    assert b"".join(part.short_message[6:] for part in parts).decode("utf-16-be") == text


def test_a_reply_to_an_account_that_does_not_exist_is_refused(simulator):
    values = {"from": NUMBER, "to": "53849", "text": "a", "system_id": "nobody"}
    headers = {"Content-Type": "application/json"}
    status, answer = ask(simulator, "POST", "/mo", json.dumps(values).encode(), **headers)
    assert (status, answer["field"]) == (400, "system_id")


def test_parts_may_come_last_first(simulator):
    values = {"from": NUMBER, "to": "53849", "text": "a" * 200, "order": "reversed"}
    headers = {"Content-Type": "application/json"}
    with bound(simulator) as esme:
        assert ask(simulator, "POST", "/mo", json.dumps(values).encode(), **headers)[0] == 200
        assert [esme.delivery().short_message[5] for _ in range(2)] == [2, 1]


def test_a_reply_waits_for_a_receiver(simulator):
    reply = inject_reply(simulator.control_url, None, NUMBER, "53849", "STOP")
    assert reply.receivers == 0
    with bound(simulator, pdu.BIND_RECEIVER) as esme:
        assert esme.delivery().short_message == b"STOP"


def test_a_refused_reply_comes_again(simulator):
    with bound(simulator) as esme:
        inject_reply(simulator.control_url, None, NUMBER, "53849", "STOP")
        assert [esme.delivery(status).short_message for status in (0x64, 0)] == [b"STOP"] * 2
        esme.settle()
    assert stats(simulator.control_url)["test"]["mo_acknowledged"] == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"operator": "nobody"}, "operator"),
        ({"from_": ""}, "from"),
        ({"from_": "84 912"}, "from"),
        ({"to": "1" * 21}, "to"),
        ({"to": "é"}, "to"),
        ({"text": ""}, "text"),
        ({"text": "\ud83d"}, "text"),
    ],
)
def test_a_bad_reply_is_refused_with_its_field(simulator, values, field):
    reply = {"operator": "test", "from_": NUMBER, "to": "53849", "text": "STOP", **values}
    with pytest.raises(InvalidError) as refused:
        inject_reply(simulator.control_url, **reply)
    assert (refused.value.code, refused.value.field) == ("simulator_refused", field)


def test_no_simulator_is_an_error_that_says_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(UnavailableError, match=rf"{port}\. Start it with `make run`"):
        stats(f"http://127.0.0.1:{port}")


def test_stats_count_what_happened(simulator):
    with bound(simulator) as esme:
        esme.submit()
        esme.submit("84912345903")
        esme.response()
        esme.delivery()
        esme.settle()
        found = stats(simulator.control_url)["test"]
    assert (found["submitted"], found["accepted"]) == (2, 1)
    assert found["refused"] == {"0x0000000B": 1}
    assert (found["receipts_sent"], found["receipts_acknowledged"], found["owed"]) == (1, 1, 0)
    assert (found["binds"], found["scenario"]) == (1, "normal")
    assert found["port"] == simulator.port("test")


@pytest.mark.parametrize(
    ("name", "seconds", "field"),
    [("earthquake", 1, "name"), ("throttle", -1, "seconds"), ("throttle", "5", "seconds")],
)
def test_a_bad_scenario_is_refused(simulator, name, seconds, field):
    with pytest.raises(InvalidError) as refused:
        turn_to_scenario(simulator.control_url, "test", name, seconds)
    assert refused.value.field == field


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/nothing", None, {}, 404),
        ("POST", "/stats", b"{}", JSON, 404),
        ("POST", "/mo", b"{}", {"Content-Type": "text/plain"}, 400),
        ("POST", "/mo", b"{", JSON, 400),
        ("POST", "/mo", b"[]", JSON, 400),
        ("POST", "/mo", b"{}", JSON, 400),
        ("POST", "/mo", b"{}", {**JSON, "Content-Length": "9999999"}, 400),
        ("GET", "/stats", None, {"Host": "evil.example"}, 400),
        ("GET", "/stats", None, {"X-Long": "x" * 70000}, 400),
    ],
)
def test_requests_that_make_no_sense_are_refused(simulator, method, path, body, headers, status):
    assert ask(simulator, method, path, body, **headers)[0] == status


def test_a_client_that_hangs_up_does_no_harm(simulator):
    address = urlsplit(simulator.control_url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"POST /mo HTTP/1.1\r\nHost: local")
    assert ask(simulator, "GET", "/stats")[0] == 200


def test_scenarios_go_to_all_operators_when_none_is_named(simulator):
    assert turn_to_scenario(simulator.control_url, None, "throttle", 0) == ["test"]
    with Esme(simulator.port("test")) as esme:
        esme.bind()
        esme.submit()
        assert esme.response()[0] == 0x58
        assert turn_to_scenario(simulator.control_url, "test", "normal", 0) == ["test"]
        esme.submit()
        assert esme.response()[0] == 0
