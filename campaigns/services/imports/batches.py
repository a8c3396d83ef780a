"""The rows of a file in batches: contacts by number, and the lines that are none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from campaigns.imports.errors import RowError
from campaigns.imports.records import LONGEST_FIELD, Record, RecordReader
from campaigns.imports.rows import Row, RowParser
from campaigns.imports.text import storable
from campaigns.models import BadLine

BATCH_ROWS = 4_000
# The first batches are small and then double, so that a short file moves its bar, too.
_FIRST_BATCH_ROWS = 500
_LONGEST_CONTENT = 4_000  # characters of a bad line that are kept


@dataclass(slots=True)
class Batch:
    """Rows read since the last commit, one per number, and what else they were."""

    first: int
    rows: dict[str, Row] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    duplicates: int = 0
    bad: list[BadLine] = field(default_factory=list)
    count: int = 0

    def take(self, row: Row, seen: set[int]) -> None:
        """Adds a contact; a number met before, in this batch or an earlier one, is merged."""
        number = int(row.msisdn)
        known = self.rows.get(row.msisdn)
        if number in seen:
            self.duplicates += 1
            if known is None:
                self.repeated.add(row.msisdn)
        seen.add(number)
        if known is None:
            self.rows[row.msisdn] = row
        else:
            known.merge(row)


def batches(
    reader: RecordReader, has_header: bool, parser: RowParser, done: int
) -> Iterator[Batch]:
    """Batches behind the first `done` rows; those are read for their numbers only."""
    seen: set[int] = set()
    rows = islice(reader, 1 if has_header else 0, None)
    for record in islice(rows, done):
        try:
            seen.add(int(_parse(parser, record).msisdn))
        except RowError:
            continue
    position, size = done, _FIRST_BATCH_ROWS
    while True:
        batch = Batch(first=position)
        _fill(batch, islice(rows, min(size, BATCH_ROWS)), reader, parser, seen)
        if not batch.count:
            return
        yield batch
        position += batch.count
        size *= 2


def _fill(
    batch: Batch,
    rows: Iterable[Record],
    reader: RecordReader,
    parser: RowParser,
    seen: set[int],
) -> None:
    for record in rows:
        batch.count += 1
        try:
            batch.take(_parse(parser, record), seen)
        except RowError as refusal:
            error = RowError("", "unclosed_quote") if reader.is_misquoted else refusal
            content = storable(reader.raw, _LONGEST_CONTENT)
            batch.bad.append(
                BadLine(
                    line=record.line,
                    field=error.field,
                    code=error.code,
                    params=error.params,
                    content=content.rstrip("\r\n"),
                )
            )


def _parse(parser: RowParser, record: Record) -> Row:
    if record.problem:
        raise RowError("", record.problem, limit=str(LONGEST_FIELD))
    return parser(record.cells)
