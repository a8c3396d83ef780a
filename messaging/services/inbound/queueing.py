"""Replies that are in nobody's inbox are put where operators see them."""

from collections.abc import Sequence

from messaging.constants import UnroutedReason
from messaging.models import InboundMessage, UnroutedReply
from routing.constants import PlatformEventType
from routing.models import PlatformEvent, Sender
from routing.services.platform_events import platform_event_append


def unrouted_put(messages: Sequence[InboundMessage]) -> None:
    """Queues those without an account, in the caller's transaction, and tells operators of each
    address once a day."""
    nobodys = [message for message in messages if message.account_id is None]
    if not nobodys:
        return
    addresses = {message.destination for message in nobodys}
    held = set(
        Sender.objects.filter(address__in=addresses).values_list("address", flat=True).distinct()
    )
    rows = [UnroutedReply(message=one, reason=_reason(one, held)) for one in nobodys]
    UnroutedReply.objects.bulk_create(rows)
    _tell(rows)


def _reason(message: InboundMessage, held: set[str]) -> UnroutedReason:
    if not message.destination:
        return UnroutedReason.UNREADABLE
    return UnroutedReason.SHARED if message.destination in held else UnroutedReason.UNKNOWN


def _tell(rows: Sequence[UnroutedReply]) -> None:
    """Asked before it is told: the stream is locked until commit by whoever writes to it."""
    firsts = {_key(row): row for row in reversed(rows)}
    told = PlatformEvent.objects.filter(key__in=firsts).values_list("key", flat=True)
    for key in sorted(firsts.keys() - set(told)):
        row = firsts[key]
        bind = row.message.bind
        platform_event_append(
            PlatformEventType.INBOUND_UNROUTED,
            at=row.message.received_at,
            key=key,
            carrier_id=bind.carrier_id if bind else None,
            data={"to": row.message.destination, "unrouted": row.reason},
        )


def _key(row: UnroutedReply) -> str:
    message = row.message
    return f"inbound.unrouted:{row.reason}:{message.destination}:{message.received_at.date()}"
