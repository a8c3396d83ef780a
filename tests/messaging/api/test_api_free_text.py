"""Plain texts of accounts that may not write freely: they come from approved templates."""

import pytest

from messaging.models import Message
from messaging.services import free_texts
from tests.factories import make_template, make_template_version
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db

SHIPPED = "Order {order} is on its way."
SLOTS = [{"name": "order", "type": "code", "max_length": 10, "example": "A1"}]


@pytest.fixture
def bound(api, world, market) -> Caller:
    """An account that may not send free text; its template is `market.template`, of class care."""
    world.account.free_text_classes = []
    world.account.save()
    return api


def wanted(market, text, **more):
    return {"to": "+84981234567", "from": market.sender.address, "text": text, **more}


def refusal(response):
    body = response.json()
    return response.status_code, body["code"], body.get("closest")


def test_text_of_a_template_is_sent_by_it(bound, market):
    response = bound.post("/messages", wanted(market, "Order A-7 is on its way."))
    assert response.status_code == 201, response.content
    assert (response.json()["class"], response.json()["text"]) == (
        "care",
        "Order A-7 is on its way.",
    )
    message = Message.objects.get(id=response.json()["id"])
    assert message.template_version.template.slug == market.template


def test_text_is_sent_in_the_letters_of_its_template(bound, market, world):
    make_template_version(
        world.account,
        advertiser=world.advertiser,
        body="Mã xác thực: {code}",
        slots=[{"name": "code", "type": "code", "example": "482915"}],
        message_class="otp",
        rewriting="unmarked",
    )
    response = bound.post("/messages", wanted(market, "Mã xác thực: 482915"))
    assert response.json()["text"] == "Ma xac thuc: 482915"
    assert response.json()["encoding"] == "gsm7"


def test_first_difference_to_the_closest_template_is_named(bound, market):
    response = bound.post("/messages", wanted(market, "Order A-7 is on the way."))
    assert refusal(response) == (
        422,
        "text_matches_no_template",
        {
            "template": market.template,
            "language": "vi",
            "position": 16,
            "expected": "its way.",
            "found": "the way.",
        },
    )
    assert market.template in response.json()["detail"]
    assert response.json()["errors"][0]["pointer"] == "#/text"
    assert not Message.objects.exists()


def test_text_that_resembles_nothing_names_nothing(bound, market):
    response = bound.post("/messages", wanted(market, "????"))
    assert refusal(response) == (422, "text_matches_no_template", None)


def test_value_that_its_slot_does_not_take_is_a_difference(bound, market, world):
    make_template_version(
        world.account,
        advertiser=world.advertiser,
        body="Your code is {code}.",
        slots=[{"name": "code", "type": "code", "max_length": 6, "example": "482915"}],
        message_class="otp",
    )
    response = bound.post("/messages", wanted(market, "Your code is 4829150000."))
    assert refusal(response)[1] == "text_matches_no_template"
    assert "“code”" in response.json()["detail"]


@pytest.mark.parametrize(
    ("text", "message_class", "status", "code"),
    [
        ("Order A-7 is on its way.", "care", 201, None),
        ("Order A-7 is on its way.", "otp", 422, "class_differs"),
        ("Something else", "otp", 403, "free_text_not_allowed"),
        ("Order A-7 is off.", "care", 422, "text_matches_no_template"),
        (" ", "care", 422, "empty_text"),
    ],
)
def test_class_has_to_be_the_templates(bound, market, text, message_class, status, code):
    response = bound.post("/messages", wanted(market, text, **{"class": message_class}))
    assert (response.status_code, response.json().get("code")) == (status, code)


def test_class_may_be_written_freely_where_the_account_may(api, market):
    response = api.post("/messages", wanted(market, "Anything at all", **{"class": "care"}))
    assert response.status_code == 201
    assert Message.objects.get().template_version_id is None
    assert refusal(api.post("/messages", wanted(market, "Anything")))[1] == "class_required"


