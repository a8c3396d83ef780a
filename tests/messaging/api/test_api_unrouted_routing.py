"""Many replies of nobody's are given to their senders at once, with a key of the platform."""

from typing import Any
from uuid import uuid4

import pytest

from compliance.models import AuditEntry
from config.common.ids import uuid7
from messaging.api.operations import unrouted_routing
from messaging.models import UnroutedReply
from tests.factories import make_sender
from tests.messaging.api.conftest import Caller
from tests.messaging.hot import Line, events, make_line
from tests.messaging.test_unrouted import nobody
from tests.world import World

pytestmark = pytest.mark.django_db
PATH = "/operations/unrouted-replies/route"


@pytest.fixture
def operator(world: World) -> Caller:
    return Caller(None, ("operations",), world.ada)


@pytest.fixture
def line(world: World) -> Line:
    return make_line(world.account)


def states() -> list[str]:
    return list(UnroutedReply.objects.order_by("pk").values_list("state", flat=True))


def test_all_that_wait_for_an_address_are_given_to_its_sender(
    world: World, line: Line, operator: Caller, stranger: Caller
) -> None:
    rows = [nobody(line), nobody(line, b"Again"), nobody(line, to="53998")]
    sender = make_sender(world.account, address="50999")
    told = operator.post(PATH, {"to": "+50999"})
    assert told.status_code == 200, told.content
    given = [
        {"id": str(row.pk), "sender_id": sender.pk, "account": world.account.slug}
        for row in rows[:2]
    ]
    assert told.json() == {
        "routed_count": 2, "rejected_count": 0, "routed": given, "rejected": [],
        "next_cursor": None,
    }  # fmt: skip
    assert states() == ["routed", "routed", "waiting"]
    assert events(world.account).count("inbound.received") == 2
    assert stranger.get("/inbound").json()["data"] == []
    entries = AuditEntry.objects.filter(action="inbound.routed")
    assert {one.detail["caller"]["api_key"] for one in entries} == {operator.key.prefix}


def test_bad_rows_are_named_and_never_stop_the_others(
    world: World, line: Line, operator: Caller
) -> None:
    rows = [nobody(line), nobody(line, b"Again"), nobody(line, to="53998")]
    make_sender(world.account, address="50999")
    ids: list[Any] = [7, str(rows[0].pk), "x\u0000", str(uuid4()), str(rows[2].pk)]
    ids += [str(rows[0].pk), None, str(rows[1].pk)]
    told = operator.post(PATH, {"ids": ids}).json()
    assert [one["id"] for one in told["routed"]] == [str(rows[0].pk), str(rows[1].pk)]
    assert (told["routed_count"], told["rejected_count"], told["next_cursor"]) == (2, 6, None)
    assert [(one["pointer"], one["code"]) for one in told["rejected"]] == [
        ("#/ids/0", "invalid"),
        ("#/ids/2", "invalid"),
        ("#/ids/3", "unknown_reply"),
        ("#/ids/4", "unknown_address"),
        ("#/ids/5", "unrouted_decided"),
        ("#/ids/6", "invalid"),
    ]
    assert "53998" in told["rejected"][3]["detail"]
    assert states() == ["routed", "routed", "waiting"]


def test_more_than_a_request_takes_are_reached_by_the_cursor(
    line: Line, operator: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the first ones have no sender and wait on."""
    monkeypatch.setattr(unrouted_routing, "MOST", 2)
    monkeypatch.setattr(unrouted_routing.Ids, "most", 2)
    rows = [nobody(line, text) for text in (b"One", b"Two", b"Three")]
    first = operator.post(PATH, {"to": "50999"}).json()
    assert [one["pointer"] for one in first["rejected"]] == ["#/to", "#/to"]
    assert first["next_cursor"] == str(rows[1].pk)
    rest = operator.post(PATH, {"to": "50999", "after": first["next_cursor"]}).json()
    assert [one["id"] for one in rest["rejected"]] == [str(rows[2].pk)]
    assert rest["next_cursor"] is None
    too_many = operator.post(PATH, {"ids": [str(row.pk) for row in rows]})
    (problem,) = too_many.json()["errors"]
    assert (too_many.status_code, problem["pointer"], problem["code"]) == (422, "#/ids", "too_many")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "#/to", "ids_or_to"),
        ({"ids": [str(uuid7())], "to": "50999"}, "#/to", "ids_or_to"),
        ({"ids": []}, "#/ids", "empty"),
        ({"ids": "x"}, "#/ids", "not_a_list"),
        ({"ids": None}, "#/ids", "null"),
        ({"to": ""}, "#/to", "blank"),
        ({"to": "50999", "after": "x"}, "#/after", "invalid"),
        ({"ids": [str(uuid7())], "after": str(uuid7())}, "#/after", "after_without_to"),
        ({"to": "50999", "all": True}, "#/all", "unknown_field"),
    ],
)
def test_wrong_bodies_are_pointed_at(operator: Caller, body: Any, pointer: str, code: str) -> None:
    refused = operator.post(PATH, body)
    (problem,) = refused.json()["errors"]
    assert (refused.status_code, problem["pointer"], problem["code"]) == (422, pointer, code)


def test_repeated_with_its_key_it_gives_the_first_answer(
    world: World, line: Line, operator: Caller
) -> None:
    nobody(line)
    make_sender(world.account, address="50999")
    again = {"headers": {"Idempotency-Key": "k"}}
    first = operator.post(PATH, {"to": "50999"}, **again)
    assert first.json()["routed_count"] == 1
    replayed = operator.post(PATH, {"to": "50999"}, **again)
    assert (replayed.content, replayed["Idempotent-Replayed"]) == (first.content, "true")
    assert events(world.account).count("inbound.received") == 1
    other = operator.post(PATH, {"to": "53998"}, **again)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert operator.post(PATH, {"to": "50999"}).json()["routed_count"] == 0


def test_only_keys_of_the_platform_that_may_change_things_route(
    world: World, line: Line, api: Caller, stranger: Caller
) -> None:
    nobody(line)
    make_sender(world.account, address="50999")
    reader = Caller(None, ("operations:read",), world.ada)
    for caller in (reader, api, stranger):
        assert caller.post(PATH, {"to": "50999"}).status_code == 403
    assert reader.post(PATH, {"to": "50999"}).json()["code"] == "scope_missing"
    assert states() == ["waiting"]
