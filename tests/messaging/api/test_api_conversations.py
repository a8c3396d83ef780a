"""Conversations by API: lists, timelines, answers that are sent once, and strangers."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from messaging.models import Conversation, Message
from messaging.services.conversations import conversation_reply
from messaging.services.conversations.answering import ReplyRequest
from routing.models import Sender
from tests.messaging.api.conftest import Caller, Market
from tests.messaging.talking import PHONE, talk, write_in
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(market: Market) -> Sender:
    return market.sender


@pytest.fixture
def alices(world: World) -> Caller:
    """A key that Alice made."""
    return Caller(world.account, actor=world.alice)


def path(conversation: Conversation, more: str = "") -> str:
    return f"/conversations/{conversation.pk}{more}"


def test_the_latest_come_first_in_pages(api: Caller, sender: Sender) -> None:
    made = [talk(sender, msisdn=f"8498000000{step}").pk for step in range(5)]
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = api.get(f"/conversations?limit=2{cursor}").json()
        found += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == [str(key) for key in reversed(made)]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=open", 2),
        ("state=waiting", 1),
        ("state=closed", 1),
        ("assignee=", 2),
        ("assignee=bob", 1),
        ("unread=true", 1),
        ("unread=false", 2),
        (f"number={quote('+' + PHONE)}", 1),
        ("number=0981234567", 1),
        ("sender=1", 0),
    ],
)
def test_filters_hold_together(
    world: World, api: Caller, sender: Sender, query: str, count: int
) -> None:
    talk(sender)
    talk(sender, "STOP", msisdn="84980000001", action="opt_out")
    answered = talk(sender, msisdn="84980000002")
    conversation_reply(
        conversation=answered,
        request=ReplyRequest(text="Yes."),
        version=0,
        actor=world.alice,
    )
    Conversation.objects.filter(pk=answered.pk).update(assignee=world.bob)
    assert len(api.get(f"/conversations?{query}").json()["data"]) == count


def test_an_answer_is_sent_once_however_often_it_is_asked(
    world: World, alices: Caller, sender: Sender
) -> None:
    conversation = talk(sender)
    body = {"version": 0, "text": "Tomorrow."}
    headers = {"Idempotency-Key": "answer-1"}
    first = alices.post(path(conversation, "/reply"), body, headers=headers)
    again = alices.post(path(conversation, "/reply"), body, headers=headers)
    assert (first.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert first.content == again.content
    sent = first.json()
    assert sent["message"]["from"] == sender.address
    assert (sent["conversation"]["version"], sent["conversation"]["waiting_since"]) == (1, None)
    assert Message.objects.get().origin == "api"
    entries = alices.get(path(conversation, "/timeline")).json()["data"]
    assert [(one["kind"], one["by"]) for one in entries] == [("message", "alice"), ("reply", None)]


def test_who_comes_second_is_told(alices: Caller, sender: Sender) -> None:
    conversation = talk(sender)
    alices.post(path(conversation, "/reply"), {"version": 0, "text": "Tomorrow."})
    late = alices.post(path(conversation, "/reply"), {"version": 0, "text": "Today."})
    assert (late.status_code, late.json()["code"]) == (409, "answered_meanwhile")
    assert late.json()["errors"][0]["pointer"] == "#/version"
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": "x"}, "#/version"),
        ({"version": 0}, "#/text"),
        ({"version": 0, "text": "x", "template": "y"}, "#/text"),
        ({"version": 0, "text": "x", "parameters": {"a": "b"}}, "#/parameters"),
        ({"version": 0, "template": "nope"}, "#/template"),
        ({"version": 0, "text": "x", "class": "loud"}, "#/class"),
        ({"version": -1, "text": "x"}, "#/version"),
    ],
)
def test_a_wrong_answer_names_its_field(
    alices: Caller, sender: Sender, body: dict[str, Any], pointer: str
) -> None:
    answer = alices.post(path(talk(sender), "/reply"), body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not Message.objects.exists()


def test_it_is_handed_on_closed_and_opened(alices: Caller, sender: Sender) -> None:
    conversation = talk(sender)
    assert (
        alices.post(path(conversation, "/assign"), {"assignee": "bob"}).json()["assignee"] == "bob"
    )
    wrong = alices.post(path(conversation, "/assign"), {"assignee": "charlie"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "not_of_account")
    assert "alice" in wrong.json()["detail"]
    assert alices.post(path(conversation, "/assign"), {"assignee": None}).json()["assignee"] is None
    assert alices.post(path(conversation, "/close"), {}).json()["state"] == "closed"
    assert alices.post(path(conversation, "/reopen"), {}).json()["state"] == "open"
    assert alices.post(path(conversation, "/read"), {"unread": True}).json()["unread_count"] == 1
    assert alices.post(path(conversation, "/read"), {}).json()["unread_count"] == 0
    note = alices.post(path(conversation, "/notes"), {"text": " Wants a call. "})
    assert (note.status_code, note.json()["text"], note.json()["by"]) == (
        201,
        "Wants a call.",
        "alice",
    )


def test_the_timeline_comes_in_pages(api: Caller, sender: Sender) -> None:
    conversation = talk(sender)
    for step in range(4):
        write_in(sender, f"{step}")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get(path(conversation, f"/timeline?limit=2{cursor}")).json()
        found += [one["text"] for one in page["data"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == ["3", "2", "1", "0", "When does it come?"]


@pytest.mark.parametrize("cursor", ["x", "MjAyNnx4", "MjAyNi0xMS0yMFQwMDowMDowMFp8bWVzc2FnZXx4"])
@pytest.mark.parametrize("where", ["", "/timeline"])
def test_a_cursor_of_something_else_is_refused(
    api: Caller, sender: Sender, where: str, cursor: str
) -> None:
    conversation = talk(sender)
    address = path(conversation, where) if where else "/conversations"
    answer = api.get(f"{address}?cursor={cursor}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "invalid_cursor")


_DEEDS = [
    ("GET", "", None),
    ("GET", "/timeline", None),
    ("POST", "/reply", {"version": 0, "text": "x"}),
    ("POST", "/assign", {"assignee": None}),
    ("POST", "/close", {}),
    ("POST", "/reopen", {}),
    ("POST", "/read", {}),
    ("POST", "/notes", {"text": "x"}),
]


@pytest.mark.parametrize(("method", "more", "body"), _DEEDS)
def test_a_stranger_finds_none(
    world: World, sender: Sender, method: str, more: str, body: Any
) -> None:
    stranger = Caller(world.other_account, actor=world.charlie)
    answer = stranger.call(method, path(talk(sender), more), body)
    assert answer.status_code == 404
    assert stranger.get("/conversations").json()["data"] == []


@pytest.mark.parametrize(("method", "more", "body"), _DEEDS)
def test_each_deed_needs_its_scope(
    world: World, sender: Sender, method: str, more: str, body: Any
) -> None:
    conversation = talk(sender)
    none = Caller(world.account, ("messages:read",), actor=world.alice)
    reading = Caller(world.account, ("conversations:read",), actor=world.alice)
    assert none.call(method, path(conversation, more), body).json()["code"] == "scope_missing"
    allowed = reading.call(method, path(conversation, more), body).status_code < 300
    assert allowed == (method == "GET")


def test_a_key_acts_with_its_makers_roles(world: World, sender: Sender) -> None:
    nobodys = Caller(world.account)
    answer = nobodys.post(path(talk(sender), "/close"), {})
    assert (answer.status_code, answer.json()["code"]) == (403, "key_without_person")


def test_a_page_costs_the_same_for_many(
    api: Caller, sender: Sender, django_assert_max_num_queries: Any
) -> None:
    for step in range(20):
        talk(sender, msisdn=f"849800000{step:02d}")
    api.get("/conversations")
    with django_assert_max_num_queries(3):
        assert len(json.loads(api.get("/conversations").content)["data"]) == 20
