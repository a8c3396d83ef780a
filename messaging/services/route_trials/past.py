"""Messages of past days as routing saw them."""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

# What never came to a route (refused, called off) would not have either way.
_ROUTED = "('queued', 'sent', 'delivered', 'undelivered', 'failed', 'unknown')"
_WHERE = f"""
id >= %(after)s AND id < uuid7_floor(%(last)s) AND status IN {_ROUTED} AND NOT is_test
  AND (%(campaign)s::bigint IS NULL OR campaign_id = %(campaign)s)
"""
_SLICE = f"""
SELECT id, created_at, msisdn, country, network_id, sender_id, account_id, message_class,
    coalesce(billed_segments, segment_count), carrier_id, status,
    extract(epoch FROM done_at - sent_at)::float8
FROM messaging_message
WHERE {_WHERE} AND id > %(behind)s AND (uuid_hash(id) & 2147483647) %% %(step)s = 0
ORDER BY id LIMIT %(limit)s
"""  # noqa: S608  constant parts
_COUNT = f"SELECT count(*) FROM messaging_message WHERE {_WHERE}"  # noqa: S608  constant parts


class PastRouted(NamedTuple):
    """A message and what became of it; `seconds` from sending to its end, where both are known."""

    id: uuid.UUID
    at: datetime
    msisdn: str
    country: str
    network_id: int | None
    sender_id: int
    account_id: int
    message_class: str
    segments: int
    carrier_id: int | None
    status: str
    seconds: float | None


def routed_count(first: uuid.UUID, last: datetime, campaign_id: int | None) -> int:
    """How many messages had a route, or looked for one, in a time."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"after": first, "last": last, "campaign": campaign_id})
        return int(cursor.fetchone()[0])


def routed_slice(
    first: uuid.UUID,
    behind: uuid.UUID,
    last: datetime,
    campaign_id: int | None,
    *,
    step: int,
    limit: int,
) -> list[PastRouted]:
    """The next messages, in order of their ids; one of `step`."""
    parameters: dict[str, Any] = {
        "after": first,
        "behind": behind,
        "last": last,
        "campaign": campaign_id,
        "step": step,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SLICE, parameters)
        return [PastRouted(*row) for row in cursor.fetchall()]
