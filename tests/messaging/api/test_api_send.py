"""POST /messages: what is accepted, and what is said about what is not."""

import uuid

import pytest

from messaging.models import Dispatch, Message, Waiting

pytestmark = pytest.mark.django_db


def problem(response):
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["type"].endswith(body["code"])
    return body


def error_of(response):
    """(where, code) of the only wrong field."""
    (error,) = problem(response)["errors"]
    assert error["detail"]
    return error["pointer"], error["code"]


def test_accepted_message_is_the_answer(api, text):
    response = api.post("/messages", text)
    assert response.status_code == 201
    body = response.json()
    assert response["Location"] == f"/api/v1/messages/{body['id']}"
    assert {**body, "way": None} == api.get(f"/messages/{body['id']}").json()
    created_at = body.pop("created_at")
    assert created_at.endswith("Z")
    assert uuid.UUID(body.pop("id")).version == 7
    assert body == {
        "to": "+84981234567", "from": text["from"], "class": "care", "status": "accepted",
        "failure_reason": None, "delivery_proof": None, "text": "Your order is on its way.", "encoding": "gsm7",
        "segment_count": 1, "billed_segment_count": 1,
        "price": {"amount": "350", "currency": "VND"}, "livemode": True, "client_reference": None, "metadata": {}, "network": "viettel", "campaign": None,
        "send_at": None, "expires_at": None, "time_zone": None, "sent_at": None, "done_at": None,
    }  # fmt: skip


def test_message_and_dispatch_row_are_there_at_once(api, text):
    message_id = uuid.UUID(api.post("/messages", text).json()["id"])
    assert Message.objects.get(id=message_id).account_id == api.account.pk
    assert Dispatch.objects.get(id=message_id).lane == 2


def test_template_is_rendered(api, market):
    request = {
        "to": "0981234567",
        "from": market.sender.address,
        "template": market.template,
        "parameters": {"order": "A-1029"},
        "client_reference": "order-1029",
        "metadata": {"basket": 7, "vip": True},
    }
    body = api.post("/messages", request).json()
    assert body["text"] == "Order A-1029 is on its way."
    assert body["class"] == "care"
    assert body["client_reference"] == "order-1029"
    assert body["metadata"] == {"basket": 7, "vip": True}


def test_newlines_and_spaces_of_a_text_stay(api, text):
    body = api.post("/messages", text | {"text": " 1 \n+QyYAqib1U4\n"}).json()
    assert body["text"] == " 1 \n+QyYAqib1U4\n"


def test_scheduled_message_waits(api, text):
    response = api.post("/messages", text | {"send_at": "2099-01-31T09:00:00+07:00"})
    body = response.json()
    assert (body["status"], body["send_at"]) == ("scheduled", "2099-01-31T02:00:00Z")
    assert Waiting.objects.filter(id=body["id"]).exists()


def test_nulls_are_as_good_as_absent(api, text):
    nulls = dict.fromkeys(
        ["template", "parameters", "send_at", "expires_at", "client_reference", "metadata"]
    )
    assert api.post("/messages", text | nulls).status_code == 201


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"to": None}, "#/to", "null"),
        ({"to": 84981234567}, "#/to", "invalid"),
        ({"to": ""}, "#/to", "blank"),
        ({"to": "02838123456"}, "#/to", "fixed_line"),
        ({"from": "NOBODY"}, "#/from", "unknown_sender"),
        ({"class": "urgent"}, "#/class", "invalid_choice"),
        ({"class": ["care"]}, "#/class", "invalid_choice"),
        ({"text": "a\x00b"}, "#/text", "nul"),
        ({"text": "cut \ud83d"}, "#/text", "lone_surrogate"),
        ({"text": "x" * 5001}, "#/text", "max_length"),
        ({"send_at": "2027-01-31T09:00:00"}, "#/send_at", "invalid"),
        ({"expires_at": "2020-01-31T09:00:00Z"}, "#/expires_at", "expires_before_sending"),
        ({"client_reference": "x" * 101}, "#/client_reference", "max_length"),
        ({"metadata": []}, "#/metadata", "not_a_dict"),
        ({"metadata": {"a": {"b": 1}}}, "#/metadata", "nested"),
        ({"metadata": {"a": "x" * 5000}}, "#/metadata", "too_large"),
        ({"metadata": {"a\x00": 1}}, "#/metadata/a\x00", "nul"),
        ({"parameters": {"a": "b"}}, "#/parameters", "parameters_without_template"),
        ({"txt": "x"}, "#/txt", "unknown_field"),
    ],
)
def test_wrong_field_is_named(api, text, change, pointer, code):
    response = api.post("/messages", text | change)
    assert response.status_code in {403, 422}
    assert error_of(response) == (pointer, code)
    assert not Message.objects.exists()


def test_every_wrong_field_is_named_at_once(api, market):
    errors = problem(api.post("/messages", {"class": "x", "bogus": 1}))["errors"]
    assert {error["pointer"] for error in errors} == {"#/to", "#/from", "#/class", "#/bogus"}


def test_missing_slot_is_named(api, market):
    request = {"to": "0981234567", "from": market.sender.address, "template": market.template}
    assert error_of(api.post("/messages", request)) == ("#/parameters/order", "missing_parameter")


def test_parameter_that_is_a_number_is_refused(api, market):
    request = {
        "to": "0981234567",
        "from": market.sender.address,
        "template": market.template,
        "parameters": {"order": 1029},
    }
    assert error_of(api.post("/messages", request)) == ("#/parameters/order", "invalid")


def test_class_without_free_text_is_refused_with_403(api, text):
    response = api.post("/messages", text | {"class": "marketing"})
    assert (response.status_code, problem(response)["code"]) == (403, "free_text_not_allowed")


def test_client_reference_names_one_message(api, text):
    api.post("/messages", text | {"client_reference": "r-1"})
    response = api.post("/messages", text | {"client_reference": "r-1"})
    assert (response.status_code, problem(response)["code"]) == (409, "client_reference_used")


@pytest.mark.parametrize(
    ("raw", "content_type", "status", "code"),
    [
        (b'{"to": ', "application/json", 400, "malformed_json"),
        (b'{"to": NaN}', "application/json", 400, "malformed_json"),
        (b'{"to": "\xff"}', "application/json", 400, "malformed_json"),
        (b"[" * 100_000, "application/json", 400, "malformed_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", 400, "malformed_json"),
        (b'{"metadata": {"a": 1e999}}', "application/json", 422, "invalid_request"),
        (b"[]", "application/json", 422, "invalid_request"),
        (b'"text"', "application/json", 422, "invalid_request"),
        (b"null", "application/json", 422, "invalid_request"),
        (b"", "application/json", 422, "invalid_request"),
        (b"to=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
    ],
)
def test_bodies_that_are_no_messages(api, raw, content_type, status, code):
    response = api.post("/messages", raw, content_type=content_type)
    assert (response.status_code, problem(response)["code"]) == (status, code)


def test_body_beyond_the_limit_is_413(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = api.post("/messages", b'{"text": "' + b"x" * 2000 + b'"}')
    assert (response.status_code, problem(response)["code"]) == (413, "too_large")


def test_charset_of_the_content_type_does_not_matter(api, text):
    response = api.post("/messages", text, content_type="Application/JSON; charset=utf-8")
    assert response.status_code == 201


def test_single_message_costs_few_queries(api, text, django_assert_max_num_queries):
    api.post("/messages", text)
    with django_assert_max_num_queries(12):
        assert api.post("/messages", text, headers={"Idempotency-Key": "k"}).status_code == 201
