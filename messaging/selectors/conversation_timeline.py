"""Everything between a person and a brand in one line, newest first, a page at a time.

Nothing is copied for it: messages are found by the index on numbers (days that are too late for
the page are not opened), replies, consents, refusals and reviews by theirs, and what people did
is in the conversation's own entries. Each kind is a source here, or registered by another app.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import total_ordering
from heapq import merge
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q

from config.common.ids import uuid7_floor
from messaging.models import Conversation
from routing.models import Sender


@total_ordering
@dataclass(frozen=True, slots=True, eq=True)
class Mark:
    """A place in the line. Of entries of one moment the kind decides, then the id: `key` sorts
    as ids do."""

    at: datetime
    kind: str
    key: str

    def __lt__(self, other: "Mark") -> bool:
        return (self.at, self.kind, self.key) < (other.at, other.kind, other.key)

    def __str__(self) -> str:
        return f"{self.at.isoformat()}|{self.kind}|{self.key}"

    @classmethod
    def parse(cls, text: str) -> "Mark":
        """Raises ValueError for what is no mark."""
        at, kind, key = text.split("|", 2)
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError(text)
        return cls(moment, kind, key)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry. `by` is the user name of who did it, "" for the person or the system; `data` is
    ready for JSON and depends on the kind."""

    mark: Mark
    id: str
    text: str = ""
    by: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """A word of `messaging.conversation_kinds`."""
        return self.mark.kind

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.mark.at


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose line: a person's with a brand; `sender_ids` are the brand's."""

    conversation_id: UUID
    account_id: int
    advertiser_id: int
    msisdn: str
    sender_ids: tuple[int, ...]


# The newest entries of a source before a mark (None: from the newest on), newest first.
Source = Callable[[Scope, Mark | None, int], Sequence[TimelineEntry]]
_sources: dict[str, Source] = {}


def register(kind: str, source: Source) -> None:
    """Called by who brings a kind of entries, when the app is ready."""
    _sources[kind] = source


def scope_of(conversation: Conversation) -> Scope:
    """The conversation's line."""
    senders = Sender.objects.filter(
        account_id=conversation.account_id, advertiser_id=conversation.advertiser_id
    )
    return Scope(
        conversation_id=conversation.pk,
        account_id=conversation.account_id,
        advertiser_id=conversation.advertiser_id,
        msisdn=conversation.msisdn,
        sender_ids=tuple(senders.values_list("pk", flat=True)),
    )


def timeline(
    conversation: Conversation, *, before: Mark | None = None, limit: int = 50
) -> list[TimelineEntry]:
    """The newest entries before a mark, newest first."""
    scope = scope_of(conversation)
    found = [source(scope, before, limit) for source in _sources.values()]
    line = merge(*found, key=lambda entry: entry.mark, reverse=True)
    return list(islice(line, limit))


def earlier(
    kind: str, before: Mark | None, *, time: str, parse: Callable[[str], object] = int
) -> Q:
    """The condition of a source whose rows are ordered by a column of time and their id."""
    if before is None:
        return Q()
    if kind < before.kind:
        return Q(**{f"{time}__lte": before.at})
    if kind > before.kind:
        return Q(**{f"{time}__lt": before.at})
    same = Q(**{time: before.at, "pk__lt": parse(before.key)})
    return Q(**{f"{time}__lt": before.at}) | same


def earlier_ids(kind: str, before: Mark | None) -> Q:
    """The same for rows whose UUIDv7 is their time, so that later days are not opened."""
    if before is None:
        return Q()
    if kind == before.kind:
        return Q(id__lt=UUID(before.key))
    whole = before.at.replace(microsecond=before.at.microsecond // 1000 * 1000)
    is_through = kind < before.kind or whole < before.at
    return Q(id__lt=uuid7_floor(whole + timedelta(milliseconds=1 if is_through else 0)))


def number_key(number: int) -> str:
    """An id that counts, so that its text sorts as the number does."""
    return f"{number:020d}"
