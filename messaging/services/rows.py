"""Drafts into the database: binary COPY into the partitioned tables, a slice at a time."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from messaging.constants import MessageStatus
from messaging.services.drafts import Draft

_MESSAGE: dict[str, tuple[str, Callable[[Draft], Any]]] = {
    "id": ("uuid", lambda d: d.id),
    "account_id": ("int8", lambda d: d.account_id),
    "advertiser_id": ("int8", lambda d: d.advertiser_id),
    "sender_id": ("int8", lambda d: d.sender.id),
    "template_version_id": ("int8", lambda d: d.template_version_id),
    "campaign_id": ("int8", lambda d: d.campaign_id),
    "contact_id": ("int8", lambda d: d.contact_id),
    "origin": ("varchar", lambda d: d.origin),
    "message_class": ("varchar", lambda d: d.message_class),
    "msisdn": ("varchar", lambda d: d.msisdn),
    "country": ("varchar", lambda d: d.country),
    "network_id": ("int8", lambda d: d.network_id),
    "network_source": ("varchar", lambda d: d.network_source),
    "text": ("text", lambda d: d.text),
    "encoding": ("varchar", lambda d: d.encoding),
    "segment_count": ("int2", lambda d: d.segment_count),
    "segment_reference": ("int2", lambda d: d.segment_reference),
    "price_micros": ("int8", lambda d: d.price_micros),
    "currency": ("varchar", lambda d: d.currency),
    "client_reference": ("varchar", lambda d: d.client_reference),
    "metadata": ("jsonb", lambda d: None if d.metadata is None else Jsonb(d.metadata)),
    "send_at": ("timestamptz", lambda d: d.send_at),
    "not_after": ("timestamptz", lambda d: d.not_after),
}
_FATE = {
    "status": "varchar",
    "carrier_id": "int8",
    "cost_micros": "int8",
    "decision": "jsonb",
    "created_at": "timestamptz",
}
_READERS = tuple(reader for _type, reader in _MESSAGE.values())
_QUEUE = (
    "lane", "id", "account_id", "advertiser_id", "campaign_id", "msisdn", "not_after",
)  # fmt: skip
_QUEUE_TYPES = ("int2", "uuid", "int8", "int8", "int8", "varchar", "timestamptz")


class Fate:
    """How a draft starts its life: its state, and where it waits."""

    __slots__ = ("carrier_id", "cost_micros", "decision", "due_at", "reason", "status")

    def __init__(
        self,
        status: str,
        *,
        carrier_id: int = 0,
        cost_micros: int = 0,
        decision: dict[str, Any] | None = None,
        due_at: datetime | None = None,
        reason: str = "",
    ) -> None:
        self.status = status
        self.carrier_id = carrier_id
        self.cost_micros = cost_micros
        self.decision = decision
        self.due_at = due_at
        self.reason = reason


def rows_store(pairs: Sequence[tuple[Draft, Fate]], *, now: datetime, rules_version: int) -> None:
    """Stores messages and their queue rows in the caller's transaction."""
    _references_take([draft for draft, _fate in pairs if draft.segment_count > 1])
    _copy(
        "messaging_message",
        (*_MESSAGE, *_FATE),
        (*(kind for kind, _reader in _MESSAGE.values()), *_FATE.values()),
        (_message_row(draft, fate, now) for draft, fate in pairs),
    )
    leaving = [(d, f) for d, f in pairs if f.due_at is None]
    waiting = [(d, f) for d, f in pairs if f.due_at is not None]
    if leaving:
        _copy(
            "messaging_dispatch",
            ("carrier_id", *_QUEUE, "rules_version"),
            ("int8", *_QUEUE_TYPES, "int8"),
            ((f.carrier_id, *_queue_row(d), rules_version) for d, f in leaving),
        )
    if waiting:
        _copy(
            "messaging_waiting",
            ("due_at", "reason", *_QUEUE),
            ("timestamptz", "varchar", *_QUEUE_TYPES),
            ((f.due_at, f.reason, *_queue_row(d)) for d, f in waiting),
        )


def tally_accepted(campaign_id: int, drafts: Sequence[Draft]) -> None:
    """Counts a slice into its campaign's numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_tally"
            " (campaign_id, status, reason, messages, segments, price_micros)"
            " VALUES (%s, %s, '', %s, %s, %s)",
            [
                campaign_id,
                MessageStatus.ACCEPTED.value,
                len(drafts),
                sum(draft.segment_count for draft in drafts),
                sum(draft.price_micros for draft in drafts),
            ],
        )


def _message_row(draft: Draft, fate: Fate, now: datetime) -> tuple[Any, ...]:
    decision = None if fate.decision is None else Jsonb(fate.decision)
    return (
        *(reader(draft) for reader in _READERS),
        fate.status,
        fate.carrier_id or None,
        fate.cost_micros,
        decision,
        now,
    )


def _queue_row(draft: Draft) -> tuple[Any, ...]:
    return (
        draft.lane,
        draft.id,
        draft.account_id,
        draft.advertiser_id,
        draft.campaign_id,
        draft.msisdn,
        draft.not_after,
    )


def _copy(
    table: str, columns: Sequence[str], types: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    connection.ensure_connection()
    raw = connection.connection
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


# 8-bit references serve every bind; counting per sender and number keeps texts in assembly apart.
_TAKE_REFERENCES = """
INSERT INTO messaging_segmentreference (sender_id, msisdn, last)
SELECT sender_id, msisdn, (floor(random() * 256))::smallint
FROM unnest(%s::bigint[], %s::text[]) AS wanted(sender_id, msisdn)
ORDER BY sender_id, msisdn
ON CONFLICT (sender_id, msisdn) DO UPDATE
    SET last = (messaging_segmentreference.last + 1) %% 256
RETURNING sender_id, msisdn, last
"""


def _references_take(drafts: Sequence[Draft]) -> None:
    """Gives texts of several segments their concatenation reference (3GPP TS 23.040)."""
    remaining = list(drafts)
    while remaining:
        # One row per key and statement; a second text to the same number takes the next round.
        first = {(draft.sender.id, draft.msisdn): draft for draft in reversed(remaining)}
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_REFERENCES, [[key[0] for key in first], [key[1] for key in first]])
            for sender_id, msisdn, last in cursor.fetchall():
                first[sender_id, msisdn].segment_reference = last
        remaining = [draft for draft in remaining if draft.segment_reference is None]
