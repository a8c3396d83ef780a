"""One worker at a time for the replies of a number."""

from collections.abc import Iterable

from django.db import connection

from messaging.services.locks import REPLIES

_LOCKS = """
SELECT pg_advisory_xact_lock(%s, hashed.key)
FROM (SELECT DISTINCT hashtext(number) AS key FROM unnest(%s::text[]) AS number ORDER BY 1) hashed
"""


def numbers_lock(msisdns: Iterable[str]) -> None:
    """Holds the replies of these numbers until the end of the transaction, in one order for
    everybody: parts that two workers store at once find each other."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKS, [REPLIES, sorted(set(msisdns))])
