"""POST /messages/batch: a bad row never stops the others."""

import pytest

from messaging.models import Message, Waiting
from tests.factories import make_msisdn

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(market):
    return {"from": market.sender.address, "template": market.template}


def row(order="A-1", **more):
    return {"to": f"+{make_msisdn()}", "parameters": {"order": order}, **more}


def rejected(response):
    return [(one["index"], one["field"], one["code"]) for one in response.json()["rejected"]]


def test_every_row_is_accepted_or_rejected(api, shared):
    rows = [
        row(),
        row(to="02838123456"),
        row(order="A-3"),
        {"to": "+84981234567"},
        "no object",
        row(text="cut \ud83d"),
        row(bogus=1),
    ]
    response = api.post("/messages/batch", {**shared, "messages": rows})
    assert response.status_code == 202
    body = response.json()
    assert [one["index"] for one in body["accepted"]] == [0, 2]
    assert rejected(response) == [
        (1, "to", "fixed_line"),
        (3, "parameters.order", "missing_parameter"),
        (4, "", "invalid"),
        (5, "text", "lone_surrogate"),
        (6, "bogus", "unknown_field"),
    ]
    assert (body["accepted_count"], body["rejected_count"]) == (2, 5)
    assert Waiting.objects.count() == 2


def test_rejected_row_points_into_the_request(api, shared):
    rows = [row(), row(to=84981234567)]
    (one,) = api.post("/messages/batch", {**shared, "messages": rows}).json()["rejected"]
    assert one["pointer"] == "#/messages/1/to"
    assert "quotes" in one["detail"]


def test_accepted_row_says_what_it_costs(api, shared):
    wanted = row()
    (one,) = api.post("/messages/batch", {**shared, "messages": [wanted]}).json()["accepted"]
    message = Message.objects.get(id=one["id"])
    assert message.text == "Order A-1 is on its way."
    assert one["to"] == wanted["to"]
    assert one["price"] == {"amount": "350", "currency": "VND"}
    assert (one["encoding"], one["segment_count"], one["status"]) == ("gsm7", 1, "accepted")


def test_row_wins_over_what_is_shared(api, shared, market):
    rows = [row(metadata={"a": 2}), {"to": "0981234567", "text": "Hi", "class": "otp"}]
    batch = {**shared, "metadata": {"a": 1}, "messages": rows}
    ids = [one["id"] for one in api.post("/messages/batch", batch).json()["accepted"]]
    first, second = (Message.objects.get(id=one) for one in ids)
    assert (first.metadata, second.metadata) == ({"a": 2}, {"a": 1})
    assert (second.text, second.message_class) == ("Hi", "otp")


def test_shared_parameters_are_filled_up_by_the_row(api, shared):
    rows = [{"to": "0981234567"}, row(order="own")]
    batch = {**shared, "parameters": {"order": "shared"}, "messages": rows}
    ids = [one["id"] for one in api.post("/messages/batch", batch).json()["accepted"]]
    texts = [Message.objects.get(id=one).text for one in ids]
    assert texts == ["Order shared is on its way.", "Order own is on its way."]


def test_of_two_equal_references_the_first_counts(api, shared):
    rows = [row(client_reference="r"), row(client_reference="r")]
    response = api.post("/messages/batch", {**shared, "messages": rows})
    assert rejected(response) == [(1, "client_reference", "client_reference_used")]


def test_row_without_sender_anywhere_is_set_aside(api, market):
    batch = {"template": market.template, "messages": [row()]}
    assert rejected(api.post("/messages/batch", batch)) == [(0, "from", "required")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "empty"),
        ({}, "not_a_list"),
        (None, "null"),
        ([{}] * 10_001, "too_many"),
    ],
)
def test_list_that_is_none_is_refused(api, shared, rows, code):
    response = api.post("/messages/batch", {**shared, "messages": rows})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/messages", code)


def test_wrong_shared_field_refuses_the_batch(api, shared):
    response = api.post("/messages/batch", {**shared, "send_at": "soon", "messages": [row()]})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/send_at"
    assert not Message.objects.exists()


def test_batch_is_replayed_to_the_byte(api, shared):
    batch = {**shared, "messages": [row(), row(to="x")]}
    first, again = (
        api.post("/messages/batch", batch, headers={"Idempotency-Key": "b"}) for _ in range(2)
    )
    assert again.content == first.content
    assert (again.status_code, again["Idempotent-Replayed"]) == (202, "true")
    assert Message.objects.count() == 1
