"""Replies that are in nobody's inbox, decided by operators' systems with a key of the platform."""

from uuid import uuid4

import pytest

from compliance.models import AuditEntry, Suppression
from messaging.models import Conversation, InboundMessage, UnroutedReply
from tests.factories import make_sender
from tests.messaging.api.conftest import Caller
from tests.messaging.hot import events, make_line
from tests.messaging.test_unrouted import nobody

pytestmark = pytest.mark.django_db
PATH = "/operations/unrouted-replies"


@pytest.fixture
def operator(world) -> Caller:
    return Caller(None, ("operations",), world.ada)


@pytest.fixture
def reader(world) -> Caller:
    return Caller(None, ("operations:read",), world.ada)


@pytest.fixture
def line(world):
    return make_line(world.account)


def test_queue_is_read_in_pages_and_by_what_is_asked(line, reader):
    first, second = nobody(line), nobody(line, b"Again", to="53998")
    page = reader.get(f"{PATH}?limit=1").json()
    assert [one["id"] for one in page["data"]] == [str(first.pk)]
    rest = reader.get(f"{PATH}?limit=1&cursor={page['next_cursor']}").json()
    assert [one["id"] for one in rest["data"]] == [str(second.pk)]
    assert rest["next_cursor"] is None
    asked = {
        "to=%2B53998": 1, "to=1": 0, "state=waiting": 2, "state=routed": 0,
        "reason=shared_address": 0, f"bind={line.bind.name}": 2, "bind=other": 0,
        "received_after=2020-01-01T00:00:00Z": 2, "received_before=2020-01-01T00:00:00Z": 0,
    }  # fmt: skip
    found = {one: len(reader.get(f"{PATH}?{one}").json()["data"]) for one in asked}
    assert found == asked
    assert reader.get(f"{PATH}?cursor=x").status_code == 422


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("state", ["waiting", "routed", "dismissed"]),
        ("reason", ["unknown_address", "shared_address", "unreadable"]),
    ],
)
def test_states_and_reasons_are_closed_lists_and_others_are_refused(name, words, reader, schema):
    shown = schema["components"]["schemas"][f"Unrouted{name.title()}Enum"]
    assert shown["enum"] == words
    for output in ("UnroutedReplyOutput", "UnroutedReplyDetailOutput"):
        field = schema["components"]["schemas"][output]["properties"][name]
        assert field["$ref"].endswith(f"/Unrouted{name.title()}Enum")
    refused = reader.get(f"{PATH}?{name}=odd")
    (problem,) = refused.json()["errors"]
    assert (refused.status_code, problem["parameter"]) == (422, name)
    assert ", ".join(words) in problem["detail"]


def test_one_is_read_with_its_parts(line, reader):
    row = nobody(line)
    shown = reader.get(f"{PATH}/{row.pk}").json()
    assert (shown["from"], shown["to"], shown["text"]) == ("+84981234567", "50999", "Hello")
    assert [(one["number"], one["text"]) for one in shown["parts"]] == [(1, "Hello")]
    assert (shown["bind"], shown["decided_at"], shown["decided_by"]) == (line.bind.name, None, None)
    assert reader.get(f"{PATH}/{uuid4()}").status_code == 404


def test_given_to_a_sender_it_acts_once_and_its_words_are_the_accounts(
    world, line, operator, stranger
):
    row = nobody(line, b"STOP")
    done = operator.post(f"{PATH}/{row.pk}/assign", {"sender_id": line.sender.pk})
    assert done.status_code == 200, done.content
    shown = done.json()
    assert (shown["state"], shown["text"], shown["parts"]) == ("routed", None, [])
    assert shown["decided_by"] == world.ada.get_username()
    assert Suppression.objects.filter(account=world.account, msisdn="84981234567").exists()
    assert events(world.account).count("inbound.received") == 1
    assert stranger.get("/inbound").json()["data"] == []
    again = operator.post(f"{PATH}/{row.pk}/assign", {"sender_id": line.sender.pk})
    assert (again.status_code, again.json()["code"]) == (409, "unrouted_decided")
    noted = AuditEntry.objects.get(action="inbound.routed")
    assert noted.detail["caller"]["api_key"] == operator.key.prefix


def test_dismissed_and_taken_back(line, operator):
    row = nobody(line)
    refused = operator.post(f"{PATH}/{row.pk}/dismiss", {"note": ""})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/note")
    shown = operator.post(f"{PATH}/{row.pk}/dismiss", {"note": "a wrong number"}).json()
    assert (shown["state"], shown["note"]) == ("dismissed", "a wrong number")
    assert operator.post(f"{PATH}/{row.pk}/dismiss", {"note": "x"}).status_code == 409
    assert operator.post(f"{PATH}/{row.pk}/restore").json()["state"] == "waiting"
    assert operator.post(f"{PATH}/{row.pk}/restore").json()["code"] == "not_dismissed"


@pytest.mark.parametrize("body", [{}, {"sender_id": 0}, {"sender_id": "x"}, {"sender_id": 999_999}])
def test_wrong_sender_is_pointed_at_and_decides_nothing(line, operator, body):
    row = nobody(line)
    refused = operator.post(f"{PATH}/{row.pk}/assign", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/sender_id")
    row.refresh_from_db()
    assert row.state == "waiting"


def test_key_that_reads_decides_nothing(line, reader):
    row = nobody(line)
    for act, body in (("assign", {"sender_id": 1}), ("dismiss", {"note": "x"}), ("restore", None)):
        refused = reader.post(f"{PATH}/{row.pk}/{act}", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert UnroutedReply.objects.get().state == "waiting"


def test_keys_of_accounts_never_see_or_take_one(world, line, api, stranger):
    """Not even of the account whose sender it would become (invariant 9)."""
    row = nobody(line)
    make_sender(world.account, address="50999")
    for caller in (api, stranger):
        assert caller.get(PATH).status_code == 403
        assert caller.get(f"{PATH}/{row.pk}").status_code == 403
        assert caller.post(f"{PATH}/{row.pk}/assign", {"sender_id": 1}).status_code == 403
        assert caller.get(f"/inbound/{row.pk}").status_code == 404
    assert InboundMessage.objects.get().account_id is None
    assert not Conversation.objects.exists()
