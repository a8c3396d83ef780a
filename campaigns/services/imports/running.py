"""The run of an import: one pass over the file, a transaction per batch, restartable at any.

The position reached is committed with each batch, and a batch begins only where the last
ended: whoever runs the file again (a redelivered task, a second worker) goes on from there or
stops, and the counts are those of a single undisturbed run.
"""

from typing import BinaryIO, cast

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from campaigns.constants import IMPORT_TRANSITIONS, ImportStatus
from campaigns.imports.dialects import Dialect
from campaigns.imports.files import records, text_lines
from campaigns.models import BadLine, ContactImport
from campaigns.selectors.imports import row_parser
from campaigns.services.imports.batches import Batch, batches
from campaigns.services.imports.consents import record_consents
from campaigns.services.imports.merging import merge_rows
from compliance.news import revocations_tell
from config.common import audit, clock, logs
from config.common.states import transition

log = logs.get_logger(__name__)


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
    mapping = {int(index): target for index, target in contact_import.mapping.items()}
    parser = row_parser(contact_import, mapping)
    with contact_import.file.open("rb") as file:
        binary = cast(BinaryIO, file.file)
        dialect = Dialect.from_json(contact_import.dialect)
        with text_lines(binary, dialect.codec, dialect.errors) as lines:
            reader = records(lines, dialect)
            for batch in batches(reader, dialect.has_header, parser, contact_import.rows_done):
                if not _commit(contact_import, batch, binary.tell()):
                    return ContactImport.objects.values_list("status", flat=True).get(
                        pk=contact_import.pk
                    )
    return _complete(contact_import)


@transaction.atomic
def _commit(contact_import: ContactImport, batch: Batch, bytes_done: int) -> bool:
    """Stores a batch with the position behind it. False when the import was canceled, or
    another worker is at it."""
    held = ContactImport.objects.select_for_update().filter(pk=contact_import.pk)
    current = held.values("status", "rows_done", "contact_list_id").get()
    if current["status"] != ImportStatus.RUNNING or current["rows_done"] != batch.first:
        return False
    now = clock.now()
    merged = merge_rows(
        batch.rows if contact_import.keeps_contacts else {},
        account_id=contact_import.account_id,
        list_id=current["contact_list_id"],
        now=now,
        repeated=batch.repeated,
    )
    consents, revoked = record_consents(contact_import, batch.rows.values())
    for line in batch.bad:
        line.contact_import = contact_import
    BadLine.objects.bulk_create(batch.bad, batch_size=1_000)
    good = batch.count - len(batch.bad)
    known = good - batch.duplicates - merged.created if contact_import.keeps_contacts else 0
    ContactImport.objects.filter(pk=contact_import.pk).update(
        rows_done=F("rows_done") + batch.count,
        rows_created=F("rows_created") + merged.created,
        rows_updated=F("rows_updated") + known,
        rows_duplicate=F("rows_duplicate") + batch.duplicates,
        rows_bad=F("rows_bad") + len(batch.bad),
        consents_recorded=F("consents_recorded") + consents,
        bytes_done=bytes_done,
        progress_at=now,
    )
    revocations_tell(revoked)
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
