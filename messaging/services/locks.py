"""Locks that end with their database session, whatever happens to the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

# The first half of the key: what is locked.
DELIVERER: Final = 7_304_001
WEBHOOK_TEST: Final = 7_304_002
REPLIES: Final = 7_304_003
KEYWORD_RULES: Final = 7_304_004
_KEYS: Final = 2**31


@contextmanager
def session_lock(kind: int, key: int) -> Iterator[bool]:
    """Whether the lock is ours for the length of the `with`; never waits."""
    parameters = [kind, key % _KEYS]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", parameters)
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", parameters)
