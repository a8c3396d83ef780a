"""Rows of a batch that are read without a serializer are read as by the serializer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from config.common.api.storable import unstorable
from messaging.api.inputs import RowInput
from messaging.api.plain_rows import plain_row

ROW = RowInput()
NAMES = sorted({*ROW.fields, "colour", "From"})
WORDS = st.sampled_from(
    [
        "",
        " ",
        "+84981234567",
        " 0981",
        "0981\n",
        "otp",
        "a" * 30,
        "a" * 31,
        "a" * 1601,
        "\u00a0x",
        "2027-01-31T09:00:00Z",
    ]
)
VALUES = st.one_of(
    WORDS, st.text(max_size=6), st.none(), st.integers(), st.booleans(), st.lists(WORDS, max_size=2),
    st.dictionaries(st.text(max_size=3), st.one_of(WORDS, st.integers(), st.none()), max_size=3),
)  # fmt: skip


def by_serializer(row):
    try:
        return dict(ROW.run_validation(row))
    except ValidationError:
        return "refused"


@given(st.one_of(VALUES, st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)))
def test_a_plain_row_is_what_the_serializer_makes_of_it(row):
    if unstorable(row):
        return
    found = plain_row(row)
    assert found is None or found == by_serializer(row)


@pytest.mark.parametrize(
    "row",
    [
        {"to": "+84981234567"},
        {"to": "0981234567", "parameters": {"name": "", "code": " A "}, "client_reference": "o-1"},
        {"to": "0981234567", "from": "53849", "text": " two  spaces ", "language": "vi"},
    ],
)
def test_usual_rows_are_plain(row):
    assert plain_row(row) == by_serializer(row)


@pytest.mark.parametrize(
    "row",
    [
        {"from": "53849"},
        {"to": 84981234567},
        {"to": " 0981234567"},
        {"to": "0981234567", "parameters": {"code": 1}},
        {"to": "0981234567", "metadata": {}},
        {"to": "0981234567", "colour": "red"},
    ],
)
def test_others_are_left_to_the_serializer(row):
    assert plain_row(row) is None
