"""GET and cancel: filters, pages, and what a stranger sees."""

from datetime import UTC, datetime, timedelta

import pytest

from config.common import clock
from config.common.ids import uuid7
from messaging.constants import MessageStatus
from messaging.models import ClientReference, InboundPart, Message
from messaging.selectors import messages as messages_selector
from routing.constants import SenderKind
from tests.factories import make_bind, make_inbound, make_message, make_network, make_sender

pytestmark = pytest.mark.django_db


def ids(response):
    assert response.status_code == 200, response.content
    return [one["id"] for one in response.json()["data"]]


def messages(account, count, **overrides):
    """Newest first, as the list is."""
    sender = make_sender(account)
    made = [make_message(account, sender=sender, **overrides) for _ in range(count)]
    return [str(message.pk) for message in reversed(made)]


def test_message_shows_no_cost_and_no_carrier(api, world):
    message = make_message(
        world.account,
        sender=make_sender(world.account, kind=SenderKind.LONG_CODE, address="842471001234"),
        network=make_network("vina"),
        status=MessageStatus.UNDELIVERED,
        failure_reason="undeliverable",
        price_micros=7_500,
        cost_micros=6_000,
        currency="USD",
        command_status=88,
        decision={"carrier": "secret"},
    )
    body = api.get(f"/messages/{message.pk}").json()
    assert body["from"] == "+842471001234"
    assert (body["status"], body["failure_reason"]) == ("undelivered", "undeliverable")
    assert body["price"] == {"amount": "0.0075", "currency": "USD"}
    assert body["network"] == "vina"
    assert not {"cost", "carrier", "bind", "decision", "command_status"} & set(body)
    assert "secret" not in str(body)


@pytest.mark.parametrize("path", ["", "/cancel"])
def test_stranger_finds_nothing(api, stranger, world, path):
    message = make_message(world.account)
    method = stranger.post if path else stranger.get
    response = method(f"/messages/{message.pk}{path}")
    assert (response.status_code, response.json()["code"]) == (404, "message_not_found")
    assert stranger.get("/messages").json()["data"] == []
    assert Message.objects.get(pk=message.pk).status == "accepted"


def test_unknown_and_malformed_ids_are_404_problems(api):
    for path in (f"/messages/{uuid7()}", "/messages/17", "/nothing", "/messages/"):
        response = api.get(path)
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["instance"] == f"/api/v1{path}"


def test_pages_are_stable_while_messages_arrive(api, world):
    made = messages(world.account, 5)
    first = api.get("/messages?limit=2").json()
    make_message(world.account)
    second = api.get(f"/messages?limit=2&cursor={first['next_cursor']}").json()
    third = api.get(f"/messages?limit=2&cursor={second['next_cursor']}").json()
    seen = [one["id"] for page in (first, second, third) for one in page["data"]]
    assert seen == made
    assert third["next_cursor"] is None


def test_next_page_is_also_a_link(api, world):
    made = messages(world.account, 3)
    link = api.get("/messages?limit=2&status=accepted")["Link"]
    assert link.endswith('; rel="next"')
    path = link[1 : link.index(">")].split("/api/v1")[1]
    assert ids(api.get(path)) == made[2:]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=failed", True),
        ("status=sent", False),
        ("class=otp", True),
        ("class=care", False),
        ("to=%2B84981112223", True),
        ("to=098%20111%2022%2023", True),
        ("to=0981112224", False),
        ("from=SaoMai", True),
        ("from=53849", False),
        ("campaign=7", True),
        ("campaign=8", False),
        ("client_reference=r-1", True),
        ("client_reference=r-2", False),
        ("created_after=2026-01-01T00:00:00Z", True),
        ("created_after=2099-01-01T00:00:00Z", False),
        ("created_before=2099-01-01T00:00:00%2B07:00", True),
        ("created_before=2026-01-01T00:00:00+07:00", False),
        ("status=failed&class=otp&to=0981112223&from=SaoMai&campaign=7", True),
        ("status=failed&class=care", False),
    ],
)
def test_filters(api, world, query, found):
    message = make_message(
        world.account,
        sender=make_sender(world.account, kind=SenderKind.ALPHANUMERIC, address="SaoMai"),
        status=MessageStatus.FAILED,
        message_class="otp",
        msisdn="84981112223",
        campaign_id=7,
        client_reference="r-1",
    )
    ClientReference.objects.create(account=world.account, reference="r-1", message_id=message.pk)
    assert ids(api.get(f"/messages?{query}")) == ([str(message.pk)] if found else [])


def test_time_filters_are_exact(api, world):
    at = clock.now().replace(microsecond=500)
    message = make_message(world.account, created_at=at)
    stamp = at.isoformat().replace("+00:00", "Z")
    later = (at + timedelta(microseconds=1)).isoformat().replace("+00:00", "Z")
    assert ids(api.get(f"/messages?created_after={stamp}")) == [str(message.pk)]
    assert ids(api.get(f"/messages?created_after={later}")) == []
    assert ids(api.get(f"/messages?created_before={stamp}")) == []
    assert ids(api.get(f"/messages?created_before={later}")) == [str(message.pk)]


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("limit=0", "limit", "min_value"),
        ("limit=201", "limit", "max_value"),
        ("limit=ten", "limit", "invalid"),
        ("status=gone", "status", "invalid_choice"),
        ("state=sent", "state", "unknown_field"),
        ("cursor=xyz", "cursor", "invalid_cursor"),
        ("created_after=yesterday", "created_after", "invalid"),
        ("client_reference=%00", "client_reference", "null_characters_not_allowed"),
        ("campaign=99999999999999999999", "campaign", "max_value"),
    ],
)
def test_wrong_query_parameter_is_named(api, query, parameter, code):
    response = api.get(f"/messages?{query}")
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["parameter"], error["code"]) == (parameter, code)


