"""Specs of slots as they are stored, and the sets of characters they are held to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.encoding import gsm7
from messaging.wording.charsets import CHARSETS
from messaging.wording.grammar import parse
from messaging.wording.slots import (
    SLOT_TYPES,
    PatternError,
    SlotSpec,
    SpecError,
    pattern_of,
    spec_of,
    specs_of,
)


def test_entries_of_older_versions_read_as_text():
    spec = spec_of({"name": "code", "max_length": 8, "example": "529420"})
    assert spec == SlotSpec("code", max_length=8, example="529420")
    assert spec.type == "text"


@given(
    st.builds(
        SlotSpec,
        name=st.from_regex("[a-z]{1,5}", fullmatch=True),
        type=st.sampled_from(SLOT_TYPES),
        max_length=st.integers(1, 500),
        charset=st.sampled_from(["", *CHARSETS]),
        pattern=st.text(max_size=5),
        example=st.text(max_size=5),
        fallback=st.text(max_size=5),
        currency=st.sampled_from(["", "VND"]),
    )
)
def test_specs_survive_storage(spec):
    assert spec_of(spec.as_json()) == spec


def test_storage_leaves_defaults_out():
    assert SlotSpec("a", max_length=5, example="x").as_json() == {
        "name": "a",
        "max_length": 5,
        "example": "x",
    }
    assert SlotSpec("a", type="amount", currency="VND").as_json()["currency"] == "VND"


def test_specs_follow_the_body_and_forget_slots_that_are_gone():
    given_specs = [{"name": "a", "max_length": 5}, {"name": "old"}]
    assert specs_of(parse("{b} {a} {b}"), given_specs) == (
        SlotSpec("b"),
        SlotSpec("a", max_length=5),
    )


@pytest.mark.parametrize(
    "entry",
    [
        "code",
        None,
        {"name": "a", "max_length": "many"},
        {"name": "a", "max_length": True},
        {"name": "a", "max_length": 1.5},
        {"name": "a", "example": 5},
        {"name": ["a"]},
    ],
)
def test_what_is_no_entry_is_refused(entry):
    with pytest.raises(SpecError):
        spec_of(entry)


def test_each_type_has_a_length_of_its_own():
    assert spec_of({"name": "a", "type": "app_hash"}).max_length == 11
    assert spec_of({"name": "a", "type": "url", "max_length": ""}).max_length == 60


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a", "missing )"),
        ("a(?=b)", "invalid perl operator"),
        (r"(a)\1", "invalid escape sequence"),
        ("[b-a]", "invalid character class range"),
        (r"(\pL{1000}){1000}", "invalid repetition size"),
    ],
)
def test_patterns_that_cannot_be_used_say_why(pattern, reason):
    with pytest.raises(PatternError) as caught:
        pattern_of(pattern)
    assert reason in caught.value.reason


@given(st.characters(exclude_categories=["Cs"]))
def test_sets_say_what_their_characters_cost(character):
    for charset in CHARSETS.values():
        if charset.outside(character) is not None:
            continue
        octets = gsm7.encode(character)
        assert octets is not None or not charset.is_gsm7
        assert len(octets or b"") <= charset.gsm7_units
        assert len(character.encode("utf-16-le")) == 2 or charset.has_pairs


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("letters", "Đặng Thị Ngọc-Ánh O’Brien & Co. (2)", "[]@:😀{\n_"),
        ("plain_letters", "Dang Thi Anh, Cty. A&B (2)", "ặ’@:_"),
        ("gsm7", "à€[]{}@Ω", "`ặ’\n"),
        ("gsm7_basic", "àΩ@", "€[^"),
        ("ascii", "a~[|", "`à\t"),
        ("digits", "0123", "٣a "),
        ("alphanumeric", "aZ9", " -_à"),
        ("base64", "aZ9+/=", "-_ "),
    ],
)
def test_members_of_sets(name, inside, outside):
    charset = CHARSETS[name]
    assert charset.outside(inside) is None
    assert [charset.outside(one) for one in outside] == [0] * len(outside)


@pytest.mark.parametrize(
    ("slot_type", "rewriting", "charset"),
    [
        ("text", "none", "any"),
        ("text", "unmarked", "gsm7"),
        ("name", "smart", "letters"),
        ("name", "unmarked", "plain_letters"),
        ("code", "unmarked", "alphanumeric"),
        ("amount", "none", ""),
    ],
)
def test_set_where_the_author_chose_none(slot_type, rewriting, charset):
    assert SlotSpec("a", type=slot_type).charset_under(rewriting) == charset
    assert SlotSpec("a", type=slot_type, charset="ascii").charset_under(rewriting) == "ascii"
