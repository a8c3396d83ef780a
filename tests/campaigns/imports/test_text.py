import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.imports.text import DamagedTextError, clean, clean_line, fold, storable


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  An  ", "An"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hồng"), "Nguyễn Thị Hồng"),
        ("\ufeffAn\u200b Bình\u200e", "An Bình"),
        ("An\u00a0Bình", "An Bình"),
        ("An\tBình", "An Bình"),
        ("12 Lê Lợi\r\nQ1", "12 Lê Lợi\nQ1"),
        ("12 Lê Lợi\rQ1", "12 Lê Lợi\nQ1"),
        ("a\x07b\x1bc", "abc"),
        ("so\u00adft", "soft"),
        ("👍🏽 ok", "👍🏽 ok"),
        ("", ""),
    ],
)
def test_text_is_composed_trimmed_and_visible(raw, cleaned):
    assert clean(raw) == cleaned


def test_names_are_one_line_with_single_spaces():
    assert clean_line("Nguyễn \n  Văn\tAn") == "Nguyễn Văn An"


@pytest.mark.parametrize("raw", ["Tr\udce2n", "Tr\0n", "Tr\ud83d\0"])
def test_what_is_no_text_is_damage_at_its_place(raw):
    with pytest.raises(DamagedTextError) as caught:
        clean(raw)
    assert caught.value.position == 2


@given(st.text())
def test_cleaning_is_done_once_and_can_be_stored(raw):
    try:
        cleaned = clean(raw)
    except DamagedTextError:
        return
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\0" not in cleaned
    cleaned.encode()


@given(st.text(max_size=50))
def test_an_error_report_can_always_be_stored(raw):
    assert "\0" not in storable(raw, 20)
    assert len(storable(raw, 20).encode("utf-16-le", "surrogatepass")) <= 80
    storable(raw, 20).encode()


@pytest.mark.parametrize(
    ("title", "folded"),
    [
        ("Họ và tên", "ho va ten"),
        ("ĐỊA_CHỈ", "dia chi"),
        (unicodedata.normalize("NFD", "Số tiền"), "so tien"),
        ("  Phone-No. ", "phone no"),
        ("（ＳĐＴ）", "sdt"),
        ("", ""),
    ],
)
def test_folding_leaves_small_letters_and_digits(title, folded):
    assert fold(title) == folded
