"""The run of a file of suppressions: a transaction per batch, restartable at any."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import BinaryIO, cast

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_noop as _

from compliance.models import Account, SuppressionBadLine, SuppressionImport
from compliance.news import revocations_tell
from compliance.number_files import BadRow, Row, RowReader, sample, text_lines
from compliance.services.suppression_imports.brands import Owners, folded, owners_of
from compliance.services.suppression_imports.intake import RUN_TASK, reader_of, record
from compliance.services.suppression_imports.writing import Target, targets_suppress
from config.common import clock, logs
from config.common.queue import enqueue

log = logs.get_logger(__name__)

_BATCH = 5_000
_KEPT_BAD_LINES = 10_000
_KEPT_BRANDS = 200
_STALLED_AFTER = timedelta(minutes=2)
_STATE = SuppressionImport.State
_AT_WORK = (_STATE.WAITING, _STATE.RUNNING)
FAILURES = {
    "discarded": _("Discarded by hand."),
    "file_missing": _("The file is gone: upload it again."),
    "no_numbers": _("No line of the file holds a number."),
    "unexpected": _("Something went wrong; the log of the worker says what."),
}


def suppression_import_run(import_id: int) -> str:
    """Runs a started file, or goes on behind its last batch; returns the state it is left in."""
    SuppressionImport.objects.filter(pk=import_id, state=_STATE.WAITING).update(
        state=_STATE.RUNNING, progress_at=clock.now()
    )
    found = SuppressionImport.objects.select_related("account", "advertiser", "created_by").get(
        pk=import_id
    )
    if found.state != _STATE.RUNNING:
        return found.state
    try:
        return _run(found)
    except FileNotFoundError:
        return _fail(found, "file_missing")
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        _fail(found, "unexpected")
        raise


def suppression_imports_resume() -> int:
    """Queues files again whose worker died."""
    stalled = SuppressionImport.objects.filter(
        state__in=_AT_WORK, progress_at__lt=clock.now() - _STALLED_AFTER
    ).values_list("pk", flat=True)
    for import_id in stalled:
        with transaction.atomic():
            enqueue(RUN_TASK, import_id)
    return len(stalled)


def _run(found: SuppressionImport) -> str:
    with found.file.open("rb") as file:
        binary = cast(BinaryIO, file.file)
        reader, _has_brands, has_header = reader_of(found, sample(binary))
        lines = enumerate(text_lines(binary), start=1)
        if has_header:
            next((True for _number, line in lines if line), None)
        for chunk in _chunks(lines):
            if chunk[-1][0] <= found.lines_read:
                continue
            if not _commit(found, chunk, reader, binary.tell()):
                found.refresh_from_db(fields=["state"])
                return found.state
    return _complete(found)


def _chunks(lines: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    while chunk := list(islice(lines, _BATCH)):
        yield chunk


@transaction.atomic
def _commit(
    found: SuppressionImport, chunk: Sequence[tuple[int, str]], reader: RowReader, at: int
) -> bool:
    """Stores a batch with the position behind it. False when another worker is at it."""
    held = SuppressionImport.objects.select_for_update().get(pk=found.pk)
    if held.state != _STATE.RUNNING or held.lines_read >= chunk[0][0]:
        return False
    rows: list[tuple[int, str, Row]] = []
    bad: list[tuple[int, str, str]] = []
    for number, line in chunk:
        row = reader.read(line)
        if isinstance(row, BadRow):
            bad.append((number, line, row.code))
        elif row is not None:
            rows.append((number, line, row))
    brands = {folded(row.brand) for _number, _line, row in rows if row.brand}
    owners = {} if found.advertiser_id else owners_of(found, brands)
    targets, unknown = _targets(found, rows, owners)
    bad += [(number, line, "brand_unknown") for number, line, _row in unknown]
    added, revoked = targets_suppress(found, targets) if targets else (0, [])
    distinct = len({target[:3] for target in targets})
    held.added += added
    held.known += distinct - added
    held.unknown_brand += len(unknown)
    held.unknown_brands = _brands(held.unknown_brands, unknown)
    _keep_bad(held, sorted(bad))
    held.lines_read = found.lines_read = chunk[-1][0]
    held.bytes_done = min(at, held.bytes_total)
    held.progress_at = clock.now()
    held.save()
    revocations_tell(revoked)
    return True


def _targets(
    found: SuppressionImport, rows: Sequence[tuple[int, str, Row]], owners: Owners
) -> tuple[list[Target], list[tuple[int, str, Row]]]:
    """Whom each row concerns, and the rows of brands that nobody here has."""
    targets: list[Target] = []
    unknown: list[tuple[int, str, Row]] = []
    everyone = _everyone(found)
    for number, line, row in rows:
        if row.is_removal:
            continue
        reason = _reason(found, row)
        if row.brand and not found.advertiser_id:
            those = owners.get(folded(row.brand), ())
            targets += [Target(a, b, row.msisdn, reason) for a, b in sorted(those)]
            if not those:
                unknown.append((number, line, row))
        else:
            targets += [Target(a, b, row.msisdn, reason) for a, b in everyone]
    return targets, unknown


def _everyone(found: SuppressionImport) -> list[tuple[int, int | None]]:
    if found.account_id is not None:
        return [(found.account_id, found.advertiser_id)]
    return [(pk, None) for pk in Account.objects.order_by("pk").values_list("pk", flat=True)]


def _reason(found: SuppressionImport, row: Row) -> str:
    parts = (found.network, row.reason or found.reason, found.file_name)
    return " · ".join(part for part in parts if part)


def _brands(known: dict[str, int], unknown: Sequence[tuple[int, str, Row]]) -> dict[str, int]:
    counts = Counter(known)
    counts.update(row.brand for _number, _line, row in unknown)
    return dict(counts.most_common(_KEPT_BRANDS))


def _keep_bad(held: SuppressionImport, bad: Sequence[tuple[int, str, str]]) -> None:
    room = max(_KEPT_BAD_LINES - held.lines_bad, 0)
    SuppressionBadLine.objects.bulk_create(
        (
            SuppressionBadLine(suppression_import=held, line=number, code=code, content=line[:120])
            for number, line, code in bad[:room]
        ),
        batch_size=1_000,
    )
    held.lines_bad += len(bad)


@transaction.atomic
def _complete(found: SuppressionImport) -> str:
    held = SuppressionImport.objects.select_for_update().get(pk=found.pk)
    if held.state != _STATE.RUNNING:
        return held.state
    is_empty = not (held.added or held.known or held.unknown_brand)
    held.state = _STATE.FAILED if is_empty else _STATE.COMPLETED
    held.error = "no_numbers" if is_empty else ""
    held.finished_at = clock.now()
    held.bytes_done = held.bytes_total
    name, storage = str(held.file.name), held.file.storage
    held.file = ""
    held.save()
    record(
        "suppressions.imported",
        held,
        found.created_by,
        added=held.added,
        known=held.known,
        unknown_brand=held.unknown_brand,
        bad=held.lines_bad,
    )
    transaction.on_commit(lambda: storage.delete(name))
    return held.state


def _fail(found: SuppressionImport, code: str) -> str:
    log.error("suppression import failed", extra={"import_id": found.pk, "code": code})
    SuppressionImport.objects.filter(pk=found.pk, state=_STATE.RUNNING).update(
        state=_STATE.FAILED, error=code, finished_at=clock.now()
    )
    return _STATE.FAILED
