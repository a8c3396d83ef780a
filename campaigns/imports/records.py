"""Records of a CSV with the line each starts on; a broken one costs its own line only.

The csv module alone swallows the rest of the file at a quotation mark that is never closed.
Here such a record ends after its first line, and reading goes on with the next.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LONGEST_FIELD = 131_072  # characters; the csv module's own limit
_LONGEST_RECORD_LINES = 60
_LONGEST_RECORD = 262_144  # characters

csv.field_size_limit(LONGEST_FIELD)


class Record(NamedTuple):
    """`line` is the physical line, counted from 1, on which the record starts; `problem` is a
    code of ROW_MESSAGES, and then there are no cells."""

    line: int
    cells: list[str]
    problem: str = ""


class _Lines:
    """Lines for the csv reader, with those of the present record kept and returnable."""

    __slots__ = ("_again", "_size", "_source", "ended", "overrun", "pending")

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._again: deque[str] = deque()
        self._size = 0
        self.pending: list[str] = []
        self.ended = False
        self.overrun = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.pending:
            self._size += len(self.pending[-1])
            if len(self.pending) >= _LONGEST_RECORD_LINES or self._size > _LONGEST_RECORD:
                self.overrun = True
                raise StopIteration
        if self._again:
            line = self._again.popleft()
        else:
            try:
                line = next(self._source)
            except StopIteration:
                self.ended = True
                raise
        self.pending.append(line)
        return line

    def give_back(self) -> None:
        """Leaves the first line in the present record; the others will be read again."""
        self._again.extendleft(reversed(self.pending[1:]))
        del self.pending[1:]
        self.ended = False

    def settle(self) -> int:
        """Closes the present record; returns how many lines it took."""
        taken = len(self.pending)
        self.pending.clear()
        self._size = 0
        self.overrun = False
        return taken


class RecordReader:
    """Iterates Records of the non-empty rows; `raw` is the present record as it stands in the
    file, until the next is asked for. `first_line` is the number of the first line given."""

    def __init__(self, lines: Iterable[str], delimiter: str, *, first_line: int = 1) -> None:
        self._lines = _Lines(lines)
        self._delimiter = delimiter
        self._line = first_line

    @property
    def raw(self) -> str:
        return "".join(self._lines.pending)

    @property
    def is_misquoted(self) -> bool:
        """Whether quotation marks of the present record stand where they should not: why a row
        that was read all the same makes no sense."""
        return '"' in self.raw and not _is_strict_csv(self._lines.pending, self._delimiter)

    def __iter__(self) -> Iterator[Record]:
        lines = self._lines
        reader = csv.reader(lines, delimiter=self._delimiter)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                problem = "unreadable_row"
            else:
                problem = "unclosed_quote" if self._is_torn() else ""
            if problem:
                lines.give_back()
                yield Record(self._line, [], problem)
                reader = csv.reader(lines, delimiter=self._delimiter)
            elif any(cells):
                yield Record(self._line, cells)
            self._line += lines.settle()

    def _is_torn(self) -> bool:
        """Whether a record over several lines, or the last one, is no proper CSV by itself."""
        lines = self._lines
        if len(lines.pending) == 1 and not lines.ended:
            return False
        if lines.overrun:
            return True
        return not _is_strict_csv(lines.pending, self._delimiter)


def _is_strict_csv(lines: list[str], delimiter: str) -> bool:
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True
