"""From plain text back to its wording, and what is said where there is none."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.wording.matching import Closest, Match, Matcher
from messaging.wording.values import RefusedValueError
from messaging.wording.wordings import wording_set

CODE = {"name": "code", "type": "code"}


def matcher(*bodies, **fields):
    """Wordings numbered from 0."""
    fields = {"language": "vi"} | fields
    return Matcher((at, wording_set(body=body, **fields)) for at, body in enumerate(bodies))


@pytest.mark.parametrize(
    ("bodies", "text", "key", "values"),
    [
        (["Hello"], "Hello", 0, {}),
        (["Hi {a}!", "Bye {a}!"], "Bye Mai!", 1, {"a": "Mai"}),
        (["{a} {b}"], "x y", 0, {"a": "x", "b": "y"}),
        (["{a}{b}"], "xyz", 0, {"a": "x", "b": "yz"}),
        (["{a} {code}"], "Van A 123", 0, {"a": "Van A", "code": "123"}),
        (["{a} and {a}"], "x and x", 0, {"a": "x"}),
        (["{a}{a}"], "xyxy", 0, {"a": "xy"}),
        (["{a}, {b}, {a}"], "x, y, x, y, x", 0, {"a": "x", "b": "y, x, y"}),
        (["Code: {code}\n+QyYAqib1U4"], "Code: 12\r\n+QyYAqib1U4", 0, {"code": "12"}),
        (["{{x}} {a}"], "{x} {b}", 0, {"a": "{b}"}),
        (["{a}", "Dear {a}"], "Dear Mai", 1, {"a": "Mai"}),
        (["{a}{b}", "{b}{a}"], "xy", 0, {"a": "x", "b": "y"}),
        (["Mã {a}"], unicodedata.normalize("NFD", "Mã Ánh"), 0, {"a": "Ánh"}),
        (["😀{a}😀"], "😀😀😀", 0, {"a": "😀"}),
    ],
)
def test_found_with_its_values(bodies, text, key, values):
    found = matcher(*bodies, slots=[CODE]).match(text)
    assert isinstance(found, Match)
    assert (found.key, found.values) == (key, values)
    assert found.wording.render(found.values) == found.text


@pytest.mark.parametrize(
    ("rewriting", "text", "sent"),
    [
        ("unmarked", "Mã của Ánh: 12", "Ma cua Anh: 12"),
        ("unmarked", "Ma cua Anh: 12", "Ma cua Anh: 12"),
        ("smart", "Mã của “Ánh”: 12", 'Mã của "Ánh": 12'),
        ("none", "Mã của Ánh: 12", "Mã của Ánh: 12"),
    ],
)
def test_compared_in_the_letters_that_are_sent(rewriting, text, sent):
    found = matcher("Mã của {a}: {code}", rewriting=rewriting, slots=[CODE]).match(text)
    assert isinstance(found, Match)
    assert found.text == found.wording.render(found.values) == sent


def test_other_letters_do_not_match_a_text_sent_as_written():
    assert isinstance(matcher("Mã của {a}").match("Ma của Mai"), Closest)


def test_every_language_is_looked_at():
    found = matcher("Mã {code}", variants=[{"language": "en", "body": "Code {code}"}]).match(
        "Code 1"
    )
    assert (found.wording.language, found.values) == ("en", {"code": "1"})


@pytest.mark.parametrize(
    ("body", "text", "position", "expected", "seen", "code"),
    [
        ("Hello dear friend", "Hello deer friend", 8, "ar friend", "er friend", None),
        ("Hello friend", "Hello friend!", 12, "", "!", None),
        ("Hello friend", "Hello", 5, " friend", "", None),
        ("Your code: {code}.", "Your code: 12-34.", 13, ".", "-34.", "charset"),
        ("Your code: {code}. Bye", "Your code: 1234. Bya", 19, "e", "a", None),
        ("Your code: {code}. Bye", "Your code: 1234. Bye now", 20, "", " now", None),
        ("Hi {a}, it is {b} now", "Hi Mai, it was 5 now", 11, "is ", "was 5 now", None),
        ("Go to {a} now", "Go to bit.ly/x now", 6, "", "bit.ly/x now", "url"),
        ("Hi {a}: {a}", "Hi Mai: Lan", 8, "Mai", "Lan", None),
        ("Hi {a}: {code}", "Hi " + "x" * 41 + ": 1", 43, ": ", "x: 1", "too_long"),
    ],
)
def test_first_difference_of_the_closest(body, text, position, expected, seen, code):
    found = matcher("Entirely other words", body, slots=[CODE]).match(text)
    assert isinstance(found, Closest)
    assert found.key == 1
    difference = found.difference
    assert (difference.position, difference.expected, difference.found) == (
        position,
        expected,
        seen,
    )
    assert (difference.problem and difference.problem.code) == code


def test_the_closest_shares_the_most_words():
    found = matcher(
        "Your order {a} was shipped today by our courier",
        "Your order {a} was delivered today",
        "Sale! 50 % off",
    ).match("Your order 5 was delivered yesterday")
    assert found.key == 1


def test_nothing_is_close_to_other_words():
    assert matcher("Hello {a}").match("completely different") is None
    assert matcher().match("x") is None


_WORDS = st.sampled_from(["a", "b ", "ab", " ", "\n", "ế", ": ", "{{", "}}", "€"])
_BODIES = st.lists(
    st.one_of(_WORDS, st.sampled_from(["{x}", "{y}", "{code}"])), min_size=1, max_size=8
).map("".join)


@given(
    _BODIES,
    st.dictionaries(
        st.sampled_from(["x", "y", "code"]),
        st.text(st.sampled_from("ab ế:€1"), min_size=1, max_size=6),
        min_size=3,
    ),
    st.sampled_from(["none", "unmarked"]),
)
@settings(deadline=None, max_examples=300)
def test_what_a_wording_renders_is_found_again(body, values, rewriting):
    found = matcher("something else", body, rewriting=rewriting, slots=[CODE])
    wording = wording_set(body=body, slots=[CODE], rewriting=rewriting).default
    try:
        text = wording.render(values)
    except RefusedValueError:
        return
    again = found.match(text)
    assert isinstance(again, Match)
    assert again.wording.render(again.values) == again.text == text
    assert found.match(text) == again


@pytest.mark.parametrize(
    "text",
    [
        "a " * 50_000,
        "a" * 1600,
        "ab " * 500 + "\n",
        "[" * 1600,
        "a.b" * 500,
    ],
)
def test_no_text_makes_it_slow(text):
    """Hundreds of wordings that nearly fit, each in very many ways."""
    body = "{a}{b} {c} {d} {e} {f} {g}" + " a"
    slots = [{"name": name, "max_length": 500, "pattern": "[ab. ]*z?"} for name in "abcdefg"]
    sets = [(at, wording_set(body=body + "x" * (at % 2), slots=slots)) for at in range(300)]
    assert not isinstance(Matcher(sets).match(text + "!"), Match)
