"""Lines of an open file, and what its first ones say."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from campaigns.imports import dialects, headers
from campaigns.imports.dialects import Dialect
from campaigns.imports.encodings import Encoding
from campaigns.imports.errors import ImportFileError
from campaigns.imports.records import Record, RecordReader

_SAMPLE_LINES = 500
_SAMPLE_ROWS = 200
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Inspection:
    """How a file is to be read, the titles of its columns, and the guess of what they hold.

    `lines_per_row` is 1 unless fields hold line ends: it turns a count of lines into rows.
    """

    dialect: Dialect
    titles: tuple[str, ...]
    mapping: dict[int, str]
    lines_per_row: float


@contextmanager
def text_lines(binary: BinaryIO, codec: str, errors: str) -> Iterator[Iterable[str]]:
    """The physical lines, with their ends; the file stays open afterwards."""
    wrapper = io.TextIOWrapper(binary, encoding=codec, errors=errors, newline="")
    try:
        yield wrapper
    finally:
        wrapper.detach()


def records(lines: Iterable[str], dialect: Dialect) -> RecordReader:
    """The rows behind what the dialect skips; the header, if any, is still among them."""
    return RecordReader(
        islice(lines, dialect.skip, None), dialect.delimiter, first_line=dialect.skip + 1
    )


def inspect(
    binary: BinaryIO,
    encoding: Encoding,
    looks_like_number: Callable[[str], bool],
    *,
    delimiter: str = "",
    has_header: bool | None = None,
) -> Inspection:
    """Reads the first lines and concludes; what is given is not questioned.

    Raises ImportFileError for more columns than a file of contacts has.
    """
    with text_lines(binary, encoding.codec, encoding.errors) as lines:
        sample = list(islice(lines, _SAMPLE_LINES))
    dialect = dialects.sniff(
        sample, encoding, looks_like_number, delimiter=delimiter, has_header=has_header
    )
    rows = list(islice(records(sample, dialect), _SAMPLE_ROWS + 1))
    return _conclude(rows, dialect, looks_like_number)


def _conclude(
    rows: Sequence[Record], dialect: Dialect, looks_like_number: Callable[[str], bool]
) -> Inspection:
    cells = [record.cells for record in rows if not record.problem]
    width = max(map(len, cells), default=0)
    if width > MOST_COLUMNS:
        raise ImportFileError("file_too_wide", found=str(width), limit=str(MOST_COLUMNS))
    titles = [""] * width
    if dialect.has_header and cells:
        titles = [title.strip() for title in cells.pop(0)]
    mapping = headers.guess(titles, cells, looks_like_number)
    spanned = rows[-1].line - rows[0].line if len(rows) > 1 else 0
    per_row = max(spanned / (len(rows) - 1), 1.0) if spanned else 1.0
    return Inspection(dialect, tuple(titles), mapping, per_row)
