"""What a file of a register seems to hold, from its beginning, before it is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, cast

from compliance.models import Register, RegisterSnapshot
from compliance.number_files import (
    BadRow,
    Layout,
    NationalNumbers,
    Row,
    RowReader,
    layout_of,
    sample,
    text_lines,
)

_COUNTED = 10_000
_SHOWN = 10


@dataclass(slots=True)
class Preview:
    """Counts over the first `lines` lines, some of them, and how many lines there may be."""

    layout: Layout
    lines: int = 0
    good: int = 0
    bad: int = 0
    sms: int = 0
    voice: int = 0
    removals: int = 0
    lines_about: int = 0
    shown: list[tuple[int, str, Row | None, str]] = field(default_factory=list)


def reader_of(register: Register, lines: Sequence[str]) -> tuple[Layout, RowReader]:
    """How the lines of a file of this register are read."""
    numbers = NationalNumbers(register.country)
    layout = layout_of(lines, numbers)
    kinds = Register.Unflagged
    unflagged = (register.unflagged != kinds.VOICE, register.unflagged != kinds.SMS)
    return layout, RowReader(layout, numbers, unflagged)


def register_preview(snapshot: RegisterSnapshot) -> Preview:
    """Reads the beginning of the file. Raises FileNotFoundError where it is gone."""
    with snapshot.file.open("rb") as file:
        binary = cast(BinaryIO, file.file)
        layout, reader = reader_of(snapshot.register, sample(binary))
        seen = Preview(layout)
        size = 0
        for number, line in enumerate(islice(text_lines(binary), _COUNTED), start=1):
            size += len(line.encode()) + 1
            if number > 1 or not layout.has_header:
                _count(seen, number, line, reader)
    average = size / max(seen.lines, 1)
    seen.lines_about = max(round(snapshot.bytes_total / max(average, 1)), seen.lines)
    if seen.lines < _COUNTED - 1:
        seen.lines_about = seen.lines
    return seen


def _count(seen: Preview, number: int, line: str, reader: RowReader) -> None:
    row = reader.read(line)
    if row is None:
        return
    seen.lines += 1
    good = None if isinstance(row, BadRow) else row
    code = row.code if isinstance(row, BadRow) else ""
    if good is None:
        seen.bad += 1
    else:
        seen.good += 1
        seen.sms += good.sms
        seen.voice += good.voice
        seen.removals += good.is_removal
    if len(seen.shown) < _SHOWN or (code and seen.bad <= _SHOWN):
        seen.shown.append((number, line[:120], good, code))
