"""From a line to what it says about a number."""

from typing import Final, NamedTuple

from compliance.number_files.layout import Layout
from compliance.number_files.national import NationalNumbers

_YES: Final = frozenset({"1", "y", "yes", "true", "x", "co", "có"})
_NO: Final = frozenset({"", "0", "n", "no", "false", "khong", "không"})
_ADDED: Final = frozenset({"", "+", "A", "ADD"})
_REMOVED: Final = frozenset({"-", "D", "DEL", "DELETE", "REMOVE"})
# What may be wrong with a line; the sentences are with those who show them.
BAD_LINES: Final = ("number_missing", "number_wrong", "flag_unknown", "change_unknown")
LONGEST_BRAND: Final = 80


class Row(NamedTuple):
    """What a line says: which channels the number refuses, or that it comes off the list."""

    msisdn: str
    sms: bool
    voice: bool
    is_removal: bool
    brand: str
    reason: str


class BadRow(NamedTuple):
    """A line that says nothing that can be used, and why (one of BAD_LINES)."""

    code: str


class RowReader:
    """Reads the lines of one file. `unflagged`: what a line without flags refuses (SMS, voice)."""

    def __init__(
        self, layout: Layout, numbers: NationalNumbers, unflagged: tuple[bool, bool] = (True, True)
    ) -> None:
        self._layout, self._numbers, self._unflagged = layout, numbers, unflagged

    def read(self, line: str) -> Row | BadRow | None:
        """The row of a line; None for an empty one."""
        if not line:
            return None
        layout = self._layout
        cells = layout.cells(line)
        text = _cell(cells, layout.number)
        if not text:
            return BadRow("number_missing")
        msisdn = self._numbers.read(text)
        if msisdn is None:
            return BadRow("number_wrong")
        refused = self._channels(cells)
        if refused is None:
            return BadRow("flag_unknown")
        change = _cell(cells, layout.change).upper()
        if change not in _ADDED and change not in _REMOVED:
            return BadRow("change_unknown")
        brand = _cell(cells, layout.brand)[:LONGEST_BRAND]
        reason = _cell(cells, layout.reason)
        return Row(msisdn, refused[0], refused[1], change in _REMOVED, brand, reason)

    def _channels(self, cells: list[str]) -> tuple[bool, bool] | None:
        layout = self._layout
        if layout.flags is not None:
            return self._flags(_cell(cells, layout.flags))
        if layout.sms is None and layout.voice is None:
            return self._unflagged
        sms = _yes(_cell(cells, layout.sms))
        voice = _yes(_cell(cells, layout.voice))
        return None if sms is None or voice is None else (sms, voice)

    def _flags(self, text: str) -> tuple[bool, bool] | None:
        letters = {char for char in text.upper() if char.isalpha()}
        if not letters and not text.strip("-*"):
            return self._unflagged
        if not letters or letters - {"S", "V"}:
            return None
        return "S" in letters, "V" in letters


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _yes(text: str) -> bool | None:
    word = text.lower()
    if word in _YES:
        return True
    return False if word in _NO else None
