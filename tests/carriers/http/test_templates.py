"""Whatever a text holds, it stays in its place: JSON, form, address, header."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.http.options import HttpOptions
from carriers.http.templates import fill, request_of, unknown_placeholders

BODY = {"to": "{{to_plus}}", "msg": {"text": "{{text}}", "part": "{{segment}}"}, "ref": ["x{{to}}"]}
VALUES = {"to": "8491", "to_plus": "+8491", "text": "hi", "segment": 2, "wants_receipt": True}
NASTY = [
    '","admin":true,"x":"',
    "{{to}}",
    "a&to=999",
    "50%25",
    "\r\nX-Evil: 1",
    "\\",
    "😀",
    "\ud800",
]


def test_a_placeholder_alone_keeps_its_type_and_others_are_text():
    assert fill(BODY, VALUES) == {
        "to": "+8491",
        "msg": {"text": "hi", "part": 2},
        "ref": ["x8491"],
    }
    assert fill("{{wants_receipt}}/{{wants_receipt}}", VALUES) == "true/true"
    assert fill(["{{ text }}", 7, None], VALUES) == ["hi", 7, None]


@pytest.mark.parametrize("text", NASTY)
def test_json_cannot_be_broken_out_of(text):
    request = request_of(HttpOptions("https://c.example/m", body=BODY), {**VALUES, "text": text})
    written = json.loads(request.body)
    assert list(written) == ["to", "msg", "ref"]
    assert written["msg"]["text"] == text.encode("utf-8", "replace").decode()


@given(st.text())
def test_a_form_carries_any_text_as_one_field(text):
    options = HttpOptions(
        "https://c.example/m", format="form", body={"t": "{{text}}", "n": "{{to}}"}
    )
    request = request_of(options, {**VALUES, "text": text})
    found = parse_qs(request.body.decode(), keep_blank_values=True)
    assert found == {"t": [text.encode("utf-8", "replace").decode()], "n": ["8491"]}
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("text", NASTY)
def test_addresses_and_headers_have_no_line_of_a_texts_making(text):
    options = HttpOptions(
        "https://c.example/send/{{text}}?to={{to}}&t={{text}}", headers={"X-Ref": "r-{{text}}"}
    )
    request = request_of(options, {**VALUES, "text": text})
    parts = urlsplit(request.target)
    assert parts.path.count("/") == 2
    assert parse_qs(parts.query)["to"] == ["8491"]
    assert "\n" not in request.headers["X-Ref"]
    assert request.target.isascii()


def test_get_carries_the_filled_body_in_its_query():
    options = HttpOptions("https://c.example/m?key=1", method="GET", body={"to": "{{to}}"})
    request = request_of(options, VALUES)
    assert (request.target, request.body) == ("/m?key=1&to=8491", b"")


@pytest.mark.parametrize(
    ("how", "name", "header"),
    [
        ("bearer", "", {"Authorization": "Bearer s3"}),
        ("basic", "me", {"Authorization": "Basic bWU6czM="}),
        ("header", "X-Key", {"X-Key": "s3"}),
        ("none", "", {}),
    ],
)
def test_authentication(how, name, header):
    options = HttpOptions(
        "https://c.example/", authentication=how, authentication_name=name, secret="s3"
    )
    request = request_of(options, VALUES)
    assert header.items() <= request.headers.items()
    assert len(request.headers) == len(header) + 1
    assert "s3" not in repr(options)


def test_names_that_are_none_are_found():
    assert unknown_placeholders({"a": "{{to}} {{ password }}", "b": ["{{}}"]}) == [
        "{{ password }}",
        "{{}}",
    ]
