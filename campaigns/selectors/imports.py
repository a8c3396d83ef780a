"""Imports, to preview, to watch and to mend."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from campaigns.constants import FIELD_TITLES, ImportStatus
from campaigns.imports.columns import ATTRIBUTE, Field, columns
from campaigns.imports.dialects import Dialect
from campaigns.imports.errors import RUN_MESSAGES, MappingError, RowError
from campaigns.imports.files import records, text_lines
from campaigns.imports.records import LONGEST_FIELD, Record
from campaigns.imports.rows import RowParser, RowSettings
from campaigns.imports.text import storable
from campaigns.models import BadLine, ContactImport
from compliance.models import Account

PREVIEW_ROWS = 20
_SHOWN_CELL = 80  # characters


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the file, and why it would be a bad line, if it would; `column` is the
    position of the cell at fault, None for the whole row."""

    line: int
    cells: Sequence[str]
    column: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an import stands; seconds left are None while nothing tells them."""

    status: str
    label: str
    percent: int
    rows_total: int
    rows_done: int
    rows_created: int
    rows_updated: int
    rows_duplicate: int
    rows_bad: int
    consents_recorded: int
    rows_per_second: int
    seconds_left: int | None
    is_over: bool
    error: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def preview(contact_import: ContactImport, mapping: Mapping[int, str]) -> list[PreviewRow]:
    """The first rows as the mapping would read them."""
    try:
        parser = row_parser(contact_import, mapping)
    except MappingError:
        parser = None
    positions = {target: index for index, target in mapping.items()}
    with contact_import.file.open("rb") as file:
        dialect = Dialect.from_json(contact_import.dialect)
        with text_lines(cast(BinaryIO, file.file), dialect.codec, dialect.errors) as lines:
            rows = islice(records(lines, dialect), int(dialect.has_header), None)
            return [
                _preview_row(record, parser, positions, len(contact_import.titles))
                for record in islice(rows, PREVIEW_ROWS)
            ]


def row_parser(contact_import: ContactImport, mapping: Mapping[int, str]) -> RowParser:
    """What reads the rows of an import. Raises MappingError.

    The upload is its present moment: the same rows are good however often they are read.
    """
    width = len(contact_import.titles)
    settings = RowSettings(
        country=contact_import.default_country,
        zone=ZoneInfo(contact_import.account.timezone),
        now=contact_import.created_at,
        width=width,
    )
    return RowParser(columns(mapping, width), settings)


def _preview_row(
    record: Record, parser: RowParser | None, positions: Mapping[str, int], width: int
) -> PreviewRow:
    cells = [storable(cell, _SHOWN_CELL) for cell in record.cells]
    cells += [""] * (width - len(cells))
    line = BadLine(line=record.line)
    if record.problem:
        line.code, line.params = record.problem, {"limit": str(LONGEST_FIELD)}
        return PreviewRow(record.line, cells, problem=line.reason)
    if parser is None:
        return PreviewRow(record.line, cells)
    try:
        parser(record.cells)
    except RowError as error:
        line.code, line.params = error.code, error.params
        return PreviewRow(record.line, cells, positions.get(error.field), line.reason)
    return PreviewRow(record.line, cells)


def progress(contact_import: ContactImport, now: datetime) -> Progress:
    """What the progress page shows; the share done is that of the file's bytes."""
    total = max(contact_import.bytes_total, 1)
    share = min(contact_import.bytes_done / total, 1.0)
    started = contact_import.started_at
    end = contact_import.finished_at or now
    elapsed = max((end - started).total_seconds(), 0.001) if started else 0.0
    is_over = contact_import.status not in {ImportStatus.QUEUED, ImportStatus.RUNNING}
    left = round(elapsed * (1 - share) / share) if share and not is_over else None
    error = RUN_MESSAGES.get(contact_import.error, "")
    return Progress(
        status=contact_import.status,
        label=contact_import.get_status_display(),
        percent=int(share * 100),
        rows_total=max(contact_import.rows_total, contact_import.rows_done),
        rows_done=contact_import.rows_done,
        rows_created=contact_import.rows_created,
        rows_updated=contact_import.rows_updated,
        rows_duplicate=contact_import.rows_duplicate,
        rows_bad=contact_import.rows_bad,
        consents_recorded=contact_import.consents_recorded,
        rows_per_second=round(contact_import.rows_done / elapsed) if elapsed else 0,
        seconds_left=left,
        is_over=is_over,
        error=_(error) if error else "",
    )


def field_label(contact_import: ContactImport, field: str) -> str:
    """A field as the person knows it: the column's title in the file, else our name of it."""
    positions = {target: index for index, target in contact_import.mapping.items()}
    position = positions.get(field)
    if position is not None:
        title = contact_import.titles[int(position)]
        return title or _("Column %(number)d") % {"number": int(position) + 1}
    return field_title(field)


def field_title(field: str) -> str:
    """Our name of a field, in the reader's language; nothing for a whole row."""
    if field.startswith(ATTRIBUTE):
        return field.removeprefix(ATTRIBUTE)
    return str(FIELD_TITLES[Field(field)]) if field else ""


def bad_line_rows(contact_import: ContactImport) -> Iterator[list[str]]:
    """The bad lines for a file to download: line, field, reason, then the columns as uploaded."""
    titles = [
        title or _("Column %(number)d") % {"number": number}
        for number, title in enumerate(contact_import.titles, start=1)
    ]
    yield [_("Line"), _("Field"), _("Reason"), *titles]
    delimiter = str(contact_import.dialect["delimiter"])
    for line in contact_import.bad_lines.order_by("line").iterator(2_000):
        label = field_label(contact_import, line.field)
        yield [str(line.line), label, line.reason, *_cells(line.content, delimiter)]


def _cells(content: str, delimiter: str) -> list[str]:
    """The original columns; a line that is no CSV comes in one piece."""
    try:
        rows = list(csv.reader([content], delimiter=delimiter, strict=True))
    except csv.Error:
        return [content]
    return rows[0] if len(rows) == 1 else [content]


def imports_page(account: Account, *, before: int | None, limit: int) -> Sequence[ContactImport]:
    """An account's imports, newest first."""
    found = ContactImport.objects.filter(account=account).select_related("contact_list")
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def bad_lines_page(
    contact_import: ContactImport, *, after: int | None, limit: int
) -> Sequence[BadLine]:
    """The bad lines in the order of the file."""
    found = contact_import.bad_lines.order_by("line")
    if after is not None:
        found = found.filter(line__gt=after)
    return list(found[:limit])
