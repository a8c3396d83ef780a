"""A file's lines on their way into the database: a temporary table filled by COPY."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from compliance.models import RegisterBadLine, RegisterSnapshot
from compliance.number_files import BadRow, sample, text_lines
from compliance.services.registers.preview import reader_of

_CHUNK = 100_000
_KEPT_BAD_LINES = 10_000
_STAGE = """
DROP TABLE IF EXISTS register_stage;
CREATE TEMPORARY TABLE register_stage
    (line bigint, msisdn bigint, sms boolean, voice boolean, removal boolean)
"""


@dataclass(slots=True)
class Staged:
    """How far the file was read: lines with something on them, bad ones among them."""

    lines: int = 0
    bad: int = 0


def stage(
    cursor: Any, snapshot: RegisterSnapshot, binary: BinaryIO, tell: Callable[[Staged, int], None]
) -> Staged:
    """Copies the good lines into `register_stage` and keeps the first ten thousand bad ones;
    `tell` hears after each chunk how far it is (counts, bytes)."""
    cursor.execute(_STAGE)
    layout, reader = reader_of(snapshot.register, sample(binary))
    lines = enumerate(text_lines(binary), start=1)
    if layout.has_header:
        next((True for _, line in lines if line), None)
    RegisterBadLine.objects.filter(snapshot=snapshot).delete()
    counts = Staged()
    for chunk in _chunks(lines):
        good: list[str] = []
        bad: list[RegisterBadLine] = []
        for number, line in chunk:
            row = reader.read(line)
            if row is None:
                continue
            counts.lines += 1
            if isinstance(row, BadRow):
                counts.bad += 1
                if counts.bad <= _KEPT_BAD_LINES:
                    bad.append(_bad(snapshot, number, row.code, line))
            else:
                good.append(f"{number}\t{row.msisdn}\t{row.sms}\t{row.voice}\t{row.is_removal}\n")
        with cursor.copy("COPY register_stage FROM STDIN") as copy:
            copy.write("".join(good))
        RegisterBadLine.objects.bulk_create(bad, batch_size=1_000)
        tell(counts, binary.tell())
    return counts


def _chunks(lines: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    while chunk := list(islice(lines, _CHUNK)):
        yield chunk


def _bad(snapshot: RegisterSnapshot, number: int, code: str, line: str) -> RegisterBadLine:
    return RegisterBadLine(snapshot=snapshot, line=number, code=code, content=line[:120])
