"""Keyword rules by an account's keys: kept, tried, and shown with what they did."""

from types import SimpleNamespace

import pytest

from compliance.models import AuditEntry
from messaging.models import KeywordHit, KeywordRule
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound import inbound_receive
from tests.factories import make_bind, make_carrier, make_list, make_sender
from tests.messaging.api.conftest import Caller
from tests.messaging.test_inbound import received

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(world, market) -> Caller:
    market.sender.receives_replies = True
    market.sender.save()
    snapshots.forget()
    return Caller(world.account, actor=world.alice)


@pytest.fixture
def rule(market) -> dict:
    return {
        "name": "Order",
        "sender": market.sender.address,
        "match_kind": "first_word",
        "words": ["DH"],
        "actions": [
            {"do": "reply", "template": market.template, "parameters": {"order": "{rest}"}}
        ],
    }


def only_error(answer):
    (error,) = answer.json()["errors"]
    return error["pointer"], error["code"]


def test_a_rule_is_made_read_changed_and_deleted(world, keeper, rule):
    made = keeper.post("/keyword-rules", rule)
    assert made.status_code == 201, made.content
    address = made["Location"].removeprefix("/api/v1")
    assert keeper.get(address).json() == made.json()
    assert made.json()["actions"] == rule["actions"]
    assert (made.json()["troubles"], made.json()["conflicts"]) == ([], [])
    changed = keeper.patch(address, {"is_shadow": True, "sender": None})
    assert (changed.json()["is_shadow"], changed.json()["sender"]) == (True, None)
    assert len(keeper.get("/keyword-rules").json()["data"]) == 1
    history = KeywordRule.history.order_by("history_id")
    assert [(one.history_type, one.history_user) for one in history] == [
        ("+", world.alice), ("~", world.alice),
    ]  # fmt: skip
    assert keeper.delete(address).status_code == 204
    assert keeper.get(address).status_code == 404
    written = AuditEntry.objects.filter(action__startswith="keywordrule.").order_by("pk")
    assert [(one.action, one.actor) for one in written] == [
        ("keywordrule.created", world.alice),
        ("keywordrule.changed", world.alice),
        ("keywordrule.deleted", world.alice),
    ]


def test_the_same_request_makes_one_rule(keeper, rule):
    key = {"headers": {"Idempotency-Key": "once"}}
    first, again = (keeper.post("/keyword-rules", rule, **key) for _ in range(2))
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert KeywordRule.objects.count() == 1


QUESTION = {"template": "none", "answers": [{"name": "yes", "words": ["1"]}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"words": []}, ("#/words", "words_missing")),
        ({"words": ["DH", "STOP"]}, ("#/words/1", "compliance_keyword")),
        ({"words": ["tu choi"]}, ("#/words/0", "compliance_keyword")),
        ({"words": ["help"]}, ("#/words/0", "compliance_keyword")),
        ({"words": ["yes"]}, ("#/words/0", "compliance_keyword")),
        ({"words": ["!!"]}, ("#/words/0", "no_word")),
        ({"match_kind": "pattern", "words": ["a(b"]}, ("#/words/0", "bad_pattern")),
        ({"match_kind": "any"}, ("#/words", "words_without_use")),
        ({"match_kind": "psychic"}, ("#/match_kind", "invalid_choice")),
        ({"name": "  "}, ("#/name", "blank")),
        ({"sender": "99999"}, ("#/sender", "unknown_sender")),
        ({"priority": 0}, ("#/priority", "min_value")),
        ({"actions": []}, ("#/actions", "nothing_done")),
        ({"actions": [{"do": "dance"}]}, ("#/actions/0/do", "invalid_choice")),
        ({"actions": [{"do": "reply"}]}, ("#/actions/0/template", "missing")),
        ({"actions": [{"do": "reply", "template": "no"}]}, ("#/actions/0/template", "template_not_approved")),
        ({"actions": [{"do": "add_to_list", "list": 999}]}, ("#/actions/0/list", "unknown_list")),
        ({"actions": [{"do": "forward", "fields": {"a": "{ghost}"}}]}, ("#/actions/0/fields/a", "unknown_place")),
        ({"actions": [{"do": "forward", "fields": {"a": "{1}"}}]}, ("#/actions/0/fields/a", "unknown_place")),
        ({"question": QUESTION}, ("#/question/template", "template_not_approved")),
        ({"question": QUESTION | {"answers": [{"name": "a", "words": ["STOP"]}]}}, ("#/question/answers/0/words/0", "compliance_keyword")),
        ({"question": QUESTION | {"answers": [{"name": "a b", "words": ["1"]}]}}, ("#/question/answers/0/name", "not_name")),
        ({"valid_from": "2027-01-02T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z"}, ("#/valid_until", "ends_before_start")),
    ],
)  # fmt: skip
def test_a_wrong_rule_names_the_place(keeper, rule, changes, expected):
    refused = keeper.post("/keyword-rules", rule | changes)
    assert refused.status_code == 422, refused.content
    assert only_error(refused) == expected
    assert not KeywordRule.objects.exists()


