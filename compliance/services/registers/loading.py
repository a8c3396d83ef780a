"""The run of a register's file: staged in chunks with progress, then put in force at one instant.

A run that dies leaves nothing but its row: the list before stays in force, and the file is read
again from its beginning.
"""

from datetime import timedelta
from typing import Any, BinaryIO, cast

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext_noop as _

from compliance.models import Register, RegisterSnapshot
from compliance.services.registers.merging import Merged, merge
from compliance.services.registers.staging import Staged, stage
from compliance.services.registers.uploads import LOAD_TASK
from config.common import audit, clock, logs
from config.common.queue import enqueue

log = logs.get_logger(__name__)

_STATE = RegisterSnapshot.State
_STALLED_AFTER = timedelta(minutes=2)
_LOCK = 0x5656  # space of advisory locks: one run per register
FAILURES = {
    "discarded": _("Discarded by hand."),
    "file_missing": _("The file is gone: upload it again."),
    "no_numbers": _("No line of the file holds a number of this country."),
    "mostly_unreadable": _("More lines are bad than good: this is not the file it should be."),
    "newer_in_force": _(
        "A newer list came into force meanwhile: upload this one again if it is wanted."
    ),
    "too_many_removed": _(
        "The list would take off more numbers than is allowed. If that is right, upload it again"
        " and say that many numbers may come off."
    ),
    "unexpected": _("Something went wrong; the log of the worker says what."),
}


class _RefusedError(Exception):
    """The file must not come into force; `code` is one of FAILURES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def register_load(snapshot_id: int) -> str:
    """Loads a started list and returns the state it is left in; repeating is harmless.

    Database failures are raised for the task to try again; any other failure is kept on the
    list, and the one before stays in force.
    """
    snapshot = RegisterSnapshot.objects.select_related("register", "loaded_by").get(pk=snapshot_id)
    if snapshot.state != _STATE.LOADING or not _locked(snapshot.register_id):
        return snapshot.state
    try:
        return _load(snapshot)
    except FileNotFoundError:
        return _fail(snapshot, "file_missing")
    except _RefusedError as refused:
        return _fail(snapshot, refused.code)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        _fail(snapshot, "unexpected")
        raise
    finally:
        _unlock(snapshot.register_id)


def registers_resume() -> int:
    """Queues lists again whose worker died: a living one tells its progress every second."""
    stalled = RegisterSnapshot.objects.filter(
        state=_STATE.LOADING, progress_at__lt=clock.now() - _STALLED_AFTER
    ).values_list("pk", flat=True)
    for snapshot_id in stalled:
        with transaction.atomic():
            enqueue(LOAD_TASK, snapshot_id)
    return len(stalled)


def _load(snapshot: RegisterSnapshot) -> str:
    with snapshot.file.open("rb") as file, connection.cursor() as cursor:
        binary = cast(BinaryIO, file.file)
        staged = stage(cursor, snapshot, binary, lambda done, at: _tell(snapshot, done, at))
        _check_lines(staged)
        _tell(snapshot, staged, snapshot.bytes_total)
        _put_in_force(cursor, snapshot)
    return _STATE.IN_FORCE


def _check_lines(staged: Staged) -> None:
    good = staged.lines - staged.bad
    if not good:
        raise _RefusedError("no_numbers")
    if staged.bad > good:
        raise _RefusedError("mostly_unreadable")


def _tell(snapshot: RegisterSnapshot, done: Staged, bytes_done: int) -> None:
    RegisterSnapshot.objects.filter(pk=snapshot.pk).update(
        lines_read=done.lines,
        lines_bad=done.bad,
        bytes_done=min(bytes_done, snapshot.bytes_total),
        progress_at=clock.now(),
    )


@transaction.atomic
def _put_in_force(cursor: Any, snapshot: RegisterSnapshot) -> None:
    register = Register.objects.select_for_update().get(pk=snapshot.register_id)
    present = register.in_force
    # In the order of their ids too: so since and until tell what was in force on a day.
    if present is not None and (present.as_of > snapshot.as_of or present.pk > snapshot.pk):
        raise _RefusedError("newer_in_force")
    merged = merge(cursor, snapshot)
    _check_loss(register, present, snapshot, merged)
    now = clock.now()
    if present is not None:
        RegisterSnapshot.objects.filter(pk=present.pk).update(state=_STATE.SUPERSEDED)
    name, storage = str(snapshot.file.name), snapshot.file.storage
    RegisterSnapshot.objects.filter(pk=snapshot.pk).update(
        state=_STATE.IN_FORCE,
        file="",
        in_force_at=now,
        finished_at=now,
        added=merged.added,
        changed=merged.changed,
        removed=merged.removed,
        numbers=merged.numbers,
        numbers_sms=merged.numbers_sms,
        numbers_voice=merged.numbers_voice,
    )
    Register.objects.filter(pk=register.pk).update(in_force=snapshot)
    audit.record(
        action="register.list_in_force",
        actor=snapshot.loaded_by,
        subject=f"register:{register.pk}",
        detail={
            "list": snapshot.reference,
            "numbers": merged.numbers,
            "added": merged.added,
            "removed": merged.removed,
            "sha256": snapshot.checksum,
        },
    )
    # The list is in the database and its digest on record: a second copy is only a risk.
    transaction.on_commit(lambda: storage.delete(name))


def _check_loss(
    register: Register,
    present: RegisterSnapshot | None,
    snapshot: RegisterSnapshot,
    merged: Merged,
) -> None:
    """A whole list that was cut off looks like one from which many came off; changes name each."""
    is_full = snapshot.kind == RegisterSnapshot.Kind.FULL
    if present is None or snapshot.may_shrink or not is_full:
        return
    if merged.removed * 100 > present.numbers * register.largest_loss_percent:
        raise _RefusedError("too_many_removed")


def _fail(snapshot: RegisterSnapshot, code: str) -> str:
    log.error("register list failed", extra={"snapshot_id": snapshot.pk, "code": code})
    RegisterSnapshot.objects.filter(pk=snapshot.pk, state=_STATE.LOADING).update(
        state=_STATE.FAILED, error=code, finished_at=clock.now()
    )
    return _STATE.FAILED


def _locked(register_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, register_id])
        return bool(cursor.fetchone()[0])


def _unlock(register_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, register_id])
