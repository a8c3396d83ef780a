"""Cells of CSV files that we write: no spreadsheet may take one for a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence

# What makes a spreadsheet calculate (OWASP, CSV injection); the full-width forms as well.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: str) -> str:
    """The value, behind an apostrophe where a spreadsheet would calculate it. The import of
    numbers knows the apostrophe and takes it off."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


class _Echo:
    """What csv.writer writes to: hands the line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a CSV that Excel opens as UTF-8 (byte order mark first); cells made safe."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield str(writer.writerow([safe_cell(cell) for cell in row]))
