"""Database connections of the pumps' threads.

A worker that is frozen, or cut off from the database, in the middle of a transaction keeps its
locks: on rows that its successor has to settle, and on the event counters of whole accounts. So
the database ends such a transaction soon, well before a lease has run out and moved.
"""

from typing import Any

import psycopg

from config.common import database
from config.common.database import never_idle_in_transaction

__all__ = ["connect", "never_idle_in_transaction"]


def connect(name: str, *, pinned_plans: bool = False, **session: str) -> psycopg.Connection[Any]:
    """A connection of a thread's own; the caller closes it."""
    session = database.NEVER_IDLE | session
    return database.connect(name, pinned_plans=pinned_plans, autocommit=True, **session)
