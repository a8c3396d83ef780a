"""Delimiter and header row, read from the first lines of a file."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from campaigns.imports import headers
from campaigns.imports.encodings import Encoding
from campaigns.imports.errors import ImportFileError
from campaigns.imports.records import RecordReader

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_RECORDS = 200
# Excel's own first line that names the delimiter: `sep=;`
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)

LooksLikeNumber = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a file: `skip` physical lines first, then perhaps a header row."""

    codec: str
    errors: str
    delimiter: str
    has_header: bool
    skip: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Dialect":
        """The dialect kept by `as_json`; keys of other parts are ignored."""
        return cls(**{name: value[name] for name in cls.__slots__})


def check_delimiter(value: str) -> str:
    """One of DELIMITERS; `\\t` and `tab` name the tab. Raises ImportFileError."""
    delimiter = "\t" if value in {"\\t", "tab"} else value
    if delimiter not in DELIMITERS:
        raise ImportFileError("delimiter_unknown", found=value[:10])
    return delimiter


def sniff(
    lines: Sequence[str],
    encoding: Encoding,
    looks_like_number: LooksLikeNumber,
    *,
    delimiter: str = "",
    has_header: bool | None = None,
) -> Dialect:
    """The dialect of a file by its first lines; what is given is not questioned."""
    skip = 0
    if lines and (named := _SEP_LINE.fullmatch(lines[0])):
        skip = 1
        delimiter = delimiter or (named[1] if named[1] in DELIMITERS else "")
    body = lines[skip:]
    chosen = delimiter or max(DELIMITERS, key=lambda candidate: _score(body, candidate))
    if has_header is None:
        first = next(iter(_records(body, chosen)), [])
        has_header = headers.is_header(first, looks_like_number)
    return Dialect(
        codec=encoding.codec,
        errors=encoding.errors,
        delimiter=chosen,
        has_header=has_header,
        skip=skip,
    )


def _records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    records = RecordReader(lines, delimiter)
    return [record.cells for record in islice(records, _SAMPLE_RECORDS) if not record.problem]


def _score(lines: Sequence[str], delimiter: str) -> tuple[int, float, int]:
    """More known column titles first, then rows as wide as the first, then more columns."""
    records = _records(lines, delimiter)
    if not records or len(records[0]) < 2:
        return (0, 0.0, 0)
    width = len(records[0])
    known = sum(bool(headers.field_of(title)) for title in records[0])
    regular = sum(len(record) == width for record in records) / len(records)
    return (known, round(regular, 1), width)
