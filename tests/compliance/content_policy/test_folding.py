"""Texts made comparable, and the way back to what was written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content_policy.folding import marked_view, plain_view, unmarked, visible

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60).map(
    lambda text: unicodedata.normalize("NFC", text)
)
SHORT = st.text(st.sampled_from("aÁđĐệ \n\t\u00a0\u200b\u00adﬁＡß½"), max_size=30)


@pytest.mark.parametrize(
    ("text", "plain", "marked"),
    [
        ("Vay  TIỀN\nngay", "vay tien ngay", "vay tiền ngay"),
        ("Đặt HÀNG", "dat hang", "đặt hàng"),
        ("v\u200ba\u00ady", "vay", "vay"),
        ("ＶＡＹ", "vay", "vay"),
        ("ﬁnd ½", "find 1⁄2", "find 1⁄2"),
        ("Straße", "strasse", "strasse"),
    ],
)
def test_folded(text: str, plain: str, marked: str) -> None:
    assert (plain_view(text).text, marked_view(text).text) == (plain, marked)


@given(TEXTS | SHORT)
def test_every_folded_character_has_its_place(text: str) -> None:
    for view in (plain_view(text), marked_view(text)):
        spans = [view.span(at, at + 1) for at in range(len(view.text))]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)
        for at, (start, end) in enumerate(spans):
            assert view.text[at] in type(view)(text[start:end], view._table).text


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = marked_view(text).text
    assert plain_view(plain_view(text).text).text == plain_view(once).text


def test_words_are_found_whole_and_overlapping() -> None:
    view = plain_view("ban an an an")
    assert list(view.whole_words("an an")) == [(4, 9), (7, 12)]
    assert list(view.anywhere("an an")) == [(1, 6), (4, 9), (7, 12)]
    assert list(view.anywhere("")) == []


def test_letters_without_marks_keep_their_case() -> None:
    assert unmarked("ĐẶT \\D+ Tiền") == "DAT \\D+ Tien"


def test_text_with_nothing_invisible_stays_itself() -> None:
    assert visible("Tiền\u200d") == "Tiền"
    assert visible("plain") == "plain"
