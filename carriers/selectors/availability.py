"""Which carriers can take messages now, as their binds' leases say."""

from django.db import connection

_SQL = """
SELECT DISTINCT b.carrier_id
FROM carriers_bindlease l JOIN carriers_bind b ON b.id = l.bind_id
WHERE b.is_enabled AND b.bind_type <> 'receiver' AND l.state IN ('bound', 'throttled')
  AND l.expires_at > now()
"""


def carriers_available() -> frozenset[int]:
    """Ids of carriers with at least one bound session that may submit."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        return frozenset(row[0] for row in cursor.fetchall())
