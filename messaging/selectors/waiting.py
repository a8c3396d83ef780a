"""Messages that wait for a carrier."""

from django.db import connection

_COUNT = """
SELECT count(*) FROM messaging_dispatch
WHERE carrier_id = %(carrier)s AND (%(bind)s::bigint IS NULL OR bind_id = %(bind)s)
"""


def waiting_count(carrier_id: int, bind_id: int | None) -> int:
    """How many wait for the carrier, or are held by one of its binds."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"carrier": carrier_id, "bind": bind_id})
        return int(cursor.fetchone()[0])
