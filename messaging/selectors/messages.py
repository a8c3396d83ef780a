"""An account's messages and replies, as keyset pages: newest first, cut by id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.models import Account
from config.common.errors import NotFoundError
from config.common.ids import uuid7_floor
from messaging.models import ClientReference, InboundMessage, Message

# Ids are made a little before or after `created_at` is taken: ranges by id are that much wider.
_SLACK = timedelta(minutes=5)
# What an account is shown; carrier, cost and decision stay inside.
_SHOWN = (
    "id", "message_class", "status", "failure_reason", "msisdn", "text", "encoding",
    "segment_count", "price_micros", "currency", "client_reference", "metadata", "campaign_id",
    "send_at", "not_after", "created_at", "sent_at", "done_at",
    "sender__kind", "sender__address", "network__code",
)  # fmt: skip


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


def _shown() -> QuerySet[Message]:
    return Message.objects.select_related("sender", "network").only(*_SHOWN)


def message_get(account: Account, message_id: UUID) -> Message:
    """The account's message. Raises NotFoundError, for another account's too."""
    message = _shown().filter(account=account, id=message_id).first()
    if message is None:
        raise NotFoundError("message_not_found", _("There is no message with this id."))
    return message


def messages_page(
    account: Account, wanted: MessageFilter, *, before: UUID | None, limit: int
) -> Sequence[Message]:
    """Up to `limit` messages older than the one with id `before`, newest first."""
    found = _shown().filter(account=account, **_equalities(wanted))
    if wanted.client_reference is not None:
        found = found.filter(id__in=_referenced(account, wanted.client_reference))
    # The bounds by id leave only the partitions of those days.
    if wanted.created_after is not None:
        floor = uuid7_floor(wanted.created_after - _SLACK)
        found = found.filter(id__gte=floor, created_at__gte=wanted.created_after)
    if wanted.created_before is not None:
        ceiling = uuid7_floor(wanted.created_before + _SLACK)
        found = found.filter(id__lt=ceiling, created_at__lt=wanted.created_before)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[:limit])


def _equalities(wanted: MessageFilter) -> dict[str, str | int]:
    columns = {
        "status": wanted.status,
        "message_class": wanted.message_class,
        "msisdn": wanted.to,
        "sender__address": wanted.sender,
        "campaign_id": wanted.campaign,
    }
    return {name: value for name, value in columns.items() if value is not None}


def _referenced(account: Account, reference: str) -> list[UUID]:
    return list(
        ClientReference.objects.filter(account=account, reference=reference).values_list(
            "message_id", flat=True
        )
    )


def inbound_page(
    account: Account,
    *,
    sender: str | None,
    destination: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[InboundMessage]:
    """Up to `limit` replies older than `before`, newest first; `sender` is the phone's MSISDN."""
    found = InboundMessage.objects.filter(account=account).defer("bind_id")
    if sender is not None:
        found = found.filter(msisdn=sender)
    if destination is not None:
        found = found.filter(destination=destination)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[:limit])
