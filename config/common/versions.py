"""The configuration version: one number that rises whenever a rule of sending changes.

Statement triggers on the configuration tables raise it in the changing transaction (see
config/migrations), so that no path of change can forget to. Snapshots are rebuilt and
waiting messages decided again when they were made under an older number.
"""

from django.db import connection

TRIGGER = """
CREATE TRIGGER {table}_raises_configuration_version
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION raise_configuration_version();
"""
UNTRIGGER = "DROP TRIGGER IF EXISTS {table}_raises_configuration_version ON {table};"


def current() -> int:
    """The number now in force."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM configuration_version")
        row = cursor.fetchone()
    return int(row[0])


def triggers(*tables: str) -> tuple[str, str]:
    """SQL for a migration: forwards and backwards."""
    return (
        "".join(TRIGGER.format(table=table) for table in tables),
        "".join(UNTRIGGER.format(table=table) for table in tables),
    )
