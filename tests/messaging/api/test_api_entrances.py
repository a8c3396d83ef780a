"""No door of the API takes half a character or U+0000, and each says where it stands, from 1."""

import pytest

from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db

BAD = [
    ("Xin ch\x00ao", "nul", 7),
    ("Xin ch\ud83d", "lone_surrogate", 7),
    ("\udc00", "lone_surrogate", 1),
]


@pytest.fixture(params=BAD, ids=["nul", "cut", "first"])
def bad(request):
    return request.param


def only_error(response):
    (error,) = response.json()["errors"]
    return error["pointer"], error["code"], error["detail"]


def assert_refused(response, pointer, bad):
    assert response.status_code == 422
    found, code, detail = only_error(response)
    assert (found, code) == (pointer, bad[1])
    assert f"Character {bad[2]} " in detail


@pytest.mark.parametrize("path", ["/messages", "/messages/preview"])
def test_text_of_a_message(api, text, path, bad):
    assert_refused(api.post(path, text | {"text": bad[0]}), "#/text", bad)


@pytest.mark.parametrize("path", ["/messages", "/messages/preview"])
def test_parameter_of_a_template(api, market, path, bad):
    body = {"to": "0981234567", "from": market.sender.address, "template": market.template}
    response = api.post(path, body | {"parameters": {"order": bad[0]}})
    assert_refused(response, "#/parameters/order", bad)


def test_metadata_and_reference_of_a_message(api, text, bad):
    assert_refused(
        api.post("/messages", text | {"metadata": {"a": [bad[0]]}}), "#/metadata/a/0", bad
    )
    reference = api.post("/messages", text | {"client_reference": bad[0]})
    assert_refused(reference, "#/client_reference", bad)


def test_row_of_a_batch_does_not_stop_the_others(api, market, bad):
    rows = [
        {"to": "+84981234567", "parameters": {"order": bad[0]}},
        {"to": "+84981234568", "parameters": {"order": "A-1"}},
    ]
    shared = {"from": market.sender.address, "template": market.template}
    body = api.post("/messages/batch", {**shared, "messages": rows}).json()
    assert [one["index"] for one in body["accepted"]] == [1]
    (row,) = body["rejected"]
    assert (row["pointer"], row["code"]) == ("#/messages/0/parameters/order", bad[1])
    assert f"Character {bad[2]} " in row["detail"]


def test_text_that_a_batch_shares(api, text, bad):
    shared = {"from": text["from"], "class": "care", "text": bad[0]}
    response = api.post("/messages/batch", shared | {"messages": [{"to": text["to"]}]})
    assert_refused(response, "#/text", bad)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda bad: {"text": bad}, "#/text"),
        (lambda bad: {"slots": [{"name": "order", "max_length": 9, "example": bad}]}, "#/slots/0/example"),
        (lambda bad: {"slots": [{"name": "order", "max_length": 9, "example": "A", "fallback": bad}]}, "#/slots/0/fallback"),
        (lambda bad: {"variants": [{"language": "en", "text": bad}]}, "#/variants/0/text"),
    ],
    ids=["text", "example", "fallback", "variant"],
)  # fmt: skip
def test_wording_of_a_template(world, market, bad, change, pointer):
    alice = Caller(world.account, actor=world.alice)
    words = {
        "text": "Order {order} is on its way.",
        "slots": [{"name": "order", "max_length": 9, "example": "A-1"}],
    }
    response = alice.post(f"/templates/{market.template}/versions", words | change(bad[0]))
    assert_refused(response, pointer, bad)


def test_filters_of_a_list_answer_nothing_worse_than_a_refusal(api, text):
    for query in ("to=%00", "client_reference=%00", "client_reference=%ED%A0%BD"):
        assert api.get(f"/messages?{query}").status_code in {200, 422}
