"""An account's replies, as keyset pages: newest first, cut by id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from compliance.models import Account
from config.common.errors import NotFoundError
from messaging.models import InboundMessage, InboundPart


@dataclass(frozen=True, slots=True)
class InboundFilter:
    """Conditions on a list of replies; all that are given hold. `sender` is the phone's MSISDN,
    `network` a code."""

    sender: str | None = None
    destination: str | None = None
    state: str | None = None
    network: str | None = None
    received_after: datetime | None = None
    received_before: datetime | None = None
    is_test: bool = False


_LOOKUPS: Final[Mapping[str, str]] = {
    "sender": "msisdn",
    "destination": "destination",
    "state": "state",
    "network": "network__code",
    "received_after": "received_at__gte",
    "received_before": "received_at__lt",
    "is_test": "is_test",
}


def inbound_page(
    account: Account, wanted: InboundFilter, *, before: UUID | None, limit: int
) -> Sequence[InboundMessage]:
    """Up to `limit` replies older than the one with id `before`, newest first."""
    conditions = {
        lookup: getattr(wanted, name)
        for name, lookup in _LOOKUPS.items()
        if getattr(wanted, name) is not None
    }
    if before is not None:
        conditions["id__lt"] = before
    rows = InboundMessage.objects.filter(account=account, **conditions)
    return list(rows.select_related("network").order_by("-id")[:limit])


def inbound_get(account: Account, reply_id: UUID, *, is_test: bool = False) -> InboundMessage:
    """The account's reply with its parts in order, of the sandbox or not. Raises NotFoundError, for another account's
    too."""
    parts = InboundPart.objects.defer("raw", "octets").order_by("number", "id")
    rows = InboundMessage.objects.select_related("network")
    found = rows.prefetch_related(Prefetch("parts", parts)).filter(
        account=account, pk=reply_id, is_test=is_test
    )
    reply = found.first()
    if reply is None:
        raise NotFoundError("inbound_not_found", _("There is no reply with this id."))
    return reply