def test_number_that_is_none_is_named(api):
    response = api.get("/messages?to=abc")
    assert (response.status_code, response.json()["code"]) == (422, "not_a_number")


def test_search_through_too_much_is_stopped_with_advice(api, world, monkeypatch):
    make_message(world.account)
    monkeypatch.setattr(messages_selector, "SEARCH_TIMEOUT", "20ms")
    slow = {"status": "pg_sleep(10) IS NOT NULL AND m.status = %(status)s"}
    monkeypatch.setattr(messages_selector, "_CONDITIONS", slow)
    response = api.get("/messages?status=accepted")
    assert (response.status_code, response.json()["code"]) == (422, "search_too_slow")
    assert "created_after" in response.json()["detail"]


def test_list_costs_the_same_for_any_number_of_rows(api, world, django_assert_max_num_queries):
    messages(world.account, 20)
    with django_assert_max_num_queries(6):
        assert len(ids(api.get("/messages"))) == 20


def test_waiting_message_is_canceled(api, text):
    message_id = api.post("/messages", text).json()["id"]
    response = api.post(f"/messages/{message_id}/cancel")
    assert (response.status_code, response.json()["status"]) == (200, "canceled")


def test_message_that_left_is_not(api, world):
    message = make_message(world.account, status=MessageStatus.SENT)
    response = api.post(f"/messages/{message.pk}/cancel")
    assert (response.status_code, response.json()["code"]) == (409, "not_cancelable")


def test_replies_come_newest_first_to_their_account_only(api, stranger, world):
    old = make_inbound(world.account, msisdn="84981112223", keyword="STOP", action="stop")
    new = make_inbound(world.account, received_at=datetime(2027, 1, 31, 2, tzinfo=UTC))
    assert ids(api.get("/inbound")) == [str(new.pk), str(old.pk)]
    assert ids(stranger.get("/inbound")) == []
    (shown,) = api.get("/inbound?from=0981112223&to=53849").json()["data"]
    assert shown["from"] == "+84981112223"
    assert (shown["to"], shown["keyword"], shown["action"]) == ("53849", "STOP", "stop")


def test_replies_are_filtered(api, world):
    network = make_network("viettel")
    at = datetime(2027, 1, 31, 2, tzinfo=UTC)
    gap = make_inbound(
        world.account, state="incomplete", missing_parts=[2], part_count=2, network=network,
        received_at=at,
    )  # fmt: skip
    other = make_inbound(world.account, received_at=at + timedelta(hours=1))
    for query in (
        "state=incomplete", "network=viettel", "received_before=2027-01-31T02:30:00Z",
    ):  # fmt: skip
        assert ids(api.get(f"/inbound?{query}")) == [str(gap.pk)]
    assert ids(api.get("/inbound?received_after=2027-01-31T02:30:00Z")) == [str(other.pk)]
    refused = api.get("/inbound?state=lost")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "state")


def test_reply_is_read_with_its_parts(api, stranger, world):
    network = make_network("viettel")
    reply = make_inbound(
        world.account, text="Cho em hỏi […2/2…]", state="incomplete", missing_parts=[2],
        part_count=2, network=network,
    )  # fmt: skip
    bind = make_bind()
    InboundPart.objects.create(
        message=reply, bind=bind, carrier_id=bind.carrier_id, msisdn=reply.msisdn,
        destination=reply.destination, reference=7, total=2, number=1, text="Cho em hỏi ",
        data_coding=8, repeats=1, raw=b"raw", received_at=reply.received_at,
    )  # fmt: skip
    shown = api.get(f"/inbound/{reply.pk}").json()
    assert (shown["state"], shown["missing_parts"]) == ("incomplete", [2])
    assert (shown["network"], shown["amended_at"]) == ("viettel", None)
    (part,) = shown["parts"]
    assert (part["number"], part["total"], part["reference"]) == (1, 2, 7)
    assert (part["text"], part["repeats"]) == ("Cho em hỏi ", 1)
    assert not {"raw", "bind"} & part.keys()
    assert stranger.get(f"/inbound/{reply.pk}").status_code == 404
    assert api.get(f"/inbound/{uuid7()}").json()["code"] == "inbound_not_found"


def test_replies_are_paged(api, world):
    made = [str(make_inbound(world.account).pk) for _ in range(3)]
    page = api.get("/inbound?limit=2").json()
    rest = api.get(f"/inbound?limit=2&cursor={page['next_cursor']}").json()
    assert [one["id"] for one in page["data"] + rest["data"]] == made[::-1]
    assert rest["next_cursor"] is None


WAYS = [
    (None, None),
    ({"route": None, "why": ["no_route"]}, None),
    (
        {"route": 7, "why": ["by_network", "only_route"]},
        "From 53849, over a route for the network.",
    ),
    (
        {
            "route": 7,
            "why": ["by_country"],
            "fallback": {"from": "SAOMAI", "to": "53849", "cause": "no_route"},
        },
        "From 53849 instead of SAOMAI (no route takes the sender), over a route for the country.",
    ),
    (
        {"route": 7, "why": ["by_country"], "rerouted": [{"from": 1, "to": 2, "why": "hot"}]},
        "From 53849, over a route for the country, after it had waited for another one.",
    ),
    (
        {"route": 7, "why": [], "before": {"why": "refused", "status": 69, "carrier": 3}},
        "From 53849, over a route, after another one had refused it.",
    ),
]


@pytest.mark.parametrize(("decision", "way"), WAYS)
def test_the_way_is_told_in_one_sentence(api, world, decision, way):
    sender = make_sender(world.account, address="53849")
    message = make_message(world.account, sender=sender, decision=decision)
    assert api.get(f"/messages/{message.pk}").json()["way"] == way
