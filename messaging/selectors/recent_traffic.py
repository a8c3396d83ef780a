"""What was sent lately, for routing: a bounded look at the newest messages."""

from django.db import connection

from routing.traffic import Traffic

_NEWEST = 20_000
_MOST_KINDS = 1_000
_RECENT = """
SELECT min(r.msisdn), r.country, r.network_id, r.message_class, r.sender_id, r.account_id, count(*)
FROM (
    SELECT msisdn, country, network_id, message_class, sender_id, account_id
    FROM messaging_message WHERE status <> 'blocked' AND NOT is_test ORDER BY id DESC LIMIT %s) AS r
GROUP BY r.country, r.network_id, r.message_class, r.sender_id, r.account_id
ORDER BY count(*) DESC LIMIT %s
"""


def traffic_lately() -> list[Traffic]:
    """The newest messages by what routing tells apart, largest first."""
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [_NEWEST, _MOST_KINDS])
        return [Traffic(*row) for row in cursor.fetchall()]
