"""Takes away what a test has committed, without the price of Django's flush.

The flush truncates every table, which means new files for a thousand relations, and then makes
content types and permissions anew. Here only tables that differ from what the migrations left
are emptied, row by row, and get back what the migrations had put there.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

_SEED = "seed_"
# What no test changes, and what may only rise.
_KEPT = ["django_migrations", "configuration_version"]
_TABLES = """
SELECT c.relname, EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND c.relname <> ALL(%s) ORDER BY c.relname
"""


class Tables:
    """The tables of the test database: `own`, and copies of what migrations put into some."""

    def __init__(self, cursor: CursorWrapper) -> None:
        self._cursor = cursor
        cursor.execute(_TABLES, [_KEPT])
        found: dict[str, bool] = dict(cursor.fetchall())
        self._seeds = {name for name in found if name.startswith(_SEED)}
        self.own = [name for name in found if name not in self._seeds]
        self.with_triggers = {name for name in self.own if found[name]}

    def seed_of(self, table: str) -> str | None:
        """The table with the rows that the migrations put there; None where there were none."""
        return _SEED + table if _SEED + table in self._seeds else None

    def changed(self) -> list[str]:
        """Those of our tables that hold other rows than the migrations left."""
        parts = (f"SELECT '{table}' WHERE EXISTS ({self._difference(table)})" for table in self.own)
        self._cursor.execute(" UNION ALL ".join(parts))
        return [name for (name,) in self._cursor.fetchall()]

    def _difference(self, table: str) -> str:
        if (seed := self.seed_of(table)) is None:
            return f'SELECT FROM "{table}"'
        now, then = f'SELECT t::text FROM "{table}" t', f'SELECT s::text FROM "{seed}" s'
        return f"({now} EXCEPT {then}) UNION ALL ({then} EXCEPT {now})"

    @contextmanager
    def without_triggers(self, tables: Collection[str]) -> Iterator[None]:
        """Facts refuse to be deleted, and released templates to be changed."""
        guarded = [table for table in tables if table in self.with_triggers]
        for table in guarded:
            self._cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        yield
        for table in guarded:
            self._cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def keep_seeds() -> None:
    """Copies what the migrations put into the tables of a new test database."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = Tables(cursor)
        for table in tables.changed():
            if tables.seed_of(table) is None:
                cursor.execute(f'CREATE TABLE "{_SEED}{table}" AS TABLE "{table}"')


def clean() -> None:
    """Brings the tables to where the migrations left them, once nobody else writes to them."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = Tables(cursor)
        names = ", ".join(f'"{table}"' for table in tables.own)
        cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
        changed = tables.changed()
        with tables.without_triggers(changed):
            for table in changed:
                cursor.execute(f'DELETE FROM "{table}"')
            for table in changed:
                if seed := tables.seed_of(table):
                    cursor.execute(f'INSERT INTO "{table}" TABLE "{seed}"')
            # The checks that deletion has put off, before the triggers are back.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # Whoever remembers what these tables held looks again.
        cursor.execute("UPDATE configuration_version SET version = version + 1")
