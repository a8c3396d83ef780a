"""A file of a register comes in: it is kept and looked at; a person or a schedule starts it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import Register, RegisterSnapshot, User
from compliance.services.file_intake import checked, digest_of
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from config.common.ids import uuid7
from config.common.queue import enqueue

LOAD_TASK = "compliance.tasks.load_register"
LARGEST_FILE_MB = 1024
_CLOCK_TOLERANCE = timedelta(minutes=5)
_STATE = RegisterSnapshot.State


@dataclass(frozen=True, slots=True)
class SnapshotValues:
    """What is said about a file: its id and time as the register's keeper gives them (`as_of`
    aware), whether it holds the whole list or changes, and whether it may be much shorter."""

    reference: str
    as_of: datetime
    kind: str = RegisterSnapshot.Kind.FULL
    may_shrink: bool = False


@transaction.atomic
def snapshot_upload(
    *,
    register: Register,
    file: File,  # type: ignore[type-arg]
    file_name: str,
    values: SnapshotValues,
    actor: User | None,
) -> RegisterSnapshot:
    """Keeps a file of a register; nothing is in force yet.

    Raises InvalidError naming the field (`reference`, `as_of`, `kind`, `file`), ConflictError
    for a list that was loaded before.
    """
    _check(register, values)
    checked(file, largest_mb=LARGEST_FILE_MB)
    made = RegisterSnapshot(
        register=register,
        token=uuid7(),
        reference=values.reference.strip(),
        kind=values.kind,
        as_of=values.as_of,
        may_shrink=values.may_shrink,
        file_name=file_name[:200],
        checksum=digest_of(file),
        bytes_total=file.size,
        loaded_by=actor,
        created_at=clock.now(),
    )
    made.file = file
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise ConflictError(
            "register_list_known", _("A list with this id was loaded before.")
        ) from error
    return made


def _check(register: Register, values: SnapshotValues) -> None:
    if not values.reference.strip():
        raise InvalidError(
            "reference_missing",
            _("Give the id that the register's keeper gave this list."),
            field="reference",
        )
    if values.as_of > clock.now() + _CLOCK_TOLERANCE:
        raise InvalidError("as_of_in_future", _("This time has not come yet."), field="as_of")
    present = register.in_force
    if values.kind == RegisterSnapshot.Kind.CHANGES and present is None:
        raise InvalidError(
            "changes_to_nothing",
            _("There is no list yet that these could change: load a whole list first."),
            field="kind",
        )
    if present is not None and values.as_of < present.as_of:
        raise InvalidError(
            "list_older_than_present",
            _("The list in force is newer than this one."),
            field="as_of",
        )


@transaction.atomic
def snapshot_start(*, snapshot: RegisterSnapshot, actor: User | None) -> None:
    """A worker loads it from now on. Raises ConflictError when it was started before."""
    now = clock.now()
    moved = RegisterSnapshot.objects.filter(pk=snapshot.pk, state=_STATE.WAITING).update(
        state=_STATE.LOADING, started_at=now, progress_at=now
    )
    if not moved:
        raise ConflictError("register_list_started", _("This list has been started already."))
    _record("register.list_started", snapshot, actor)
    enqueue(LOAD_TASK, snapshot.pk)


@transaction.atomic
def snapshot_discard(*, snapshot: RegisterSnapshot, actor: User | None) -> None:
    """The file is dropped without ever being in force. Raises ConflictError once it started."""
    moved = RegisterSnapshot.objects.filter(pk=snapshot.pk, state=_STATE.WAITING).update(
        state=_STATE.FAILED, error="discarded", finished_at=clock.now(), file=""
    )
    if not moved:
        raise ConflictError("register_list_started", _("This list has been started already."))
    _record("register.list_discarded", snapshot, actor)
    name, storage = str(snapshot.file.name), snapshot.file.storage
    transaction.on_commit(lambda: storage.delete(name))


def _record(action: str, snapshot: RegisterSnapshot, actor: User | None) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject=f"register:{snapshot.register_id}",
        detail={
            "list": snapshot.reference,
            "as_of": snapshot.as_of.isoformat(),
            "file": snapshot.file_name,
            "sha256": snapshot.checksum,
        },
    )
