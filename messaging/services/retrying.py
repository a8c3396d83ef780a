"""Transactions that the database ended to free others of a deadlock."""

from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DatabaseError
from psycopg.errors import DeadlockDetected

from config.common import logs

log = logs.get_logger(__name__)

Result = TypeVar("Result")

_TRIES: Final = 4


def is_deadlock(error: DatabaseError) -> bool:
    """Whether the database ended this transaction to let others go on: taken again, it succeeds."""
    return isinstance(error.__cause__, DeadlockDetected)


def taken_again(work: Callable[[], Result]) -> Result:
    """What `work` returns, a transaction of its own that does everything anew each time; four
    deadlocks in a row are raised."""
    for left in reversed(range(_TRIES)):
        try:
            return work()
        except DatabaseError as error:
            if not left or not is_deadlock(error):
                raise
            log.warning("ended by a deadlock, taken again", extra={"tries_left": left})
    raise AssertionError  # the last turn returns or raises
