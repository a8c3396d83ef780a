"""National language shift tables: GSM-7 with another main or extension table (3GPP TS 23.038 Annex A).

A locking shift replaces the default alphabet for the whole segment, a single shift replaces its
extension table (§6.2.1.2). Identifier 0 stands for the table of the default alphabet.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from messaging.encoding import gsm7

_DATA = Path(__file__).parent / "data" / "shift_tables.json"
_NOTHING = " "  # where a table has nothing; a receiver shows a space too
_SPACE = 0x20
_ESCAPE_PAIR = re.compile(b"\x1b(.?)|([^\x1b]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShiftTable:
    """One pair of main and extension table: what it can write, and how to read it."""

    codes: Mapping[str, bytes]
    main: str
    extension: Mapping[int, str]


@lru_cache(maxsize=256)
def shift_table(locking: int, single: int) -> ShiftTable:
    """Table of these languages; an identifier without such a table counts as 0.

    A receiver that does not know an identifier shall ignore it (§6.2.1.2.4).
    """
    tables = _tables()
    main = tables["locking"].get(locking, gsm7.DEFAULT_ALPHABET)
    extension = {code: char for char, code in gsm7.EXTENSION.items()}
    if single in tables["single"]:
        rows = enumerate(tables["single"][single])
        extension = {code: char for code, char in rows if char != _NOTHING}
    return ShiftTable(_codes(main, extension), main, extension)


def encode(text: str, locking: int, single: int) -> bytes | None:
    """Unpacked septets of `text`, or None when a character is in neither table."""
    codes = shift_table(locking, single).codes
    try:
        return b"".join([codes[char] for char in text])
    except KeyError:
        return None


def decode(octets: bytes, locking: int, single: int) -> str:
    """Text of unpacked septets; never raises.

    Like `gsm7.decode`: an unknown extension code shows the main table's character, ESC ESC (and
    an ESC at the end) a space, octets over 0x7F become U+FFFD.
    """
    table = shift_table(locking, single)
    shown = table.main.replace("\x1b", _NOTHING) + "\ufffd" * 128

    def text_of(match: re.Match[bytes]) -> str:
        if match[2] is not None:
            return "".join([shown[octet] for octet in match[2]])
        if match[1] in {b"", b"\x1b"}:
            return _NOTHING
        return table.extension.get(match[1][0], shown[match[1][0]])

    return "".join(map(text_of, _ESCAPE_PAIR.finditer(octets)))


def _codes(main: str, extension: Mapping[int, str]) -> dict[str, bytes]:
    """The first code of a character counts (some tables have one twice), the main table's before
    the extension's."""
    codes: dict[str, bytes] = {}
    for code, char in enumerate(main):
        if code != gsm7.ESCAPE and (char != _NOTHING or code == _SPACE):
            codes.setdefault(char, bytes([code]))
    for code, char in sorted(extension.items()):
        codes.setdefault(char, bytes([gsm7.ESCAPE, code]))
    return codes


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[int, str]]:
    """Both kinds of table by identifier, 128 characters each."""
    found: dict[str, dict[int, str]] = {"locking": {}, "single": {}}
    for one in json.loads(_DATA.read_text(encoding="ascii"))["tables"]:
        for kind, tables in found.items():
            if kind in one:
                flat = "".join(one[kind]["rows"])
                tables[one["identifier"]] = _escaped(flat) if kind == "locking" else flat
    return found


def _escaped(table: str) -> str:
    return f"{table[: gsm7.ESCAPE]}\x1b{table[gsm7.ESCAPE + 1 :]}"
