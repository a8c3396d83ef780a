"""Database connections of the pumps' threads.

A worker that is frozen, or cut off from the database, in the middle of a transaction keeps its
locks: on rows that its successor has to settle, and on the event counters of whole accounts. So
the database ends such a transaction soon, well before a lease has run out and moved.
"""

from typing import Any

import psycopg
from django.db import connection

from config.common import database

_IDLE = {"idle_in_transaction_session_timeout": "4s"}


def connect(name: str, *, pinned_plans: bool = False, **session: str) -> psycopg.Connection[Any]:
    """A connection of a thread's own; the caller closes it."""
    return database.connect(name, pinned_plans=pinned_plans, autocommit=True, **_IDLE, **session)


def never_idle_in_transaction() -> None:
    """The same for this thread's connection of Django's; to be called before each use."""
    if connection.connection is None:
        with connection.cursor() as cursor:
            for name, value in _IDLE.items():
                cursor.execute(f"SET {name} = '{value}'")
