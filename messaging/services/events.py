"""Events that are not a message's state: replies, consent, campaigns."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.common.ids import uuid7

_STATEMENT = """
WITH numbered AS (
    UPDATE messaging_eventcounter SET last = last + 1 WHERE account_id = %(account)s::bigint
    RETURNING last
)
INSERT INTO messaging_event (id, account_id, sequence, type, message_id, at, body)
SELECT %(id)s::uuid, %(account)s::bigint, last, %(type)s::text, NULL, %(at)s::timestamptz,
    '{"sequence":' || last || ',"type":"' || %(type)s::text || '","timestamp":'
    || to_json(%(at)s::timestamptz)::text || ',"data":' || %(data)s::text || '}'
FROM numbered
RETURNING sequence
"""


def event_append(
    cursor: Any, *, account_id: int, event_type: str, at: datetime, data: Mapping[str, Any]
) -> int:
    """Appends one event in the cursor's transaction, as late in it as possible (the account's
    counter stays locked until commit); returns its sequence number."""
    cursor.execute(
        _STATEMENT,
        {
            "id": uuid7(),
            "account": account_id,
            "type": str(event_type),
            "at": at,
            "data": json.dumps(data, ensure_ascii=False, default=str),
        },
    )
    return int(cursor.fetchone()[0])
