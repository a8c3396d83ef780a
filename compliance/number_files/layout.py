"""How a file of numbers is laid out: its delimiter, header, and what its columns hold."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from compliance.number_files.national import NationalNumbers

_DELIMITERS = ("\t", ";", ",", "|")
_FLAGS = re.compile(r"[SsVv](\s*[+/&]?\s*[SsVv])?")
_CHANGES = frozenset({"+", "-", "A", "D", "ADD", "DEL", "DELETE", "REMOVE"})
_TITLES = {
    "number": (
        "number",
        "msisdn",
        "phone",
        "phone number",
        "mobile",
        "so",
        "so dien thoai",
        "sdt",
        "dien thoai",
        "thue bao",
        "subscriber",
    ),
    "flags": ("flag", "flags", "channel", "channels", "kenh", "type", "loai"),
    "sms": ("sms", "message", "messages", "tin nhan"),
    "voice": ("voice", "call", "calls", "cuoc goi"),
    "change": ("change", "action", "operation", "thay doi", "thao tac"),
    "brand": ("brand", "brandname", "brand name", "ten dinh danh", "dich vu", "service"),
    "reason": ("reason", "note", "ly do", "ghi chu"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns by place, None where the file has none; an empty delimiter is white space."""

    delimiter: str
    has_header: bool
    number: int = 0
    flags: int | None = None
    sms: int | None = None
    voice: int | None = None
    change: int | None = None
    brand: int | None = None
    reason: int | None = None

    def cells(self, line: str) -> list[str]:
        """The line's cells, without the marks and spaces around them."""
        if not self.delimiter:
            return line.split()
        if '"' not in line:
            return [cell.strip() for cell in line.split(self.delimiter)]
        row = next(csv.reader([line], delimiter=self.delimiter), [])
        return [cell.strip() for cell in row]


def layout_of(lines: Sequence[str], numbers: NationalNumbers) -> Layout:
    """The layout of a file by its first lines (none of them empty).

    A first line without a number is a header if a later line has one; a header names the
    columns, otherwise what is in them does. Where nothing is found, the number is first.
    """
    delimiter = next((one for one in _DELIMITERS if any(one in line for line in lines[:5])), "")
    if not delimiter and not any(_splits(line, numbers) for line in lines):
        delimiter = "\t"  # one number a line, perhaps with spaces in it
    bare = Layout(delimiter, has_header=False)
    rows = [bare.cells(line) for line in lines]
    has_header = bool(rows) and not any(numbers.read(cell) for cell in rows[0])
    named = _by_titles(rows[0]) if has_header else {}
    found = _by_content(rows[1:] if has_header else rows, numbers) | named
    return Layout(delimiter, has_header, **found)


def _splits(line: str, numbers: NationalNumbers) -> bool:
    """Whether white space stands between columns, and not inside one number."""
    cells = line.split()
    return len(cells) > 1 and numbers.read(cells[0]) is not None and numbers.read(line) is None


def _by_titles(titles: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, title in enumerate(titles):
        word = _folded(title)
        for name, words in _TITLES.items():
            if word in words:
                found.setdefault(name, place)
    return found


def _by_content(rows: Sequence[Sequence[str]], numbers: NationalNumbers) -> dict[str, int]:
    """Of cells alone only numbers, flags and signs of change can be told."""
    found: dict[str, int] = {}
    for row in rows:
        for place, cell in enumerate(row):
            if "number" not in found and numbers.read(cell):
                found["number"] = place
            elif _FLAGS.fullmatch(cell):
                found.setdefault("flags", place)
            elif cell.upper() in _CHANGES:
                found.setdefault("change", place)
    return found


def _folded(title: str) -> str:
    plain = unicodedata.normalize("NFD", title.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(plain.replace("_", " ").lower().split())
