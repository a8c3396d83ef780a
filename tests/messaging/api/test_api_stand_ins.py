"""Sender pools and fallback rules by an account's keys, in the name of who made the key."""

import pytest

from compliance.models import AuditEntry
from routing.models import SenderFallback, SenderPool
from tests.factories import make_sender
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def senders(world):
    """Two of the account, one of a stranger."""
    addresses = ("53849", "53850")
    make_sender(world.other_account, address="50999")
    return [make_sender(world.account, address=one) for one in addresses]


@pytest.fixture
def keeper(world) -> Caller:
    return Caller(world.account, actor=world.ines)


def pool_of(caller, **changes):
    body = {"name": "reminders", "country": "VN", "members": [{"sender": "53849", "weight": 3}]}
    return caller.post("/sender-pools", body | changes)


def rule_of(caller, **changes):
    body = {"sender": "53849", "to_sender": "53850", "causes": ["no_route"]}
    return caller.post("/fallback-rules", body | changes)


def pointers(answer):
    return [(one["pointer"], one["code"]) for one in answer.json().get("errors", [])]


def test_a_pool_is_made_and_its_members_replaced(world, senders, keeper):
    made = pool_of(keeper)
    assert made.status_code == 201, made.content
    assert made.json()["members"] == [{"sender": "53849", "weight": 3}]
    address = f"/sender-pools/{made.json()['id']}"
    changed = keeper.patch(address, {"members": [{"sender": "53850"}], "spread": "weight"})
    assert changed.json()["members"] == [{"sender": "53850", "weight": 1}]
    assert keeper.patch(address, {"is_active": False}).json()["members"] != []
    assert not SenderPool.objects.get().is_active
    made_by = AuditEntry.objects.get(action="senderpool.created")
    assert (made_by.actor_id, made_by.account_id) == (world.ines.pk, world.account.pk)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"members": [{"sender": "50999"}]}, ("#/members/0/sender", "unknown_sender")),
        ({"country": "SG"}, ("#/members/0/sender", "sender_elsewhere")),
        ({"name": "53849"}, ("#/name", "pool_name_taken")),
        ({"sticky_days": 0}, ("#/sticky_days", "min_value")),
        ({"spread": "luck"}, ("#/spread", "invalid_choice")),
        ({"country": "V1"}, ("#/country", "unknown_country")),
    ],
)
def test_a_wrong_pool_names_the_field(senders, keeper, changes, expected):
    refused = pool_of(keeper, **changes)
    assert (refused.status_code, pointers(refused)) == (422, [expected])
    assert not SenderPool.objects.exists()


def test_a_rule_is_made_changed_and_taken_out_of_use(senders, keeper):
    made = rule_of(keeper)
    assert made.status_code == 201, made.content
    pool_of(keeper)
    address = f"/fallback-rules/{made.json()['id']}"
    changed = keeper.patch(address, {"to_sender": None, "to_pool": "reminders"})
    assert (changed.json()["to_sender"], changed.json()["to_pool"]) == (None, "reminders")
    assert not keeper.patch(address, {"is_active": False}).json()["is_active"]
    assert keeper.get(address).json()["causes"] == ["no_route"]
    assert len(keeper.get("/fallback-rules").json()["data"]) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"to_sender": "50999"}, ("#/to_sender", "unknown_sender")),
        ({"to_sender": "53849"}, ("#/to_sender", "fallback_to_itself")),
        ({"sender": None}, ("#/sender", "fallback_of_nothing")),
        ({"to_pool": "none"}, ("#/to_pool", "unknown_pool")),
        ({"causes": []}, ("#/causes", "fallback_never")),
        ({"causes": ["rain"]}, ("#/causes/0", "invalid_choice")),
        ({"causes": ["error"]}, ("#/errors", "errors_missing")),
        ({"causes": ["error"], "errors": ["E45"]}, ("#/errors", "error_wrong")),
    ],
)
def test_a_wrong_rule_names_the_field(senders, keeper, changes, expected):
    refused = rule_of(keeper, **changes)
    assert (refused.status_code, pointers(refused)) == (422, [expected])
    assert not SenderFallback.objects.exists()


def test_an_unknown_sender_is_told_those_there_are(senders, keeper):
    detail = rule_of(keeper, to_sender="50999").json()["detail"]
    assert "53849, 53850" in detail


def test_a_stranger_finds_nothing(world, senders, keeper):
    stranger = Caller(world.other_account, actor=world.charlie)
    places = [
        f"/sender-pools/{pool_of(keeper).json()['id']}",
        f"/fallback-rules/{rule_of(keeper).json()['id']}",
    ]
    for place in places:
        assert stranger.get(place).status_code == 404
        assert stranger.patch(place, {"is_active": False}).status_code == 404
    assert stranger.get("/sender-pools").json()["data"] == []
    assert SenderPool.objects.get().is_active


@pytest.mark.parametrize("path", ["/sender-pools", "/fallback-rules"])
def test_scopes_and_roles_decide(world, senders, path):
    make = {"/sender-pools": pool_of, "/fallback-rules": rule_of}[path]
    reader = Caller(world.account, ("messages:read",), world.ines)
    assert reader.get(path).status_code == 200
    assert make(reader).json()["code"] == "scope_missing"
    officer = Caller(world.account, actor=world.bob)
    assert make(officer).json()["code"] == "role_missing"
    nobody = Caller(world.account)
    assert make(nobody).json()["code"] == "key_without_person"
    platform = Caller(None, ("operations",), world.ada)
    assert platform.get(path).json()["code"] in {"platform_key", "scope_missing"}
