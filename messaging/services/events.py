"""Events that are not a message's state: replies, consent, campaigns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from config.common.arrays import Texts
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

# The same for several events of one account, in their order.
_SEVERAL = """
WITH numbered AS (
    UPDATE messaging_eventcounter SET last = last + cardinality(%(ids)s::uuid[])
    WHERE account_id = %(account)s::bigint RETURNING last - cardinality(%(ids)s::uuid[]) AS before
)
INSERT INTO messaging_event (id, account_id, sequence, type, message_id, at, body)
SELECT e.id, %(account)s::bigint, before + e.place, e.type, NULL, e.at,
    '{"sequence":' || before + e.place || ',"type":"' || e.type || '","timestamp":'
    || to_json(e.at)::text || ',"data":' || e.data || '}'
FROM numbered, unnest(%(ids)s::uuid[], %(types)s::text[], %(ats)s::timestamptz[], %(data)s::text[])
    WITH ORDINALITY AS e (id, type, at, data, place)
"""


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """An event of an account that is yet to be appended."""

    account_id: int
    event_type: str
    at: datetime
    data: Mapping[str, Any]


def events_append(cursor: Any, events: Sequence[AccountEvent]) -> None:
    """Appends events in the cursor's transaction, as late in it as possible: accounts in order, as
    everybody locks their counters, and within one in the order given; one query per account."""
    ordered = sorted(events, key=lambda one: one.account_id)
    for account_id, rows in groupby(ordered, key=lambda one: one.account_id):
        several = list(rows)
        cursor.execute(
            _SEVERAL,
            {
                "account": account_id,
                "ids": [uuid7() for _one in several],
                "types": Texts([str(one.event_type) for one in several]),
                "ats": [one.at for one in several],
                "data": Texts([_json(one.data) for one in several]),
            },
        )


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, default=str)


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
            "data": _json(data),
        },
    )
    return int(cursor.fetchone()[0])
