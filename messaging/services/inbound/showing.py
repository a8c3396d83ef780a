"""Texts whose other parts have not come in time are shown with their gaps."""

from datetime import timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction

from config.common import clock
from messaging.models import InboundPart
from messaging.services.inbound.acting import arrivals_act
from messaging.services.inbound.groups import group_leaders
from messaging.services.inbound.locking import numbers_lock
from messaging.services.inbound.storing import replies_store, shelf_of
from messaging.services.retrying import taken_again

_NUMBERS: Final = 100


def incomplete_show() -> dict[str, int]:
    """Shows what has waited for INBOUND_PARTS_SECONDS since its last part; returns counts. Late
    parts amend it."""
    shown = 0
    after: str | None = None
    while True:
        numbers = _waiting(after)
        if not numbers:
            return {"incomplete": shown}
        shown += taken_again(partial(_show, numbers))
        after = numbers[-1]


def _waiting(after: str | None) -> list[str]:
    """Numbers that parts wait of for long, a page at a time."""
    rows = InboundPart.objects.filter(message=None, received_at__lte=clock.now() - _patience())
    if after is not None:
        rows = rows.filter(msisdn__gt=after)
    return list(rows.order_by("msisdn").values_list("msisdn", flat=True).distinct()[:_NUMBERS])


@transaction.atomic
def _show(numbers: list[str]) -> int:
    """Read again under the lock: a part may just have come."""
    numbers_lock(numbers)
    parts = InboundPart.objects.filter(message=None, msisdn__in=numbers).order_by("id")
    waiting = list(parts.defer("raw"))
    leaders = group_leaders(part.carrier_id for part in waiting)
    due = clock.now() - _patience()
    texts = [
        text
        for text in shelf_of(waiting, leaders).texts
        if text.message_id is None and text.last_at <= due
    ]
    arrivals_act(replies_store(texts, []))
    return len(texts)


def _patience() -> timedelta:
    return timedelta(seconds=settings.INBOUND_PARTS_SECONDS)
