"""Drafts into the database: binary COPY into the partitioned tables, a slice at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from config.common.database import prepared
from messaging.constants import MessageStatus
from messaging.services.drafts import Draft
from messaging.services.references import references_take
from messaging.services.sealing import texts_seal

_MESSAGE = {
    "id": "uuid",
    "account_id": "int8",
    "advertiser_id": "int8",
    "sender_id": "int8",
    "template_version_id": "int8",
    "campaign_id": "int8",
    "contact_id": "int8",
    "origin": "varchar",
    "is_test": "bool",
    "message_class": "varchar",
    "msisdn": "varchar",
    "country": "varchar",
    "network_id": "int8",
    "network_source": "varchar",
    "recipient_zone": "varchar",
    "text": "text",
    "encoding": "varchar",
    "segment_count": "int2",
    "billed_segments": "int2",
    "segment_reference": "int2",
    "price_micros": "int8",
    "charge_terms": "int2",
    "currency": "varchar",
    "client_reference": "varchar",
    "send_at": "timestamptz",
    "not_after": "timestamptz",
}
# One call for all of them: each message passes here.
_read_message = attrgetter(*(name.replace("sender_id", "sender.id") for name in _MESSAGE))
_FATE = {
    "metadata": "jsonb",
    "status": "varchar",
    "carrier_id": "int8",
    "cost_micros": "int8",
    "decision": "jsonb",
    "created_at": "timestamptz",
}
_QUEUE = {
    "lane": "int2",
    "id": "uuid",
    "account_id": "int8",
    "advertiser_id": "int8",
    "campaign_id": "int8",
    "msisdn": "varchar",
    "not_after": "timestamptz",
}


@dataclass(frozen=True, eq=False)
class _Table:
    """What is written of a table: types by column."""

    name: str
    columns: Mapping[str, str]


# Of so many rows one statement costs less than COPY, which asks the server three times a table.
_FEW = 8
_MESSAGES = _Table("messaging_message", _MESSAGE | _FATE)
_LEAVING = _Table("messaging_dispatch", {"carrier_id": "int8"} | _QUEUE | {"rules_version": "int8"})
_WAITING = _Table("messaging_waiting", {"due_at": "timestamptz", "reason": "varchar"} | _QUEUE)


class Fate:
    """How a draft starts its life: its state, and where it waits.

    `not_after`: when it may not leave any more as it was decided, where that is before its own
    deadline (the window closes). A row that waits has the deadline alone: it is decided again.
    """

    __slots__ = (
        "carrier_id", "cost_micros", "decision", "due_at", "not_after", "reason", "status",
    )  # fmt: skip

    def __init__(
        self,
        status: str,
        *,
        carrier_id: int = 0,
        cost_micros: int = 0,
        decision: dict[str, Any] | None = None,
        due_at: datetime | None = None,
        reason: str = "",
        not_after: datetime | None = None,
    ) -> None:
        self.status = status
        self.carrier_id = carrier_id
        self.cost_micros = cost_micros
        self.decision = decision
        self.due_at = due_at
        self.reason = reason
        self.not_after = not_after


def rows_store(pairs: Sequence[tuple[Draft, Fate]], *, now: datetime, rules_version: int) -> None:
    """Stores messages and their queue rows in the caller's transaction."""
    references_take([draft for draft, _fate in pairs if draft.segment_count > 1], now)
    leaving = [(d, f) for d, f in pairs if f.due_at is None]
    waiting = [(d, f) for d, f in pairs if f.due_at is not None]
    messages = _message_rows(pairs, now)
    leaving_rows = (
        (f.carrier_id, *_queue_row(d), f.not_after or d.not_after, rules_version)
        for d, f in leaving
    )
    waiting_rows = ((f.due_at, f.reason, *_queue_row(d), d.not_after) for d, f in waiting)
    if len(pairs) <= _FEW and not (leaving and waiting):
        queue, rows = (_LEAVING, leaving_rows) if leaving else (_WAITING, waiting_rows)
        values = [value for row in (*messages, *rows) for value in row]
        prepared(_both(queue, len(pairs)), values)
    else:
        _copy(_MESSAGES, messages)
        if leaving:
            _copy(_LEAVING, leaving_rows)
        if waiting:
            _copy(_WAITING, waiting_rows)
    if sealed := [(draft.id, draft.sealed) for draft, _fate in pairs if draft.sealed]:
        texts_seal(sealed, now)


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


def _message_rows(pairs: Sequence[tuple[Draft, Fate]], now: datetime) -> Iterator[tuple[Any, ...]]:
    # Most messages of a slice share their decision, the same object.
    written: dict[int, Jsonb | None] = {id(None): None}
    for draft, fate in pairs:
        key = id(fate.decision)
        if key not in written:
            written[key] = Jsonb(json.dumps(fate.decision).encode(), dumps=_as_it_is)
        yield (
            *_read_message(draft),
            None if draft.metadata is None else Jsonb(draft.metadata),
            fate.status,
            fate.carrier_id or None,
            fate.cost_micros,
            written[key],
            now,
        )


def _as_it_is(octets: bytes) -> bytes:
    return octets


def _queue_row(draft: Draft) -> tuple[Any, ...]:
    return (
        draft.lane,
        draft.id,
        draft.account_id,
        draft.advertiser_id,
        draft.campaign_id,
        draft.msisdn,
    )


def _copy(table: _Table, rows: Iterable[tuple[Any, ...]]) -> None:
    connection.ensure_connection()
    raw = connection.connection
    statement = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN (FORMAT binary)"
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(table.columns.values()))
        for row in rows:
            copy.write_row(row)


@cache
def _both(queue: _Table, count: int) -> str:
    """Messages and their places in a queue by one statement."""
    return f"WITH kept AS ({_insertion(_MESSAGES, count)}) {_insertion(queue, count)}"


def _insertion(table: _Table, count: int) -> str:
    row = ", ".join(f"%s::{kind}" for kind in table.columns.values())
    columns, rows = ", ".join(table.columns), ", ".join([f"({row})"] * count)
    return f"INSERT INTO {table.name} ({columns}) VALUES {rows}"  # noqa: S608  names of ours
