"""A file of suppressions comes in, is looked at, and is started or dropped."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import Purpose, SuppressionCause
from compliance.models import Account, Advertiser, SuppressionImport, User
from compliance.number_files import (
    BadRow,
    NationalNumbers,
    Row,
    RowReader,
    layout_of,
    sample,
)
from compliance.services.checks import check_advertiser, check_choice
from compliance.services.file_intake import checked, digest_of
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from config.common.ids import uuid7
from config.common.queue import enqueue

RUN_TASK = "compliance.tasks.run_suppression_import"
LARGEST_FILE_MB = 100
HOME_COUNTRY = "VN"  # of files for every account: it is its networks that send them
_SHOWN = 10
_STATE = SuppressionImport.State
_CAUSES = frozenset(
    {
        SuppressionCause.MANUAL.value,
        SuppressionCause.COMPLAINT.value,
        SuppressionCause.REFUSAL.value,
    }
)


@dataclass(frozen=True, slots=True)
class ImportValues:
    """What a person says about a file. `account` None: refusals for every account; `advertiser`
    None: the brand in the file, or every brand of the account."""

    account: Account | None
    advertiser: Advertiser | None = None
    kind: str = SuppressionImport.Kind.LIST
    network: str = ""
    purpose: str = Purpose.MARKETING
    cause: str = SuppressionCause.MANUAL
    reason: str = ""
    expires_at: datetime | None = None


@transaction.atomic
def suppression_import_upload(
    *,
    values: ImportValues,
    file: File,  # type: ignore[type-arg]
    file_name: str,
    actor: User | None,
) -> SuppressionImport:
    """Keeps a file; nobody is suppressed yet. Refusals that a network sends are always refusals,
    without an end. Raises InvalidError naming the field."""
    is_operator = values.kind == SuppressionImport.Kind.OPERATOR
    cause = SuppressionCause.REFUSAL.value if is_operator else values.cause
    _check(values, cause)
    checked(file, largest_mb=LARGEST_FILE_MB)
    made = SuppressionImport(
        token=uuid7(),
        kind=values.kind,
        account=values.account,
        advertiser=values.advertiser,
        network=values.network.strip(),
        purpose=values.purpose,
        cause=cause,
        reason=values.reason.strip(),
        expires_at=None if is_operator else values.expires_at,
        file_name=file_name[:200],
        checksum=digest_of(file),
        bytes_total=file.size,
        created_by=actor,
        created_at=clock.now(),
    )
    made.file = file
    made.save()
    return made


def _check(values: ImportValues, cause: str) -> None:
    check_choice("kind", values.kind, SuppressionImport.Kind.values)
    check_choice("purpose", values.purpose, Purpose.values)
    check_choice("cause", cause, _CAUSES)
    is_operator = values.kind == SuppressionImport.Kind.OPERATOR
    if values.account is None:
        if not is_operator:
            raise InvalidError("account_missing", _("Choose the account."), field="account")
        if values.advertiser is not None:
            raise InvalidError(
                "advertiser_without_account",
                _("Choose the advertiser's account too."),
                field="account",
            )
    else:
        check_advertiser(values.account, values.advertiser)
    if is_operator and not values.network.strip():
        raise InvalidError("network_missing", _("Say who sent the file."), field="network")
    if cause == SuppressionCause.REFUSAL and values.expires_at is not None and not is_operator:
        raise InvalidError(
            "refusal_has_no_end", _("What a person refused does not end."), field="expires_at"
        )
    if values.expires_at is not None and values.expires_at <= clock.now():
        raise InvalidError("end_passed", _("The end must lie ahead."), field="expires_at")


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """The first lines of a file as they are read: place, line, row or what is wrong."""

    rows: list[tuple[int, str, Row | None, str]]
    has_brands: bool
    has_header: bool


def reader_of(found: SuppressionImport, lines: list[str]) -> tuple[RowReader, bool, bool]:
    """How the file is read; whether it names brands, and whether it has a header."""
    country = (found.account.country if found.account else "") or HOME_COUNTRY
    numbers = NationalNumbers(country, abroad=True)
    layout = layout_of(lines, numbers)
    return RowReader(layout, numbers), layout.brand is not None, layout.has_header


def suppression_import_preview(found: SuppressionImport) -> ImportPreview:
    """Reads the beginning of the file. Raises FileNotFoundError where it is gone."""
    with found.file.open("rb") as file:
        lines = sample(cast(BinaryIO, file.file))
    reader, has_brands, has_header = reader_of(found, lines)
    rows: list[tuple[int, str, Row | None, str]] = []
    for number, line in enumerate(lines[has_header:][:_SHOWN], start=1 + has_header):
        row = reader.read(line)
        if isinstance(row, BadRow):
            rows.append((number, line[:120], None, row.code))
        elif row is not None:
            rows.append((number, line[:120], row, ""))
    return ImportPreview(rows, has_brands, has_header)


@transaction.atomic
def suppression_import_start(*, found: SuppressionImport, actor: User | None) -> None:
    """A worker runs it from now on. Raises ConflictError when it was started before."""
    moved = SuppressionImport.objects.filter(pk=found.pk, state=_STATE.UPLOADED).update(
        state=_STATE.WAITING, progress_at=clock.now()
    )
    if not moved:
        raise ConflictError("import_started", _("This file has been started already."))
    record("suppressions.import_started", found, actor)
    enqueue(RUN_TASK, found.pk)


@transaction.atomic
def suppression_import_discard(*, found: SuppressionImport, actor: User | None) -> None:
    """Drops a file that was never started. Raises ConflictError."""
    moved = SuppressionImport.objects.filter(pk=found.pk, state=_STATE.UPLOADED).update(
        state=_STATE.FAILED, error="discarded", finished_at=clock.now(), file=""
    )
    if not moved:
        raise ConflictError("import_started", _("This file has been started already."))
    record("suppressions.import_discarded", found, actor)
    name, storage = str(found.file.name), found.file.storage
    transaction.on_commit(lambda: storage.delete(name))


def record(action: str, found: SuppressionImport, actor: User | None, **detail: object) -> None:
    """An entry of the audit log about the file."""
    audit.record(
        action=action,
        actor=actor,
        account_id=found.account_id,
        subject=f"suppressionimport:{found.pk}",
        detail={"file": found.file_name, "sha256": found.checksum} | detail,
    )
