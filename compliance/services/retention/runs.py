"""A run over everything whose time is over: batch by batch, countable beforehand, resumable.

A run that a worker loses leaves nothing half-done: every batch is a transaction, and whoever
takes it up goes on at the step where it stopped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import RetentionMark, RetentionRun, User
from compliance.selectors.retention import Keeping, keepings
from compliance.services.retention.removers import Remover, Span, removers, sweeps
from config.common import audit, clock, logs
from config.common.errors import ConflictError
from config.common.queue import enqueue

log = logs.get_logger(__name__)

_LOCK = 0x5163_0011  # one run at a time, whoever runs it
_LOST_AFTER = timedelta(minutes=15)
_NIGHTLY_EVERY = timedelta(hours=20)


@transaction.atomic
def run_start(*, is_rehearsal: bool, actor: User | None) -> RetentionRun:
    """Has a worker make a run. Raises ConflictError while another one is going on."""
    now = clock.now()
    going = RetentionRun.objects.filter(
        status=RetentionRun.Status.RUNNING, progress_at__gt=now - _LOST_AFTER
    )
    if going.exists():
        raise ConflictError(
            "retention_running", _("A run is going on: wait until it has finished.")
        )
    run = RetentionRun.objects.create(
        is_rehearsal=is_rehearsal, started_by=actor, started_at=now, progress_at=now
    )
    audit.record(
        action="retention.rehearsed" if is_rehearsal else "retention.started",
        actor=actor,
        subject=f"retentionrun:{run.pk}",
    )
    enqueue("compliance.tasks.run_retention", run.pk)
    return run


def runs_start_nightly() -> bool:
    """Starts the night's run once a day, or takes up one that a worker lost; whether it did."""
    now = clock.now()
    lost = RetentionRun.objects.filter(
        status=RetentionRun.Status.RUNNING, progress_at__lt=now - _LOST_AFTER
    ).first()
    if lost is not None:
        enqueue("compliance.tasks.run_retention", lost.pk)
        return True
    since = now - _NIGHTLY_EVERY
    if RetentionRun.objects.filter(is_rehearsal=False, started_at__gt=since).exists():
        return False
    try:
        run_start(is_rehearsal=False, actor=None)
    except ConflictError:
        return False
    return True


def run_execute(run_id: int) -> RetentionRun:
    """Carries a run out; repeating a finished one is harmless."""
    run = RetentionRun.objects.get(pk=run_id)
    if run.status != RetentionRun.Status.RUNNING:
        return run
    with _alone() as is_ours:
        if not is_ours:
            return run
        try:
            _execute(run)
        except Exception as error:
            _end(run, RetentionRun.Status.FAILED, error=type(error).__name__)
            log.exception("retention stopped", extra={"run_id": run.pk})
            raise
    _end(run, RetentionRun.Status.DONE)
    return run


def _execute(run: RetentionRun) -> None:
    known = removers()
    steps = [one for one in keepings() if one.kind in known]
    if run.steps_total != len(steps):  # the first time, or policies were changed meanwhile
        run.steps_done, run.steps_total = 0, len(steps)
        run.lines = run.lines if run.is_rehearsal else [*run.lines, *_sweep(steps, run)]
        run.rows = sum(line["rows"] for line in run.lines)
    for done, keeping in enumerate(steps[run.steps_done :], start=run.steps_done + 1):
        line = _step(keeping, known[keeping.kind], run)
        if line["rows"]:
            run.lines.append(line)
            run.rows += line["rows"]
        run.steps_done, run.progress_at = done, clock.now()
        run.save(update_fields=["lines", "rows", "steps_done", "steps_total", "progress_at"])


def _sweep(steps: list[Keeping], run: RetentionRun) -> list[dict[str, Any]]:
    """What no account keeps any longer; a line per account, of all its countries."""
    lines: list[dict[str, Any]] = []
    for kind, sweep in sweeps().items():
        of_kind = [one for one in steps if one.kind == kind]
        if of_kind:
            longest = max(of_kind, key=_days)
            gone = sweep(longest.kept.before(run.started_at))
            lines += [
                _line(replace(longest, account_id=account_id, country=""), rows, run)
                for account_id, rows in sorted(gone.items())
            ]
    return lines


def _days(keeping: Keeping) -> int:
    return keeping.kept.days


def _step(keeping: Keeping, remove: Remover, run: RetentionRun) -> dict[str, Any]:
    before = keeping.kept.before(run.started_at)
    span = Span(keeping.account_id, keeping.country, keeping.others, _mark(keeping), before)
    removed = remove(span, is_rehearsal=run.is_rehearsal)
    if not run.is_rehearsal:
        _mark_set(keeping, removed.through)
    return _line(keeping, removed.rows, run)


def _line(keeping: Keeping, rows: int, run: RetentionRun) -> dict[str, Any]:
    return {
        "account": keeping.account_id,
        "kind": keeping.kind,
        "country": keeping.country,
        "days": keeping.kept.days,
        "word": keeping.kept.word,
        "note": keeping.kept.note,
        "before": keeping.kept.before(run.started_at).isoformat(),
        "rows": rows,
    }


def _mark(keeping: Keeping) -> datetime | None:
    marks = RetentionMark.objects.filter(
        account=keeping.account_id, kind=keeping.kind, country=keeping.country
    )
    return marks.values_list("through", flat=True).first()


def _mark_set(keeping: Keeping, through: datetime) -> None:
    RetentionMark.objects.update_or_create(
        account_id=keeping.account_id,
        kind=keeping.kind,
        country=keeping.country,
        defaults={"through": through},
    )


def _end(run: RetentionRun, status: str, *, error: str = "") -> None:
    run.status, run.error, run.finished_at = status, error, clock.now()
    with transaction.atomic():
        run.save(update_fields=["status", "error", "finished_at"])
        audit.record(
            action=f"retention.{status}",
            actor=run.started_by,
            subject=f"retentionrun:{run.pk}",
            detail={"rehearsal": run.is_rehearsal, "rows": run.rows},
        )


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
