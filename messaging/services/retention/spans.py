"""What the removers of messages share: which messages a span holds, and how far they came."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from compliance.services.retention.removers import PLACE, Span
from messaging.constants import OPEN

# By the index that lists an account's messages (account, id), which is also by time.
OF_SPAN = f"""
    m.account_id = %(account)s AND m.id >= uuid7_floor(%(after)s)
    AND m.id < uuid7_floor(%(before)s) AND {PLACE.format(column="m.country")}
"""
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def parameters_of(span: Span) -> dict[str, Any]:
    """The parameters of `OF_SPAN`, and the open states."""
    return {
        "account": span.account_id,
        "after": span.after or _BEGINNING,
        "before": span.before,
        "open": sorted(OPEN),
        **span.place,
    }


def done_through(span: Span, where: str, parameters: Mapping[str, Any]) -> datetime:
    """Until when all is done: what still waits to be sent stays, and the next run looks there
    again. `where`: a condition on messages `m`, of constant parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(m.id::text) FROM messaging_message m"  # noqa: S608
            f" WHERE {where} AND m.status = ANY(%(open)s)",
            parameters,
        )
        first = cursor.fetchone()[0]
    return span.before if first is None else made_at(uuid.UUID(first))


def made_at(message_id: uuid.UUID) -> datetime:
    """When a UUIDv7 was made (RFC 9562, 5.7: 48 bits of milliseconds)."""
    return datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)
