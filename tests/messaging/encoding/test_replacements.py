import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding.gsm7 import is_gsm7
from messaging.encoding.replacements import (
    SAFE_REPLACEMENTS,
    replace_smart,
    strip_marks,
    suggestion,
)

VOWELS = ["a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"]
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
LOWER = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
VIETNAMESE = [char for char in LOWER + [char.upper() for char in LOWER] if not char.isascii()]

MIXED = st.text(
    st.one_of(
        st.sampled_from(VIETNAMESE + list(SAFE_REPLACEMENTS) + list(map(chr, range(0x300, 0x370)))),
        st.sampled_from("aeioudDZ<>='1йก"),
        st.characters(exclude_categories=["Cs"]),
    )
)


def test_the_134_vietnamese_letters():
    assert len(set(VIETNAMESE)) == 134
    assert {char for char in VIETNAMESE if is_gsm7(char)} == set("àèéìòùÉ")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_vietnamese_letter_becomes_ascii_of_its_case(form):
    for char in VIETNAMESE:
        plain = strip_marks(unicodedata.normalize(form, char))
        assert plain.isascii()
        assert len(plain) == 1
        assert plain.isupper() == char.isupper()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Mã xác thực HFM của bạn là : 240389", "Ma xac thuc HFM cua ban la : 240389"),
        ("Ma\u0303 xa\u0301c thu\u031b\u0323c", "Ma xac thuc"),
        ("Đơn Ðặt Ɖơn đặt", "Don Dat Don dat"),
        ("99.000₫ – “SALE”…", '99.000d - "SALE"...'),
        ("dòng 1\r\ndòng 2\n", "dong 1\r\ndong 2\n"),
        ("мой Việt", "мой Viet"),
        ("a\u00ad\u0301", "a"),
        ("😀 é ñ", "😀 e n"),
    ],
)
def test_text_without_marks(text, plain):
    assert strip_marks(text) == plain


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        (
            "\u201cSale\u201d \u2013 50% off\u2026 don\u2019t miss",
            '"Sale" - 50% off... don\'t miss',
        ),
        ("99.000₫", "99.000VND"),
        ("a\u00a0b\u2009c\td", "a b c d"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("ＳＡＬＥ　５０％｀", "SALE 50%'"),
        ("Vie\u0323\u0302t “Nam”", 'Việt "Nam"'),
        ("Ma\u0303", "Mã"),
        ("line\u2028next", "line\nnext"),
        ("e\u00ad\u0323", "ẹ"),
        ("1½ 10² 👨\u200d👩", "1½ 10² 👨\u200d👩"),
        ("[QC] {a} €5\r\n", "[QC] {a} €5\r\n"),
    ],
)
def test_smart_replacement(text, replaced):
    assert replace_smart(text) == replaced


def test_replacements_are_gsm7_and_never_touch_marks_letters_or_gsm7():
    for char, replacement in SAFE_REPLACEMENTS.items():
        assert is_gsm7(replacement)
        assert not is_gsm7(char)
        assert not unicodedata.combining(char)
        assert char not in VIETNAMESE


@given(MIXED)
@settings(deadline=None, max_examples=300)
def test_replacing_twice_changes_nothing_more(text):
    for rewrite in (replace_smart, strip_marks):
        once = rewrite(text)
        assert rewrite(once) == once
        assert unicodedata.is_normalized("NFC", once)


@given(MIXED)
@settings(deadline=None, max_examples=300)
def test_normal_form_of_the_input_does_not_matter(text):
    for rewrite in (replace_smart, strip_marks):
        assert rewrite(unicodedata.normalize("NFD", text)) == rewrite(
            unicodedata.normalize("NFC", text)
        )


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("ệ", "e"),
        ("Đ", "D"),
        ("₫", "VND"),
        ("…", "..."),
        ("\u00a0", " "),
        ("\u200b", ""),
        ("`", "'"),
        ("😀", None),
        ("й", None),
        ("\x1b", None),
        ("\u0323", None),
    ],
)
def test_suggestion_for_one_character(char, expected):
    assert suggestion(char) == expected
