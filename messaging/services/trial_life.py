"""The life that trials share, whatever they try: running in a worker until they are done, failed
or canceled; taken up by another worker where one was lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from config.common import clock, logs
from config.common.errors import ConflictError, InvalidError
from config.common.queue import enqueue
from messaging.models import PolicyTrial, RouteTrial

log = logs.get_logger(__name__)

MOST_DAYS: Final = 90
_LOST_AFTER: Final = timedelta(minutes=2)

Trial = PolicyTrial | RouteTrial


def trial_days_check(days: int) -> None:
    """How far back a trial looks. Raises InvalidError."""
    if not 1 <= days <= MOST_DAYS:
        raise InvalidError(
            "trial_days", _("Choose from 1 to %(most)d days.") % {"most": MOST_DAYS}, field="days"
        )


def trial_alone_check(model: type[Trial], **subject: Any) -> None:
    """A subject is tried once at a time. Raises ConflictError while the same trial runs."""
    if model.objects.filter(status=model.Status.RUNNING, **subject).exists():
        raise ConflictError(
            "trial_running", _("This trial is running: wait until it has finished.")
        )


def trial_stop(trial: Trial) -> None:
    """Stops a running trial; what it found so far stays. Raises ConflictError where it is over."""
    if not trial_keep(trial, status=trial.Status.CANCELED, finished_at=clock.now()):
        raise ConflictError("trial_over", _("This trial is over."))


def trials_take_up(model: type[Trial], task: str) -> int:
    """Has a worker take up trials that another one lost; how many."""
    lost = model.objects.filter(
        status=model.Status.RUNNING, progress_at__lt=clock.now() - _LOST_AFTER
    )
    for trial in lost:
        enqueue(task, trial.pk)
    return len(lost)


def trial_run(trial: Trial, work: Callable[[], bool]) -> None:
    """Runs the work of a trial that is not over; `work` is false where somebody has canceled it
    meanwhile. What it raises ends the trial and is raised on."""
    if trial.status != trial.Status.RUNNING:
        return
    try:
        if work():
            _end(trial, trial.Status.DONE)
    except Exception as error:
        log.exception("trial stopped", extra={"trial": str(trial._meta.model_name), "id": trial.pk})
        _end(trial, trial.Status.FAILED, type(error).__name__)
        raise


def trial_keep(trial: Trial, **values: Any) -> bool:
    """Keeps what was found, unless the trial is over meanwhile."""
    rows = type(trial).objects.filter(pk=trial.pk, status=trial.Status.RUNNING)
    return bool(rows.update(**values))


def _end(trial: Trial, status: str, error: str = "") -> None:
    trial.status, trial.error, trial.finished_at = status, error, clock.now()
    trial_keep(trial, status=status, error=error, finished_at=trial.finished_at)
