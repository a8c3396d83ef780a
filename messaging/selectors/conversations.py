"""What was said between a number and an account's senders, in the order it was said."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.common.ids import uuid7_floor
from messaging.models import InboundMessage, Message

_DAYS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One message: `is_theirs` from the person, `key` its id; `sender` the address of ours."""

    at: datetime
    text: str
    is_theirs: bool
    key: str
    sender: str


def conversation(*, account_id: int, msisdn: str, until: datetime, limit: int = 10) -> list[Line]:
    """The last messages with a number up to a moment, oldest first."""
    first, last = uuid7_floor(until - _DAYS), uuid7_floor(until + timedelta(seconds=1))
    theirs = InboundMessage.objects.filter(
        account_id=account_id, msisdn=msisdn, received_at__lte=until
    ).order_by("-received_at")[:limit]
    ours = (
        Message.objects.filter(account_id=account_id, msisdn=msisdn, id__gte=first, id__lt=last)
        .select_related("sender")
        .order_by("-id")[:limit]
    )
    lines = [Line(one.received_at, one.text, True, str(one.pk), one.destination) for one in theirs]
    lines += [Line(m.created_at, m.text, False, str(m.pk), m.sender.address) for m in ours]
    return sorted(lines, key=lambda line: line.at)[-limit:]
