"""Rows that many tests need alike are made once, noted down, and put back for each of them.

Services write a world of people and roles with a hundred statements; putting it back takes one.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tests.cleaning import Tables

T = TypeVar("T")

# Triggers write these by themselves, also when rows are put back.
_BY_TRIGGERS = {"ledger_note"}
_COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


@dataclass(frozen=True, slots=True)
class Recording(Generic[T]):
    """`play` writes the rows into this test's database and answers what `make` had answered."""

    made: T
    statements: str
    rows: tuple[str, ...]

    def play(self) -> T:
        with connection.cursor() as cursor:
            cursor.execute(self.statements, self.rows)
        return deepcopy(self.made)


def record(make: Callable[[], T]) -> Recording[T]:
    """What `make` writes beyond the migrations' rows; nothing of it stays in the database."""
    with transaction.atomic(), connection.cursor() as cursor:
        made = make()
        tables = Tables(cursor)
        changed = [table for table in tables.changed() if table not in _BY_TRIGGERS]
        statements = [_insert(cursor, table) for table in changed]
        rows = [_rows(cursor, tables, table) for table in changed]
        transaction.set_rollback(True)
    return Recording(made, ";".join(statements), tuple(rows))


def _insert(cursor: CursorWrapper, table: str) -> str:
    cursor.execute(_COLUMNS, [table])
    (columns,) = cursor.fetchone()
    source = f'json_populate_recordset(NULL::"{table}", %s::json)'
    # A trigger may have written the row already.
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {source} ON CONFLICT DO NOTHING'
    )


def _rows(cursor: CursorWrapper, tables: Tables, table: str) -> str:
    seed = tables.seed_of(table)
    then = f'WHERE t::text NOT IN (SELECT s::text FROM "{seed}" s)' if seed else ""
    cursor.execute(f'SELECT json_agg(t)::text FROM "{table}" t {then}')
    (rows,) = cursor.fetchone()
    return str(rows or "[]")