def test_a_slot_without_a_value_is_named(keeper, rule):
    rule["actions"][0]["parameters"] = {}
    assert only_error(keeper.post("/keyword-rules", rule)) == (
        "#/actions/0/parameters",
        "missing_parameter",
    )


def test_a_name_is_taken_once(keeper, rule):
    keeper.post("/keyword-rules", rule)
    again = keeper.post("/keyword-rules", rule | {"name": "ORDER", "words": ["X"]})
    assert again.status_code == 409


def test_rules_that_meet_are_named(keeper, rule):
    first = keeper.post("/keyword-rules", rule).json()
    second = keeper.post("/keyword-rules", rule | {"name": "Again"}).json()
    (conflict,) = second["conflicts"]
    assert (conflict["kind"], conflict["rule"], conflict["other"]) == (
        "shadowed", second["id"], first["id"],
    )  # fmt: skip
    assert "“Again” never acts" in conflict["detail"]


def test_a_stranger_finds_nothing(world, keeper, rule, stranger):
    address = keeper.post("/keyword-rules", rule)["Location"].removeprefix("/api/v1")
    charlie = Caller(world.other_account, actor=world.charlie)
    for caller in (stranger, charlie):
        assert caller.get(address).status_code == 404
        assert caller.get(f"{address}/matches").status_code == 404
        assert caller.patch(address, {"is_active": False}).status_code == 404
        assert caller.delete(address).status_code == 404
        assert caller.get("/keyword-rules").json()["data"] == []
    test = {"from": "+84981234567", "to": rule["sender"], "text": "DH 1"}
    assert only_error(charlie.post("/keyword-rules/test", test)) == ("#/to", "unknown_sender")
    foreign = make_sender(world.other_account, address="50999", receives_replies=True)
    taken = charlie.post("/keyword-rules", rule | {"sender": foreign.address})
    assert only_error(taken) == ("#/actions/0/template", "template_not_approved")
    other_list = make_list(world.account)
    body = {"name": "x", "words": ["x"], "actions": [{"do": "add_to_list", "list": other_list.pk}]}
    assert only_error(charlie.post("/keyword-rules", body)) == ("#/actions/0/list", "unknown_list")


def test_roles_and_scopes_are_asked(world, keeper, rule):
    officer = Caller(world.account, actor=world.bob)
    assert officer.post("/keyword-rules", rule).status_code == 403
    reader = Caller(world.account, ("keywords:read",), actor=world.alice)
    assert reader.get("/keyword-rules").status_code == 200
    assert reader.post("/keyword-rules", rule).status_code == 403
    nobody = Caller(world.account, ("messages:read",), actor=world.alice)
    assert nobody.get("/keyword-rules").status_code == 403


def test_a_reply_is_tried(keeper, rule, market):
    made = keeper.post("/keyword-rules", rule).json()
    other = keeper.post("/keyword-rules", rule | {"name": "Late", "priority": 900}).json()
    ask = {"from": "0981234567", "to": market.sender.address, "text": "  đh  A-77!"}
    tried = keeper.post("/keyword-rules/test", ask)
    assert tried.status_code == 200, tried.content
    found = tried.json()
    assert (found["winner"], found["action"], found["values"]["rest"]) == (
        made["id"],
        "none",
        "A-77",
    )
    assert [(one["id"], one["why"]) for one in found["rules"]] == [
        (made["id"], "wins"),
        (other["id"], "comes_later"),
    ]
    assert found["steps"][0]["text"] == "Order A-77 is on its way."
    assert found["steps"][0]["decision"] in {"allowed", "delayed", "blocked"}
    assert not KeywordHit.objects.exists()


def test_a_compliance_keyword_is_named_by_the_test(keeper, rule, market):
    keeper.post("/keyword-rules", rule | {"match_kind": "any", "words": []})
    ask = {"from": "0981234567", "to": market.sender.address, "text": "STOP"}
    found = keeper.post("/keyword-rules/test", ask).json()
    assert (found["action"], found["winner"], found["steps"]) == ("opt_out", None, [])


def test_what_a_rule_did_is_listed(world, keeper, rule, market):
    made = keeper.post("/keyword-rules", rule).json()
    carrier = make_carrier()
    line = SimpleNamespace(sender=market.sender, carrier=carrier, bind=make_bind(carrier))
    inbound_receive([received(line, b"DH A-1")])
    (hit,) = keeper.get(f"/keyword-rules/{made['id']}/matches").json()["data"]
    assert (hit["outcome"], hit["from"], hit["results"][0]["result"]) == (
        "acted", "+84981234567", "done",
    )  # fmt: skip
    figures = keeper.get(f"/keyword-rules/{made['id']}").json()["figures"]
    assert (figures["matches"], figures["answers"]) == (1, 1)


def test_a_list_of_rules_costs_the_same_for_one_and_many(
    keeper, rule, django_assert_max_num_queries
):
    for number in range(8):
        keeper.post("/keyword-rules", rule | {"name": f"R{number}", "words": [f"w{number}"]})
    keeper.get("/keyword-rules")
    with django_assert_max_num_queries(12):
        assert len(keeper.get("/keyword-rules").json()["data"]) == 8