@pytest.mark.parametrize("status", ["draft", "submitted", "retired", "withdrawn", "rejected"])
def test_only_what_is_approved_now_counts(bound, market, world, status):
    make_template_version(world.account, body="Only once {order}", slots=SLOTS, status=status)
    response = bound.post("/messages", wanted(market, "Only once A1"))
    assert refusal(response)[1] == "text_matches_no_template"


def test_templates_of_others_are_neither_used_nor_named(bound, market, world):
    make_template_version(
        world.other_account,
        advertiser=world.other_advertiser,
        body="Secret sale of {order} tomorrow",
        slots=SLOTS,
    )
    response = bound.post("/messages", wanted(market, "Secret sale of A1 tomorrow"))
    assert refusal(response)[:2] == (422, "text_matches_no_template")
    assert "Secret" not in str(response.json().get("closest"))
    assert "tomorrow" not in response.json()["detail"]


def test_account_without_templates_is_refused(world, market):
    stranger = Caller(world.other_account)
    sender = market.sender
    sender.account, sender.advertiser = world.other_account, world.other_advertiser
    sender.save()
    response = stranger.post("/messages", wanted(market, "Order A-7 is on its way."))
    assert refusal(response)[:2] == (403, "free_text_not_allowed")


def test_rows_of_a_batch_are_set_aside_one_by_one(bound, market):
    texts = ["Order A-1 is on its way.", "Order A-2 is here.", "Order A-3 is on its way."]
    rows = [{"to": f"+8498123456{n}", "text": text} for n, text in enumerate(texts)]
    body = bound.post("/messages/batch", {"from": market.sender.address, "messages": rows}).json()
    assert [one["index"] for one in body["accepted"]] == [0, 2]
    (rejected,) = body["rejected"]
    assert (rejected["index"], rejected["code"]) == (1, "text_matches_no_template")
    assert (rejected["pointer"], rejected["field"]) == ("#/messages/1/text", "text")
    assert rejected["closest"]["template"] == market.template
    assert rejected["closest"]["found"] == "here."


def test_index_is_built_once_for_the_same_texts(bound, market, monkeypatch):
    built = []
    matcher = free_texts.Matcher
    monkeypatch.setattr(free_texts, "Matcher", lambda sets: built.append(1) or matcher(sets))
    free_texts._indexes.clear()
    rows = [{"to": "+84981234567", "text": f"Order {n} is on its way."} for n in range(5)]
    for _ in range(2):
        bound.post("/messages/batch", {"from": market.sender.address, "messages": rows})
    assert len(built) == 1


def test_preview_says_which_template_a_text_comes_from(bound, market):
    body = wanted(market, "Order A-7 is on its way.")
    found = bound.post("/messages/preview", body).json()
    assert (found["template"], found["refusal"]) == (market.template, None)
    body = wanted(market, "Order A-7 is off.")
    found = bound.post("/messages/preview", body | {"class": "care"}).json()
    assert found["template"] is None
    assert found["refusal"]["code"] == "text_matches_no_template"
    assert found["refusal"]["closest"]["template"] == market.template
    assert found["segment_count"] == 1


def test_language_chooses_the_text(api, market, world):
    make_template_version(
        template=make_template(world.account, slug="hello", language="vi"),
        body="Xin chào",
        variants=[
            {"language": "en", "body": "Hello", "rewriting": "none"},
            {"language": "vi-x-plain", "body": "Xin chào", "rewriting": "unmarked"},
        ],
    )
    base = {"from": market.sender.address, "template": "hello"}
    rows = [
        {"to": "+84981234567", "language": language}
        for language in ("en", "en-GB", "vi-x-plain", "fr", None)
    ]
    made = api.post("/messages/batch", base | {"messages": rows}).json()["accepted"]
    texts = [api.get(f"/messages/{one['id']}").json()["text"] for one in made]
    assert texts == ["Hello", "Hello", "Xin chao", "Xin chào", "Xin chào"]
    single = api.post("/messages", base | {"to": "+84981234567", "language": "en"}).json()
    assert single["text"] == "Hello"
