"""The health of sessions, stored and shown in fixed words."""

from django.db import connection

_STATE = """
UPDATE carriers_bindlease SET state = %(state)s, detail = %(detail)s, state_since = now()
WHERE bind_id = %(bind)s AND epoch = %(epoch)s AND (state, detail) <> (%(state)s, %(detail)s)
RETURNING holder
"""
_EVENT = """
INSERT INTO carriers_sessionevent (bind_id, state, detail, worker, at)
VALUES (%s, %s, %s, %s, now())
"""
_MOST_DETAIL = 200


def session_health_record(*, bind_id: int, epoch: int, state: str, detail: str) -> bool:
    """Notes a change of a session's state; False where the lease is no longer ours or nothing
    changed."""
    detail = detail[:_MOST_DETAIL]
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"bind": bind_id, "epoch": epoch, "state": state, "detail": detail})
        row = cursor.fetchone()
        if row is None:
            return False
        cursor.execute(_EVENT, [bind_id, state, detail, row[0]])
    return True
