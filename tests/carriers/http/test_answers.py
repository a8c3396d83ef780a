import pytest

from carriers.http import answers
from carriers.http.answers import judge
from carriers.http.options import HttpOptions
from carriers.smpp import statuses

BY_ID = HttpOptions("https://c.example/", id_path="messages[0].id", error_path="error.code")
BY_CODE = HttpOptions(
    "https://c.example/",
    success_path="status",
    success_values=("0",),
    id_path="id",
    error_path="status",
    error_classes={"code:1707": "permanent_route", "code:9": "unknown", "500": "temporary"},
)


@pytest.mark.parametrize(
    ("status", "body", "word", "number", "message_id"),
    [
        (202, b'{"messages":[{"id":77}]}', "ok", 0, "77"),
        (200, b'{"messages":[]}', "permanent_message", 0x480000C8, ""),
        (200, b'{"messages":[],"error":{"code":"12"}}', "permanent_message", 0x4900000C, ""),
        (200, b"<html>", "unknown", 0x480000C8, ""),
        (200, b"", "unknown", 0x480000C8, ""),
        (400, b'{"error":{"code":3}}', "permanent_message", 0x49000003, ""),
        (401, b"", "credentials", 0x48000191, ""),
        (302, b"", "credentials", 0x4800012E, ""),
        (429, b"", "throttle", 0x480001AD, ""),
        (503, b"", "temporary", 0x480001F7, ""),
        (500, b"", "unknown", 0x480001F4, ""),
        (504, b"", "unknown", 0x480001F8, ""),
        (422, b"[]", "permanent_message", 0x480001A6, ""),
    ],
)
def test_answers_by_status_and_id(status, body, word, number, message_id):
    assert judge(BY_ID, status, body) == (word, number, message_id)


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (200, b'{"status":0,"id":"a"}', "ok"),
        (200, b'{"status":1707}', "permanent_route"),
        (200, b'{"status":9}', "unknown"),
        (200, b'{"status":4}', "permanent_message"),
        (500, b'{"status":4}', "temporary"),
        (500, b'{"status":1707}', "permanent_route"),
    ],
)
def test_answers_by_the_carriers_own_code(status, body, word):
    assert judge(BY_CODE, status, body).word == word


def test_without_an_id_or_a_condition_the_status_alone_says_it():
    assert judge(HttpOptions("https://c.example/"), 200, b"whatever").word == "ok"


def test_a_stored_number_means_after_a_crash_what_it_meant_before():
    for status, body in [(200, b'{"status":1707}'), (503, b""), (429, b""), (200, b'{"status":4}')]:
        judged = judge(BY_CODE, status, body)
        assert answers.stored_class(judged.number, BY_CODE.error_classes) == judged.status_class
    assert answers.stored_class(0, {}) == "ok"
    assert answers.stored_class(0x49000009, BY_CODE.error_classes) == "ambiguous"


def test_numbers_have_names():
    assert statuses.name(0x480001AD) == "HTTP 429"
    assert statuses.name(0x490006AB) == "code 1707"
    assert statuses.is_known(0x480001AD)
