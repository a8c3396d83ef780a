import io

import pytest

from compliance.number_files import (
    BadRow,
    NationalNumbers,
    Row,
    RowReader,
    layout_of,
    sample,
    text_lines,
)

VIETNAM = NationalNumbers("VN")
NUMBER = "84912345678"


def read(*lines: str, unflagged: tuple[bool, bool] = (True, True)) -> list[Row | BadRow | None]:
    layout = layout_of([line for line in lines if line], VIETNAM)
    reader = RowReader(layout, VIETNAM, unflagged)
    return [reader.read(line) for line in lines[layout.has_header :]]


@pytest.mark.parametrize(
    ("line", "channels"),
    [
        ("0912345678,S", (True, False)),
        ("0912345678;v", (False, True)),
        ("0912345678\tS V", (True, True)),
        ("0912345678|SV", (True, True)),
        ("S,0912345678", (True, False)),
        ("0912345678 V", (False, True)),
    ],
)
def test_flags_are_found_whatever_the_delimiter(line: str, channels: tuple[bool, bool]) -> None:
    assert read(line) == [Row(NUMBER, *channels, False, "", "")]


@pytest.mark.parametrize("unflagged", [(True, True), (True, False), (False, True)])
def test_a_line_without_a_flag_refuses_what_the_register_says(unflagged: tuple[bool, bool]) -> None:
    found = read("0912345678,S", "0987654321,", unflagged=unflagged)
    assert found[1] == Row("84987654321", *unflagged, False, "", "")


def test_a_header_names_the_columns_in_vietnamese_too() -> None:
    found = read("STT;Số điện thoại;Kênh", "1;0912 345 678;S")
    assert found == [Row(NUMBER, True, False, False, "", "")]


def test_columns_of_yes_and_no_are_flags_as_well() -> None:
    found = read("msisdn,sms,voice", "0912345678,1,0", "0987654321,no,yes")
    assert found == [
        Row(NUMBER, True, False, False, "", ""),
        Row("84987654321", False, True, False, "", ""),
    ]


def test_changes_brands_and_reasons_are_read() -> None:
    found = read("number,action,brand,reason", '0912345678,D,"Lotus, Ltd",moved')
    assert found == [Row(NUMBER, True, True, True, "Lotus, Ltd", "moved")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",S,+", "number_missing"),
        ("hello,S,+", "number_wrong"),
        ("0912345678,X,+", "flag_unknown"),
        ("0912345678,S,?", "change_unknown"),
    ],
)
def test_a_bad_line_says_why(line: str, code: str) -> None:
    assert read("0987654321,S,+", line)[1] == BadRow(code)


def test_a_stray_quotation_mark_spoils_its_own_line_only() -> None:
    found = read("0987654321,S", '"0912345678,S', "0987654322,V")
    assert [type(row) for row in found] == [Row, BadRow, Row]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_come_in_any_unicode_and_with_any_line_end(encoding: str) -> None:
    file = io.BytesIO("Số,Kênh\r\n0912345678,S\r\n\r\n".encode(encoding))
    assert list(text_lines(file)) == ["Số,Kênh", "0912345678,S", ""]
    assert sample(file) == ["Số,Kênh", "0912345678,S"]


def test_one_number_a_line_may_have_spaces_in_it() -> None:
    assert read("0912 345 678", "0987 654 321")[1] == Row("84987654321", True, True, False, "", "")
