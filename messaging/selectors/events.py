"""The event log and its deliveries, as an account reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from compliance.models import Account
from messaging.models import Event, WebhookDelivery


@dataclass(frozen=True, slots=True)
class NumberedBody:
    """An event as it was stored: `body` is the same text that webhooks carry."""

    sequence: int
    body: str


def events_after(account: Account, *, after: int, limit: int) -> Sequence[NumberedBody]:
    """The account's next events after a sequence number, oldest first.

    Numbers are given in commit order, so a reader that goes on from the last one skips none.
    """
    rows = (
        Event.objects.filter(account=account, sequence__gt=after)
        .order_by("sequence")
        .values_list("sequence", "body")[:limit]
    )
    return [NumberedBody(sequence, body) for sequence, body in rows]


def deliveries_page(
    account: Account, *, status: str | None, before: UUID | None, limit: int
) -> Sequence[WebhookDelivery]:
    """Deliveries of the account's endpoint, newest event first."""
    found = WebhookDelivery.objects.filter(endpoint__account=account)
    if status is not None:
        found = found.filter(status=status)
    if before is not None:
        found = found.filter(event_id__lt=before)
    return list(found.order_by("-event_id")[:limit])
