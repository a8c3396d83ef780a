"""What a template costs before its values are known, and what changed between two wordings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import slots
from messaging.wordings import (
    SlotSpec,
    changes_between,
    cost_of,
    example_of,
    figures_of,
    longest_of,
    specs_of,
)

OTP = slots.parse("Your code: {code}\n+QyYAqib1U4")


def test_specs_follow_the_body_and_forget_slots_that_are_gone() -> None:
    parsed = slots.parse("{b} {a} {b}")
    given_specs = [
        {"name": "a", "max_length": 5, "example": "x"},
        {"name": "old", "max_length": 9, "example": "y"},
    ]
    assert specs_of(parsed, given_specs) == (SlotSpec("b", 20, ""), SlotSpec("a", 5, "x"))


def test_example_keeps_newlines_and_shows_names_where_no_example_is() -> None:
    assert example_of(OTP, [SlotSpec("code", 8, "")]) == "Your code: code\n+QyYAqib1U4"


def test_longest_value_is_written_in_the_letters_of_the_example() -> None:
    assert longest_of(OTP, [SlotSpec("code", 5, "12")]) == "Your code: 12121\n+QyYAqib1U4"


@pytest.mark.parametrize(
    ("example", "encodings"),
    [
        ("Mai", ("gsm7", "gsm7", "ucs2")),
        ("Việt", ("ucs2", "ucs2", "ucs2")),
    ],
)
def test_cost_of_example_longest_and_worst(example: str, encodings: tuple[str, ...]) -> None:
    parsed = slots.parse("Chao {name}")
    cost = cost_of(parsed, [SlotSpec("name", 80, example)])
    assert (cost.example.encoding, cost.longest.encoding, cost.worst.encoding) == encodings
    assert (cost.example.segment_count, cost.worst.segment_count) == (1, 2)


def test_a_text_without_slots_costs_what_it_costs() -> None:
    cost = cost_of(slots.parse("Hello"), [])
    assert cost.example == cost.longest == cost.worst


@pytest.mark.parametrize(
    ("text", "count", "left"),
    [
        ("a" * 160, 1, 0),
        ("a" * 161, 2, 145),
        ("ệ" * 70, 1, 0),
        ("ệ" * 71, 2, 63),
        ("", 1, 160),
    ],
)
def test_figures_count_what_is_left_in_the_last_segment(text: str, count: int, left: int) -> None:
    figures = figures_of(text)
    assert (figures.segment_count, figures.left) == (count, left)


def test_change_of_one_word_is_one_word() -> None:
    changes = changes_between("Sale ends 30/11, {name}", "Sale ends 31/12, {customer}")
    assert [(one.kind, one.text) for one in changes if one.kind != "same"] == [
        ("removed", "30"),
        ("added", "31"),
        ("removed", "11"),
        ("added", "12"),
        ("removed", "{name}"),
        ("added", "{customer}"),
    ]


@given(st.text(max_size=60), st.text(max_size=60))
def test_changes_rebuild_both_wordings(old: str, new: str) -> None:
    changes = changes_between(old, new)
    assert "".join(one.text for one in changes if one.kind != "removed") == new
    assert "".join(one.text for one in changes if one.kind != "added") == old
