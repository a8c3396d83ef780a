"""Locks that die with their process: a killed worker never leaves a campaign locked."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection

RELEASE_LOCK = 0x5342_0001  # one holder per campaign releases its audience
SETTLE_LOCK = 0x5342_0002


@contextmanager
def held(kind: int, key: int = 0) -> Iterator[bool]:
    """Whether the lock became ours for the block; it is the database session's, so that it
    cannot be lost without the work's own connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, key])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            # A lost connection has lost the lock already.
            with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, key])


def held_keys(kind: int) -> frozenset[int]:
    """Keys of a kind that somebody holds now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            " AND objsubid = 2 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [kind],
        )
        return frozenset(row[0] for row in cursor.fetchall())
