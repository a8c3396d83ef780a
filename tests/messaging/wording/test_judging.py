"""Slots that are described the wrong way."""

import pytest

from messaging.wording.judging import spec_problems
from messaging.wording.sentences import FORMATS, REFUSALS, SPECS, VALUES
from messaging.wording.slots import SlotSpec


@pytest.mark.parametrize(
    ("spec", "code", "member"),
    [
        ({"type": "number"}, "bad_type", "type"),
        ({"charset": "latin"}, "bad_charset", "charset"),
        ({"max_length": 0}, "bad_longest", "max_length"),
        ({"max_length": 501}, "bad_longest", "max_length"),
        ({"type": "app_hash", "max_length": 10}, "app_hash_length", "max_length"),
        ({"currency": "VND"}, "bad_currency", "currency"),
        ({"type": "amount", "currency": "vnd"}, "bad_currency", "currency"),
        ({"pattern": "x" * 201}, "pattern_too_long", "pattern"),
        ({"pattern": "("}, "bad_pattern", "pattern"),
        ({"example": "x" * 41}, "example", "example"),
        ({"example": "bit.ly/x"}, "example", "example"),
        ({"pattern": "[0-9]+", "example": "abc"}, "example", "example"),
        ({"fallback": "a\nb"}, "fallback", "fallback"),
        ({"type": "date", "fallback": "soon"}, "fallback", "fallback"),
    ],
)
def test_named_with_slot_and_member(spec, code, member):
    (found,) = spec_problems(SlotSpec("a", **spec), "none")
    assert (found.slot, found.code, found.member) == ("a", code, member)
    assert (found.problem is None) == (code not in ("example", "fallback"))


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"type": "amount", "currency": "VND", "example": "1.250.000đ", "fallback": "0đ"},
        {"type": "app_hash", "max_length": 11, "example": "+QyYAqib1U4"},
        {"charset": "digits", "pattern": "[0-9]{6}", "example": "123456"},
        {"fallback": " "},
    ],
)
def test_nothing_is_wrong(spec):
    assert spec_problems(SlotSpec("a", **spec), "none") == ()


def test_letters_decide_whether_an_example_fits():
    spec = SlotSpec("a", charset="gsm7", example="Đặng")
    assert spec_problems(spec, "unmarked") == ()
    assert [one.code for one in spec_problems(spec, "none")] == ["example"]


def test_every_code_has_its_sentence():
    assert set(VALUES) == set(REFUSALS)
    assert all("%(slot)s" in one for one in (*VALUES.values(), *REFUSALS.values(), *SPECS.values()))
    assert FORMATS
