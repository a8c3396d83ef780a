"""The event log, as an account reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from compliance.models import Account
from messaging.models import Event, EventCounter

# How many a search by type looks at: there is no index by type, and a poller comes again.
SEARCHED_AT_MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Events:
    """Events as they were stored (the same text that webhooks carry), oldest first, and the
    number after which a reader goes on."""

    bodies: Sequence[str]
    last: int


def events_after(account: Account, *, after: int, limit: int, types: Sequence[str] = ()) -> Events:
    """The account's next events after a sequence number; with `types` only those.

    Numbers are given in commit order, so a reader that goes on from the last one skips none.
    """
    found = Event.objects.filter(account=account, sequence__gt=after)
    searched = after
    if types:
        # Read before the events: all up to here can be seen by then.
        counter = EventCounter.objects.filter(account=account).first()
        searched = max(after, min(counter.last if counter else 0, after + SEARCHED_AT_MOST))
        found = found.filter(type__in=list(types), sequence__lte=searched)
    rows = list(found.order_by("sequence").values_list("sequence", "body")[:limit])
    last = rows[-1][0] if rows else after
    if types and len(rows) < limit:
        last = searched
    return Events([body for _sequence, body in rows], last)
