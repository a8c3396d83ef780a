"""What an SMSC sends again because our answer was lost, told from a person who says it again.

A carrier over HTTP may name each reply by an id: the same words under the same id are sent again,
and under another id they are said again, whenever they come.

Without an id a text that stands alone carries nothing that names it: the second "OK" of a person
is, octet for octet, the first. It counts as sent again only within INBOUND_REPEAT_SECONDS, and
only where the SMSC had a reason to: the session that brought the first has ended since, or the
first was not stored yet (so not acknowledged) when the second came seconds later.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import F, Q

from carriers.constants import SessionState
from carriers.models import SessionEvent
from messaging.models import InboundPart
from messaging.services.inbound.groups import same_group
from messaging.services.inbound.reading import Piece

# Carriers over HTTP post for a day or two before they give a reply up.
NAMED_WITHIN: Final = timedelta(days=3)
# No SMSC waits less for an answer; a person who taps twice is faster.
_LEAST_PATIENCE: Final = timedelta(seconds=5)
# Events are written a moment after they happen: one of the session before must not count.
_WRITTEN_WITHIN: Final = timedelta(seconds=2)
_ENDED: Final = frozenset(
    {
        SessionState.STARTING.value,
        SessionState.BINDING.value,
        SessionState.CONNECTION_LOST.value,
        SessionState.BIND_FAILED.value,
        SessionState.UNBOUND.value,
    }
)


class Repetitions:
    """Knows what came lately, and what of a batch came before in it."""

    def __init__(self, pieces: Sequence[Piece], leaders: Mapping[int, int]) -> None:
        self._within = timedelta(seconds=settings.INBOUND_REPEAT_SECONDS)
        self._leaders = leaders
        self._known: dict[int, list[InboundPart]] = {}
        wanted = self._named(pieces) | self._alone(pieces)
        if not wanted:
            return
        for part in InboundPart.objects.filter(wanted).defer("raw").order_by("-id"):
            self._known.setdefault(part.fingerprint or 0, []).append(part)

    def _named(self, pieces: Sequence[Piece]) -> Q:
        named = [one.received for one in pieces if one.received.smsc_message_id]
        if not named:
            return Q()
        since = min(one.received_at for one in named) - NAMED_WITHIN
        ids = {one.smsc_message_id for one in named}
        return Q(~Q(smsc_message_id=""), smsc_message_id__in=ids, received_at__gte=since)

    def _alone(self, pieces: Sequence[Piece]) -> Q:
        alone = [one for one in pieces if _is_nameless(one)]
        if not alone or not self._within:
            return Q()
        since = min(one.received.received_at for one in alone) - self._within
        return Q(fingerprint__in={one.fingerprint for one in alone}, received_at__gte=since)

    def first_of(self, part: InboundPart) -> InboundPart | None:
        """The part that this one, not stored yet, repeats; without one it is remembered."""
        if part.reference is not None and not part.smsc_message_id:
            return None
        known = self._known.setdefault(part.fingerprint or 0, [])
        first = next((one for one in known if self._is_again(one, part)), None)
        if first is None:
            known.insert(0, part)
        return first

    def _is_again(self, first: InboundPart, again: InboundPart) -> bool:
        if not same_group(self._leaders, first.carrier_id, again.carrier_id):
            return False
        passed = again.received_at - first.received_at
        if first.smsc_message_id or again.smsc_message_id:
            return first.smsc_message_id == again.smsc_message_id and passed <= NAMED_WITHIN
        if not timedelta(0) <= passed <= self._within:
            return False
        return _is_unanswered(first, again, passed) or _has_ended(first, again)


def _is_nameless(piece: Piece) -> bool:
    return piece.reference is None and not piece.received.smsc_message_id


def _is_unanswered(first: InboundPart, again: InboundPart, passed: timedelta) -> bool:
    is_open = first.pk is None or first.stored_at is None or again.received_at < first.stored_at
    if not is_open or passed < _LEAST_PATIENCE:
        return False
    # Over HTTP it is posted again as it was: with another time or id it is another reply.
    return again.session_id is not None or bytes(first.raw) == bytes(again.raw)


def _has_ended(first: InboundPart, again: InboundPart) -> bool:
    sessions = (first.session_id, again.session_id)
    if sessions == (None, None):  # the sessions of a bind over HTTP send, and bring nothing
        return False
    if first.bind_id == again.bind_id and None not in sessions and len(set(sessions)) == 2:
        return True
    return SessionEvent.objects.filter(
        bind_id=first.bind_id, at__gte=first.received_at + _WRITTEN_WITHIN, state__in=_ENDED
    ).exists()


def repetitions_count(parts: Iterable[InboundPart]) -> None:
    """Counts at stored parts that they came again."""
    again = [part.pk for part in parts if part.pk is not None]
    for pk in again:
        InboundPart.objects.filter(pk=pk).update(repeats=F("repeats") + 1)
