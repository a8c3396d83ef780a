"""The operators' stream of events: numbered in the order of commits, each thing told once."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from routing.constants import PlatformEventType

_LOCK = 0x5163_0008
_APPEND = """
INSERT INTO routing_platformevent
    (sequence, type, at, carrier_id, key, data, is_alert, post_attempts)
SELECT coalesce((SELECT max(sequence) FROM routing_platformevent), 0) + 1,
    %(type)s, %(at)s, %(carrier)s, %(key)s, %(data)s::jsonb, %(is_alert)s, 0
WHERE NOT EXISTS (SELECT 1 FROM routing_platformevent WHERE key = %(key)s)
RETURNING sequence
"""
# What somebody should look at, and so is mailed and shown on top.
ALERTS = frozenset(
    {
        PlatformEventType.CARRIER_HOT,
        PlatformEventType.CARRIER_UNBOUND,
        PlatformEventType.BIND_REFUSED,
        PlatformEventType.ORDER_RESTS,
        PlatformEventType.WORD_UNKNOWN,
        PlatformEventType.INBOUND_UNROUTED,
    }
)


def platform_event_append(
    event_type: str,
    *,
    at: datetime,
    key: str,
    carrier_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> int | None:
    """Appends an event in the caller's transaction, as late in it as possible; returns its
    number, or None where `key` was told before."""
    with connection.cursor() as cursor:
        # Held until commit: numbers are given in the order in which they become visible.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            _APPEND,
            {
                "type": str(event_type),
                "at": at,
                "carrier": carrier_id,
                "key": key[:120],
                "data": json.dumps(data or {}, default=str),
                "is_alert": event_type in ALERTS,
            },
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])
