"""Pointers, flattened errors, and what can be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ErrorDetail

from config.common.api.pagination import cut, decode, encode
from config.common.api.problems import InvalidInput, flatten, pointer
from config.common.api.storable import unstorable


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), "#"),
        (("messages", 3, "to"), "#/messages/3/to"),
        (("a/b", "c~d"), "#/a~1b/c~0d"),
        (("\ud83d",), r"#/\ud83d"),
    ],
)
def test_pointer_escapes(steps, expected):
    assert pointer(*steps) == expected


def test_nested_errors_become_a_flat_list():
    detail = {
        "to": [ErrorDetail("Missing.", code="required")],
        "messages": {0: {"text": [ErrorDetail("Long.", code="max_length")]}},
        "non_field_errors": [ErrorDetail("Odd.", code="invalid")],
    }
    found = [(one.name, one.code, one.detail) for one in flatten(detail)]
    assert found == [
        ("#/to", "required", "to: Missing."),
        ("#/messages/0/text", "max_length", "text: Long."),
        ("#", "invalid", "Odd."),
    ]


@pytest.mark.parametrize(
    ("value", "where", "code"),
    [
        ({"text": "a\x00b"}, "#/text", "nul"),
        ({"text": "Xin ch\ud83d"}, "#/text", "lone_surrogate"),
        ({"a": [{"b": "\x00"}]}, "#/a/0/b", "nul"),
        ({"a": {"k\x00": 1}}, "#/a/k\x00", "nul"),
        ({"a": float("inf")}, "#/a", "not_finite"),
    ],
)
def test_what_cannot_be_stored_is_found_where_it_is(value, where, code):
    assert [(one.name, one.code) for one in unstorable(value)] == [(where, code)]


def test_position_counts_from_one():
    assert "Character 7 " in unstorable({"text": "Xin ch\udc00ào"})[0].detail


@given(
    st.recursive(
        st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.integers(), st.lists
    )
)
def test_everything_else_can_be_stored(value):
    assert unstorable({"value": value}) == []


def test_text_that_only_looks_like_an_escape_is_stored():
    assert unstorable({"text": r"\u0000"}) == []


@given(st.text())
def test_cursor_holds_any_key(key):
    try:
        key.encode()
    except UnicodeEncodeError:
        return
    assert decode(encode(key), str) == key


@pytest.mark.parametrize("cursor", ["", "%%%", "bm9wZQ", "é", "a"])
def test_foreign_cursor_is_refused(cursor):
    with pytest.raises(InvalidInput) as caught:
        decode(cursor, int)
    assert caught.value.problems[0].as_dict()["parameter"] == "cursor"


def test_page_knows_whether_there_is_more():
    assert cut([5, 4, 3], 2, int).next_key == "4"
    assert cut([5, 4], 2, int).next_key is None
