"""An account's messages and replies, as keyset pages: newest first, cut by id."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import QueryCanceled

from compliance.models import Account
from config.common.errors import InvalidError, NotFoundError
from config.common.ids import uuid7_floor
from messaging.constants import DeliveryProof, delivery_proof

# Ids are made a little before or after `created_at` is taken: ranges by id are that much wider.
_SLACK = timedelta(minutes=5)
# States and classes have no index (it would cost on each message sent): a search that finds
# little among much is stopped.
SEARCH_TIMEOUT = "4s"


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """What an account is shown of a message; carrier, cost and decision stay inside."""

    id: UUID
    message_class: str
    status: str
    failure_reason: str
    msisdn: str
    text: str
    encoding: str
    segment_count: int
    billed_segments: int
    price_micros: int
    currency: str
    client_reference: str
    metadata: Mapping[str, Any] | None
    campaign_id: int | None
    send_at: datetime | None
    not_after: datetime | None
    created_at: datetime
    sent_at: datetime | None
    done_at: datetime | None
    sender_kind: str
    sender_address: str
    network: str | None
    recipient_zone: str | None = None
    is_test: bool = False

    @property
    def delivery_proof(self) -> DeliveryProof | None:
        """What `delivered` rests on."""
        return delivery_proof(self.status, self.failure_reason)


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Conditions on a list of messages; all that are given hold. `to` is a MSISDN, `sender`
    an address as stored."""

    status: str | None = None
    message_class: str | None = None
    to: str | None = None
    sender: str | None = None
    campaign: int | None = None
    client_reference: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    is_test: bool | None = None


# Written out: this is read after each message sent, and the ORM takes 0.7 ms to say the same.
_SELECT = """
SELECT m.id, m.message_class, m.status, m.failure_reason, m.msisdn, m.text, m.encoding,
    m.segment_count, coalesce(m.billed_segments, m.segment_count), m.price_micros, m.currency,
    m.client_reference, m.metadata::text, m.campaign_id, m.send_at, m.not_after, m.created_at, m.sent_at, m.done_at,
    coalesce(s.kind, ''), coalesce(s.address, ''), n.code, m.recipient_zone, m.is_test
FROM messaging_message m
LEFT JOIN routing_sender s ON s.id = m.sender_id
LEFT JOIN routing_network n ON n.id = m.network_id
WHERE m.account_id = %(account)s
"""
_METADATA = 12  # the column above, as text: Django's driver reads no jsonb
_CONDITIONS = {
    "id": "m.id = %(id)s",
    "before": "m.id < %(before)s",
    "status": "m.status = %(status)s",
    "message_class": "m.message_class = %(message_class)s",
    "to": "m.msisdn = %(to)s",
    "is_test": "m.is_test = %(is_test)s",
    "sender": "s.address = %(sender)s",
    "campaign": "m.campaign_id = %(campaign)s",
    "client_reference": "m.id = ANY(ARRAY(SELECT r.message_id FROM messaging_clientreference r"
    " WHERE r.account_id = %(account)s AND r.reference = %(client_reference)s))",
    # The bounds by id leave only the partitions of those days.
    "created_after": "m.id >= %(floor)s AND m.created_at >= %(created_after)s",
    "created_before": "m.id < %(ceiling)s AND m.created_at < %(created_before)s",
}


def message_get(account: Account, message_id: UUID, *, is_test: bool | None = None) -> ShownMessage:
    """The account's message; with `is_test` only if it is one, or is none. Raises NotFoundError,
    for another account's too."""
    found = _read({"account": account.pk, "id": message_id, "is_test": is_test}, limit=1)
    if not found:
        raise NotFoundError("message_not_found", _("There is no message with this id."))
    return found[0]


def messages_page(
    account: Account, wanted: MessageFilter, *, before: UUID | None, limit: int
) -> Sequence[ShownMessage]:
    """Up to `limit` messages older than the one with id `before`, newest first.

    Raises InvalidError where finding them takes longer than SEARCH_TIMEOUT.
    """
    values: dict[str, Any] = {
        name: getattr(wanted, name) for name in MessageFilter.__dataclass_fields__
    }
    values |= {"account": account.pk, "before": before}
    if wanted.created_after is not None:
        values["floor"] = uuid7_floor(wanted.created_after - _SLACK)
    if wanted.created_before is not None:
        values["ceiling"] = uuid7_floor(wanted.created_before + _SLACK)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [SEARCH_TIMEOUT])
            return _read(values, limit=limit)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise _too_slow() from error
        raise


def _too_slow() -> InvalidError:
    return InvalidError(
        "search_too_slow",
        _("Too many messages to search: narrow the time with created_after and created_before."),
    )


def _read(values: Mapping[str, Any], *, limit: int) -> list[ShownMessage]:
    given = [text for name, text in _CONDITIONS.items() if values.get(name) is not None]
    statement = " AND ".join([_SELECT, *given]) + " ORDER BY m.id DESC LIMIT %(limit)s"
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "limit": limit})
        return [_shown(row) for row in cursor.fetchall()]


def _shown(row: tuple[Any, ...]) -> ShownMessage:
    values = list(row)
    values[_METADATA] = json.loads(row[_METADATA]) if row[_METADATA] else None
    return ShownMessage(*values)
