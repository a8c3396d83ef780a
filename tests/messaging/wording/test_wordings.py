"""Wordings: letters, languages, and rendering that keeps newlines and braces."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.wording.grammar import parse
from messaging.wording.rewriting import REWRITINGS, joins_backwards, rewrite, rewrite_template
from messaging.wording.values import RefusedValueError
from messaging.wording.wordings import wording_set
from tests.messaging.wording.making import make_wording

VARIANTS = [
    {"language": "en", "body": "Hello {name}", "rewriting": "none"},
    {"language": "vi-x-plain", "body": "Chào {name}", "rewriting": "unmarked"},
]


@pytest.mark.parametrize(
    ("body", "rewriting", "text"),
    [
        ("Chào “{name}”…", "none", "Chào “Ánh”…"),
        ("Chào “{name}”…", "smart", 'Chào "Ánh"...'),
        ("Chào “{name}”…", "unmarked", 'Chao "Anh"...'),
        ("｛name｝ {name}", "smart", "{name} Ánh"),
        ("{{name}} ＠ {name}", "unmarked", "{name} @ Anh"),
        ("`{name}`", "smart", "'Ánh'"),
        ("a\n\n{name}\n", "unmarked", "a\n\nAnh\n"),
    ],
)
def test_letters_of_text_and_values(body, rewriting, text):
    assert make_wording(body, rewriting).render({"name": "Ánh"}) == text


@given(st.text(), st.sampled_from(REWRITINGS))
@settings(deadline=None)
def test_rewriting_again_changes_nothing(text, rewriting):
    once = rewrite(text, rewriting)
    assert rewrite(once, rewriting) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(st.sampled_from("{}｛｝ab \n“…ế\u0301\u2028")), st.sampled_from(REWRITINGS))
@settings(deadline=None)
def test_rewriting_neither_makes_nor_breaks_a_slot(text, rewriting):
    body = text.replace("{", "{{").replace("}", "}}") + "{a}" + "｛a｝"
    parsed = rewrite_template(parse(body), rewriting)
    assert parsed.slots == ("a",)
    assert len(parsed.parts) == 3


@given(st.text(), st.sampled_from(["", "e", "é", "한", "하"]))
def test_pieces_that_join_nothing_stay_as_they_are(text, before):
    text = unicodedata.normalize("NFC", text)
    if not joins_backwards(text):
        assert unicodedata.normalize("NFC", before + text) == before + text


_LITERAL = st.text(st.sampled_from("{}ab \n\t“ế€😀"), max_size=8)
_VALUE = st.text(st.sampled_from("{}%\\ab ế€😀"), min_size=1, max_size=8)


@given(_LITERAL, _VALUE, _LITERAL, _VALUE, _LITERAL)
def test_braces_and_newlines_come_through(first, a, middle, b, last):
    def escaped(text):
        return text.replace("{", "{{").replace("}", "}}")

    body = f"{escaped(first)}{{a}}{escaped(middle)}{{b}}{escaped(last)}"
    wording = make_wording(body)
    if not a.strip() or not b.strip():
        with pytest.raises(RefusedValueError):
            wording.render({"a": a, "b": b})
        return
    assert wording.render({"a": a, "b": b}) == first + a + middle + b + last
    assert wording.shown == f"{first}{{a}}{middle}{{b}}{last}"


def test_first_refused_value_is_named_in_the_order_of_the_body():
    wording = make_wording("{b} {a} {b}")
    with pytest.raises(RefusedValueError) as caught:
        wording.render({"a": "", "b": ""})
    assert caught.value.problem.slot == "b"
    assert wording.render({"a": "1", "b": "2", "unused": "\x00"}) == "2 1 2"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("", "Xin chào A"),
        ("vi", "Xin chào A"),
        ("vi-VN", "Xin chào A"),
        ("en", "Hello A"),
        ("EN_us", "Hello A"),
        ("en-GB", "Hello A"),
        ("vi-x-plain", "Chao A"),
        ("vi-X-Plain", "Chao A"),
        ("fr", "Xin chào A"),
        ("fr-CA", "Xin chào A"),
    ],
)
def test_wording_for_a_contact(language, text):
    wordings = wording_set(body="Xin chào {name}", variants=VARIANTS, language="vi")
    assert wordings.choose(language).render({"name": "A"}) == text


def test_a_set_tells_what_rules_have_to_judge():
    wordings = wording_set(body="Xin chào {name}", variants=VARIANTS, language="vi")
    assert wordings.languages == ("vi", "en", "vi-x-plain")
    assert wordings.slots == ("name",)
    assert wordings.texts == ("Xin chào {name}", "Hello {name}", "Chao {name}")
    twice = [{"language": "en", "body": "Same"}]
    assert wording_set(body="Same", variants=twice, language="vi").texts == ("Same",)


def test_variants_share_the_slots_of_the_body():
    wordings = wording_set(
        body="{name} {code}",
        slots=[{"name": "code", "type": "code"}],
        variants=[{"language": "en", "body": "Code {code}"}],
        language="vi",
    )
    assert wordings.choose("en").slots == ("code",)
    with pytest.raises(RefusedValueError):
        wordings.choose("en").render({"name": "A", "code": "not a code"})
