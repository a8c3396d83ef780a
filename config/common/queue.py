"""How services schedule background work: by name, and only once their transaction stands."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from config.common import logs

log = logs.get_logger(__name__)


def send(name: str, args: Sequence[Any] = (), *, countdown: float | None = None) -> bool:
    """Publishes a task now. False when the broker does not answer: the database is the queue
    of record, so a lost wake-up costs time (sweeps find the work) and never a message."""
    try:
        current_app.send_task(
            name,
            args=tuple(args),
            countdown=countdown,
            retry=False,
            ignore_result=True,
        )
    except (OperationalError, OSError) as error:
        log.warning("wake-up not published", extra={"task": name, "error": type(error).__name__})
        return False
    return True


def enqueue(name: str, *args: Any, countdown: float | None = None) -> None:
    """Publishes `<app>.tasks.<verb>_<noun>` after commit; arguments are ids or plain JSON."""
    transaction.on_commit(partial(send, name, args, countdown=countdown))
