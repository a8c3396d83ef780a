"""The run of an import: one pass over the file, a transaction per batch, restartable at any.

The position reached is committed with each batch, and a batch begins only where the last
ended: whoever runs the file again (a redelivered task, a second worker) goes on from there or
stops, and the counts are those of a single undisturbed run.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from campaigns.constants import IMPORT_TRANSITIONS, ImportStatus
from campaigns.imports.columns import columns
from campaigns.imports.dialects import Dialect
from campaigns.imports.errors import RowError
from campaigns.imports.files import records, text_lines
from campaigns.imports.records import LONGEST_FIELD, Record, RecordReader
from campaigns.imports.rows import Row, RowParser, RowSettings
from campaigns.imports.text import storable
from campaigns.models import BadLine, ContactImport
from campaigns.services.imports.consents import record_consents
from campaigns.services.imports.merging import merge_rows
from config.common import audit, clock, logs
from config.common.states import transition

log = logs.get_logger(__name__)

BATCH_ROWS = 4_000
_LONGEST_CONTENT = 4_000  # characters of a bad line that are kept


@dataclass(slots=True)
class _Batch:
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


def import_run(import_id: int) -> str:
    """Runs an import, or goes on with it, and returns the state it is left in.

    Database failures are raised for the task to try again; any other failure is marked on
    the import, from where a person may retry it.
    """
    now = clock.now()
    transition(
        ContactImport,
        [import_id],
        to=ImportStatus.RUNNING,
        transitions=IMPORT_TRANSITIONS,
        progress_at=now,
        started_at=now,
    )
    found = ContactImport.objects.select_related("account", "consent_advertiser", "created_by")
    contact_import = found.get(pk=import_id)
    if contact_import.status != ImportStatus.RUNNING:
        return contact_import.status
    try:
        return _run(contact_import)
    except FileNotFoundError:
        return _fail(contact_import, "file_missing")
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        _fail(contact_import, "unexpected")
        raise


def _run(contact_import: ContactImport) -> str:
    parser = _parser(contact_import)
    with contact_import.file.open("rb") as file:
        binary = cast(BinaryIO, file.file)
        dialect = Dialect.from_json(contact_import.dialect)
        with text_lines(binary, dialect.codec, dialect.errors) as lines:
            reader = records(lines, dialect)
            for batch in _batches(reader, dialect.has_header, parser, contact_import.rows_done):
                if not _commit(contact_import, batch, binary.tell()):
                    return ContactImport.objects.values_list("status", flat=True).get(
                        pk=contact_import.pk
                    )
    return _complete(contact_import)


def _parser(contact_import: ContactImport) -> RowParser:
    width = len(contact_import.titles)
    mapping = {int(index): target for index, target in contact_import.mapping.items()}
    settings = RowSettings(
        country=contact_import.default_country,
        zone=ZoneInfo(contact_import.account.timezone),
        now=contact_import.created_at,  # the same rows are good however often they are read
        width=width,
    )
    return RowParser(columns(mapping, width), settings)


def _batches(
    reader: RecordReader, has_header: bool, parser: RowParser, done: int
) -> Iterator[_Batch]:
    """Batches behind the first `done` rows; those are read for their numbers only."""
    seen: set[int] = set()
    rows = islice(reader, 1 if has_header else 0, None)
    for record in islice(rows, done):
        try:
            seen.add(int(_parse(parser, record).msisdn))
        except RowError:
            continue
    position = done
    while True:
        batch = _Batch(first=position)
        _fill(batch, islice(rows, BATCH_ROWS), reader, parser, seen)
        if not batch.count:
            return
        yield batch
        position += batch.count


def _fill(
    batch: _Batch,
    rows: Iterable[Record],
    reader: RecordReader,
    parser: RowParser,
    seen: set[int],
) -> None:
    for record in rows:
        batch.count += 1
        try:
            batch.take(_parse(parser, record), seen)
        except RowError as error:
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


@transaction.atomic
def _commit(contact_import: ContactImport, batch: _Batch, bytes_done: int) -> bool:
    """Stores a batch with the position behind it. False when the import was canceled, or
    another worker is at it."""
    held = ContactImport.objects.select_for_update().filter(pk=contact_import.pk)
    current = held.values("status", "rows_done", "contact_list_id").get()
    if current["status"] != ImportStatus.RUNNING or current["rows_done"] != batch.first:
        return False
    now = clock.now()
    merged = merge_rows(
        batch.rows,
        account_id=contact_import.account_id,
        list_id=current["contact_list_id"],
        now=now,
        repeated=batch.repeated,
    )
    consents = record_consents(contact_import, batch.rows.values())
    for line in batch.bad:
        line.contact_import = contact_import
    BadLine.objects.bulk_create(batch.bad, batch_size=1_000)
    good = batch.count - len(batch.bad)
    ContactImport.objects.filter(pk=contact_import.pk).update(
        rows_done=F("rows_done") + batch.count,
        rows_created=F("rows_created") + merged.created,
        rows_updated=F("rows_updated") + good - batch.duplicates - merged.created,
        rows_duplicate=F("rows_duplicate") + batch.duplicates,
        rows_bad=F("rows_bad") + len(batch.bad),
        consents_recorded=F("consents_recorded") + consents,
        bytes_done=bytes_done,
        progress_at=now,
    )
    return True


@transaction.atomic
def _complete(contact_import: ContactImport) -> str:
    """The end of the file: the estimate of rows becomes their number, the file is deleted."""
    moved = transition(
        ContactImport,
        [contact_import.pk],
        to=ImportStatus.COMPLETED,
        transitions=IMPORT_TRANSITIONS,
        finished_at=clock.now(),
        rows_total=F("rows_done"),
        bytes_done=F("bytes_total"),
    )
    if moved:
        audit.record(
            action="import.completed",
            actor=contact_import.created_by,
            account_id=contact_import.account_id,
            subject=f"import:{contact_import.pk}",
        )
        transaction.on_commit(lambda: contact_import.file.delete(save=False))
    return ImportStatus.COMPLETED


def _fail(contact_import: ContactImport, code: str) -> str:
    log.error("import failed", extra={"import_id": contact_import.pk, "code": code})
    transition(
        ContactImport,
        [contact_import.pk],
        to=ImportStatus.FAILED,
        transitions=IMPORT_TRANSITIONS,
        error=code,
        finished_at=clock.now(),
    )
    return ImportStatus.FAILED
