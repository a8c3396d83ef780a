"""Direct psycopg connections for what the ORM should not do: COPY, LISTEN, pinned plans."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.types.numeric import Int8Dumper

# Generic plans over tables that are usually empty must not turn into scans or hash joins
# once statistics are stale (measured: 50 times slower claims).
PINNED_PLANS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
}


def connection_arguments() -> dict[str, Any]:
    """What psycopg.connect needs to reach the default database."""
    database = settings.DATABASES["default"]
    options = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database["HOST"],
        "port": database["PORT"],
    }
    return {key: value for key, value in options.items() if value}


def connect(
    name: str, *, pinned_plans: bool = False, autocommit: bool = True, **session: str
) -> psycopg.Connection[Any]:
    """A connection of one's own, named in pg_stat_activity; the caller closes it."""
    # UTC as in Django's own connections: event bodies hold times as text.
    parameters = {"TimeZone": "UTC"} | (PINNED_PLANS if pinned_plans else {}) | session
    flags = " ".join(f"-c {key}={value}" for key, value in parameters.items())
    return psycopg.connect(
        **connection_arguments(),
        application_name=f"signalbox {name}"[:63],
        autocommit=autocommit,
        prepare_threshold=0,
        options=flags,
    )


def prepared(
    statement: str, parameters: Mapping[str, Any] | Sequence[Any]
) -> tuple[list[tuple[Any, ...]], int]:
    """Executes on Django's connection, in its transaction, what a request asks each time: parsed
    and planned once per connection. Rows where there are any, and the count of those concerned.

    Raises Django's database errors.
    """
    connection.ensure_connection()
    raw: Any = psycopg.Cursor(connection.connection)
    raw.adapters.register_dumper(int, Int8Dumper)  # else one plan for each size of number
    with connection.make_cursor(raw) as cursor:
        began = perf_counter()
        cursor.execute(statement, parameters)
        if connection.queries_logged:  # Django's own log cannot read such a cursor
            seconds = perf_counter() - began
            connection.queries_log.append({"sql": statement, "time": f"{seconds:.3f}"})
        return (cursor.fetchall() if cursor.description else []), cursor.rowcount


# A worker that is frozen, or cut off from the database, in the middle of a transaction keeps its
# locks; so the database ends such a transaction soon, well before a lease has run out and moved.
NEVER_IDLE = {"idle_in_transaction_session_timeout": "4s"}


def never_idle_in_transaction() -> None:
    """Sets that for this thread's connection of Django's; to be called before each use."""
    if connection.connection is None:
        with connection.cursor() as cursor:
            for name, value in NEVER_IDLE.items():
                cursor.execute(f"SET {name} = '{value}'")
