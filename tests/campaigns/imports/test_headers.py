import unicodedata

import pytest

from campaigns.imports.columns import Field
from campaigns.imports.headers import field_of, guess


def looks_like_number(cell):
    return cell.isdigit() and len(cell) >= 9


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Số điện thoại", Field.NUMBER),
        (unicodedata.normalize("NFD", "Số điện thoại"), Field.NUMBER),
        ("SỐ ĐIỆN THOẠI (*)", Field.NUMBER),
        ("SĐT", Field.NUMBER),
        ("sdt_khach_hang", Field.NUMBER),
        ("Phone Number", Field.NUMBER),
        ("mobile", Field.NUMBER),
        ("MSISDN", Field.NUMBER),
        ("Họ và tên", Field.NAME),
        ("Họ tên khách hàng", Field.NAME),
        ("Full name", Field.NAME),
        ("Ngôn ngữ", Field.LANGUAGE),
        ("Múi giờ", Field.TIMEZONE),
        ("Time zone", Field.TIMEZONE),
        ("timezone", Field.TIMEZONE),
        ("Đồng ý nhận tin", Field.CONSENT),
        ("Opt-in", Field.CONSENT),
        ("Ngày đồng ý", Field.CONSENT_DATE),
        ("Nguồn đồng ý", Field.CONSENT_SOURCE),
        ("STT", Field.IGNORE),
        ("Mã đơn hàng", None),
        ("Email", None),
    ],
)
def test_titles_in_both_languages(title, field):
    assert field_of(title) == field


def test_every_column_gets_a_field_or_a_key_of_its_own():
    titles = ["STT", "Họ", "Tên", "SĐT", "Mã đơn hàng", "Mã đơn hàng", "", "Số tiền (₫)", "2 ngày"]
    assert guess(titles, [], looks_like_number) == {
        0: "ignore",
        1: "name",
        2: "name",
        3: "number",
        4: "attribute:ma_don_hang",
        5: "attribute:ma_don_hang_2",
        6: "attribute:column_7",
        7: "attribute:so_tien",
        8: "attribute:c_2_ngay",
    }


def test_a_second_number_is_kept_as_an_attribute():
    assert guess(["SĐT", "Mobile"], [], looks_like_number) == {0: "number", 1: "attribute:mobile"}


def test_without_titles_the_values_tell_the_number():
    rows = [["An", "0912345678", "12"], ["Bình", "0912345679", "13"], ["Chi", "", "14"]]
    assert guess(["", "", ""], rows, looks_like_number)[1] == "number"


def test_no_column_is_called_the_number_on_weak_evidence():
    rows = [["An", "0912345678"], ["Bình", "x"], ["Chi", "y"]]
    assert "number" not in guess(["", ""], rows, looks_like_number).values()
