"""What slots take and what they refuse, and why."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding.ucs2 import units
from messaging.encoding.validity import text_error
from messaging.wording.charsets import CHARSETS
from messaging.wording.forms import form_of
from messaging.wording.rewriting import rewrite
from messaging.wording.slots import SLOT_TYPES, SlotSpec
from messaging.wording.values import RefusedValueError, check_of
from tests.messaging.wording.making import taken


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "missing"),
        ("", "missing"),
        (" \t ", "missing"),
        ("\u200b", "control"),
        ("a\x00", "not_sendable"),
        ("\ud83d", "not_sendable"),
        ("a\nb", "newline"),
        ("a\r\nb", "newline"),
        ("a\u2028b", "newline"),
        ("a\x85b", "newline"),
        ("a\x0cb", "newline"),
        ("a\tb", "control"),
        ("a\x1bb", "control"),
        ("a\u200bb", "control"),
        ("a\u202eb", "control"),
        ("a\u2066b\u2069", "control"),
        ("a\ufeffb", "control"),
        ("a\u00adb", "control"),
        ("\u3164", "control"),
        ("a\ue000", "control"),
        ("a\u200d", "control"),
        ("\u200da", "control"),
        ("\u0301a", "leading_mark"),
        ("\u20dda", "leading_mark"),
        ("\u1161", "leading_mark"),
        ("x" * 41, "too_long"),
        ("😀" * 21, "too_long"),
        ("bit.ly/x", "url"),
        ("[QC] sale", "label"),
        ("QC", "label"),
        ("quang cao", "label"),
    ],
)
def test_refused_in_a_text_slot(value, code):
    assert taken(value) == code


@pytest.mark.parametrize(
    "value",
    [
        "Mai",
        "Đặng Thị Ngọc Ánh",
        "x" * 40,
        "😀" * 20,
        "👨\u200d👩\u200d👧 ❤\ufe0f",
        "{b} }} {{ %s \\1",
        "Cty. TNHH A/B",
        "1.250.000đ",
        "می\u200cخواهم",
        "สวัสดี",
    ],
)
def test_taken_in_a_text_slot(value):
    assert taken(value) == f"={value}"


def test_figures_of_a_refusal_are_named():
    with pytest.raises(RefusedValueError) as caught:
        check_of(SlotSpec("name", type="name", max_length=5), "none").take("abc😀")
    assert dict(caught.value.problem.params) == {
        "position": 3,
        "character": "😀",
        "charset": "letters",
    }
    with pytest.raises(RefusedValueError) as caught:
        check_of(SlotSpec("name", max_length=5), "none").take("ab😀😀")
    assert dict(caught.value.problem.params) == {"count": 6, "limit": 5}


@pytest.mark.parametrize(
    ("slot_type", "good", "bad"),
    [
        ("code", ["529420", "A1b2"], ["12 34", "1-2", "12345678901"]),
        (
            "date",
            ["30/11/2026", "30-11-26", "30.11.2026", "2026-11-30", "11/2026", "3/1"],
            ["today", "30/11/", "2026", "30/11/20266", "1.2.3.4"],
        ),
        (
            "time",
            ["14:30", "9h", "14h30", "9:05 PM", "23:59:59", "9"],
            ["25:00", "14:60", "14:3", "noon", "14.30"],
        ),
        (
            "phone",
            ["0912345678", "+84 912 345 678", "1900 1234", "(028) 3822-1234", "113"],
            ["12", "+84", "0912345678901234", "call me", "09123abc"],
        ),
        (
            "url",
            ["https://example.com/a?b=c#d", "example.com", "http://a.vn:8080/", "shop.vn/x"],
            [
                "example",
                "https://",
                "javascript:alert(1)",
                "https://bank.vn@evil.com/",
                "https://exa mple.com",
                "https://đ.vn",
                "ftp://a.vn",
            ],
        ),
        ("app_hash", ["+QyYAqib1U4", "FA+9qCX9VSu"], ["QyYAqib1U4", "FA+9qCX9VSu=", "FA_9qCX9VSu"]),
        ("name", ["Nguyễn Văn A", "O'Brien", "Cty. TNHH A&B"], ["a@b", "x=1", "<b>"]),
    ],
)
def test_types_take_their_form(slot_type, good, bad):
    longest = 60 if slot_type == "url" else {"phone": 18, "name": 30}.get(slot_type, 11)
    longest = 10 if slot_type == "code" else longest
    for value in good:
        assert taken(value, type=slot_type, max_length=longest) == f"={value}"
    for value in bad:
        assert not taken(value, type=slot_type, max_length=longest).startswith("=")


@pytest.mark.parametrize(
    ("value", "currency", "is_taken"),
    [
        ("1250000", "VND", True),
        ("1.250.000đ", "VND", True),
        ("1.250.000 ₫", "VND", True),
        ("1.250.000 VND", "VND", True),
        ("VND 1,250,000", "VND", True),
        ("+5.000.000VND", "VND", True),
        ("-12,50", "VND", True),
        ("1 250 000 đồng", "VND", True),
        ("1.250.000$", "VND", False),
        ("1.250.000 dog", "VND", False),
        ("$12.50", "USD", True),
        ("-$12.50", "USD", True),
        ("$-12.50", "USD", True),
        ("US$1,000.00", "USD", True),
        ("€ 9,99", "EUR", True),
        ("9,99 €", "", True),
        ("100 CHF", "CHF", True),
        ("100 CHF", "", True),
        ("12.34.56", "VND", False),
        ("1e6", "VND", False),
        ("đ", "VND", False),
        ("1.2.3.4", "", False),
    ],
)
def test_amounts(value, currency, is_taken):
    found = taken(value, type="amount", max_length=20, currency=currency)
    assert found == (f"={value}" if is_taken else "form")


def test_amounts_follow_the_letters_of_the_text():
    spec = {"type": "amount", "max_length": 20, "currency": "VND"}
    assert taken("1.250.000₫", "smart", **spec) == "=1.250.000VND"
    assert taken("1.250.000 đồng", "unmarked", **spec) == "=1.250.000 dong"
    assert taken("1.250.000\u00a0₫", "smart", **spec) == "=1.250.000 VND"


def test_length_and_characters_are_those_of_the_rewritten_value():
    assert taken("Đặng", "unmarked", type="name", max_length=4) == "=Dang"
    assert taken("Привет", "unmarked", type="name") == "charset"
    assert taken("a…", "smart", max_length=3) == "too_long"
    assert taken("a\u200bb", "smart") == "=ab"
    assert taken("a\u2028b", "smart") == "newline"
    assert taken("\u200b\u0301a", "smart") == "leading_mark"
    assert taken(unicodedata.normalize("NFD", "Việt"), max_length=4) == "=Việt"


def test_pattern_has_to_match_the_whole_value():
    spec = {"charset": "alphanumeric", "pattern": "DH[0-9]{4}"}
    assert taken("DH1234", **spec) == "=DH1234"
    assert taken("DH12345", **spec) == "pattern"
    assert taken("xDH1234", **spec) == "pattern"
    assert taken("1.000", type="amount", pattern=r"[1-9][0-9.]*") == "=1.000"
    assert taken("0.000", type="amount", pattern=r"[1-9][0-9.]*") == "pattern"


def test_fallback_stands_for_missing_and_blank_values():
    spec = {"type": "name", "fallback": "Quý khách"}
    assert taken(None, **spec) == taken("", **spec) == taken("  ", **spec) == "=Quý khách"
    assert taken(None, "unmarked", **spec) == "=Quy khach"
    assert taken("Mai", **spec) == "=Mai"
    assert taken("a\nb", **spec) == "newline"


@given(
    st.text(max_size=30),
    st.sampled_from(SLOT_TYPES),
    st.sampled_from(["", *CHARSETS]),
    st.sampled_from(["none", "smart", "unmarked"]),
)
@settings(deadline=None, max_examples=300)
def test_what_is_taken_holds_every_promise(value, slot_type, charset, rewriting):
    check = check_of(SlotSpec("a", type=slot_type, max_length=12, charset=charset), rewriting)
    try:
        text = check.take(value)
    except RefusedValueError:
        return
    assert text_error(text) is None
    assert units(text) <= 12
    assert check.charset.outside(text) is None
    assert "\n" not in text
    assert unicodedata.is_normalized("NFC", text)
    assert unicodedata.normalize("NFC", "e" + text) == "e" + text
    assert check.take(text) == text, "what was rendered is found again by matching"
    assert check.refusal(text) is None, "the quick way takes nothing that the checks refuse"


@given(
    st.data(),
    st.sampled_from([one for one in SLOT_TYPES if form_of(one, "VND", "none")]),
    st.sampled_from(["none", "smart", "unmarked"]),
)
@settings(deadline=None, max_examples=200)
def test_values_of_a_form_are_taken_the_quick_way_as_the_long_way(data, slot_type, rewriting):
    currency = "VND" if slot_type == "amount" else ""
    form = form_of(slot_type, currency, "none")
    value = data.draw(st.from_regex(form.pattern, fullmatch=True, alphabet=st.characters()))
    check = check_of(SlotSpec("a", type=slot_type, max_length=12, currency=currency), rewriting)
    problem = check.refusal(rewrite(value, rewriting))
    try:
        assert check.take(value) == rewrite(value, rewriting)
        assert problem is None
    except RefusedValueError as error:
        assert error.problem == problem  # noqa: PT017
