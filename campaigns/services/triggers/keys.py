"""What acts once: claimed in PostgreSQL, so that parallel duplicates and a lost cache harm nothing."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

WHOLE_EVENT: Final = 0
_SANDBOX: Final = b"\0sandbox\0"  # no key of an event or a mapping begins with NUL

# A key whose time is over is taken anew; another's waits here until its transaction has ended.
_CLAIM = """
INSERT INTO campaigns_triggerkey AS k (source_id, mapping_id, digest, event_id, expires_at)
VALUES (%(source)s, %(mapping)s, %(digest)s, %(event)s, %(until)s)
ON CONFLICT (source_id, mapping_id, digest) DO UPDATE
    SET event_id = excluded.event_id, expires_at = excluded.expires_at
    WHERE k.expires_at <= %(now)s
RETURNING event_id
"""


def key_claim(
    *,
    source_id: int,
    mapping_id: int,
    key: str | bytes,
    event_id: UUID,
    now: datetime,
    hours: int,
    is_test: bool,
) -> bool:
    """Takes the key for the event; False where another event of the same mode has it."""
    values: dict[str, Any] = {
        "source": source_id,
        "mapping": mapping_id,
        "digest": key_digest(key, is_test=is_test),
        "event": event_id,
        "now": now,
        "until": now + timedelta(hours=hours),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return cursor.fetchone() is not None


def key_digest(key: str | bytes, *, is_test: bool) -> bytes:
    """What is stored of a key: it may hold a person's data. What was told in the sandbox keeps
    nothing from being sent once that is off."""
    raw = key.encode() if isinstance(key, str) else key
    return hashlib.sha256(_SANDBOX + raw if is_test else raw).digest()
