import pytest

from campaigns.imports.dialects import Dialect, check_delimiter, sniff
from campaigns.imports.encodings import Encoding
from campaigns.imports.errors import ImportFileError


def looks_like_number(cell):
    digits = "".join(filter(str.isdigit, cell))
    return len(digits) >= 9 and not any(map(str.isalpha, cell))


def sniffed(text, **given):
    lines = text.splitlines(keepends=True)
    dialect = sniff(lines, Encoding("utf-8-sig"), looks_like_number, **given)
    return dialect.delimiter, dialect.has_header


@pytest.mark.parametrize(
    ("text", "delimiter", "has_header"),
    [
        ("Họ và tên,Số điện thoại\nAn,0912345678\n", ",", True),
        ("Họ và tên;Số điện thoại;Số tiền\nAn;0912345678;1,5\nBình;0912345679;2,5\n", ";", True),
        ("name\tphone\nAn\t0912345678\n", "\t", True),
        ("name|phone\nAn|0912345678\n", "|", True),
        ("An,0912345678\nBình,0912345679\n", ",", False),
        ("0912345678\n0912345679\n", ",", False),
        ("phone\n0912345678\n", ",", True),
        ("sdt\n0912 345 678\n", ",", True),
        ("An;0912345678\nBình;0912345679\n", ";", False),
        # Addresses hold more commas than the file has semicolons.
        (
            "Tên;SĐT;Địa chỉ\nAn;0912345678;1 Lê Lợi, P1, Q1, HCM\nBa;0912345670;2, 3, 4\n",
            ";",
            True,
        ),
        ('name,phone\n"An;Bình","0912345678"\n', ",", True),
        # Unknown titles, but words over numbers.
        ("Cột A,Cột B\nAn,0912345678\n", ",", True),
    ],
)
def test_delimiter_and_header_are_found(text, delimiter, has_header):
    assert sniffed(text) == (delimiter, has_header)


def test_excels_own_first_line_names_the_delimiter():
    lines = ["sep=;\r\n", "name;phone\r\n", "An;0912345678\r\n"]
    dialect = sniff(lines, Encoding("utf-8-sig"), looks_like_number)
    assert (dialect.delimiter, dialect.skip, dialect.has_header) == (";", 1, True)


def test_what_is_given_is_not_questioned():
    assert sniffed("name,phone\nAn,0912345678\n", delimiter=";", has_header=False) == (";", False)


def test_an_empty_file_has_a_dialect():
    assert sniffed("\n\n")[0] == ","


@pytest.mark.parametrize(("given", "found"), [(",", ","), ("\\t", "\t"), ("tab", "\t"), ("|", "|")])
def test_delimiters_have_names(given, found):
    assert check_delimiter(given) == found


def test_an_unknown_delimiter_is_refused():
    with pytest.raises(ImportFileError) as refusal:
        check_delimiter(":")
    assert refusal.value.code == "delimiter_unknown"


def test_json_keeps_a_dialect():
    dialect = Dialect("utf-16", "strict", "\t", has_header=True, skip=1)
    assert Dialect.from_json(dialect.as_json() | {"titles": ["a"]}) == dialect
