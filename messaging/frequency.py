"""How often an advertiser writes to a number: slots, and who gets one. Pure.

A slot belongs to a message. One that is on its way counts as sent now, whenever it will leave;
one that was sent counts from then. Times are Unix seconds. Ids of messages are their 16 octets: they are
compared all the time, and objects of UUID compare slowly.
"""

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# As PostgreSQL's uuid_send, int2send, int8send and float8send write them.
_PACKED = struct.Struct(">16shqhdd")
SLOT_OCTETS = _PACKED.size
LONGEST_HOURS = 31 * 24  # the longest promise that is counted; older slots are forgotten
_HOUR = 3600


class Cap(NamedTuple):
    """At most `limit` messages in rolling `hours`; one that is not hard is only told."""

    limit: int
    hours: int
    is_hard: bool = True


class Slot(NamedTuple):
    """A message that counts; `sent_at` None: it is on its way."""

    message_id: bytes
    lane: int
    campaign_id: int | None
    priority: int
    reserved_at: float
    sent_at: float | None = None


def slots_packed(slots: Iterable[Slot]) -> bytes:
    """Slots as they are stored; no campaign and no time of sending are zero."""
    pack = _PACKED.pack
    return b"".join(
        [
            pack(key, lane, campaign_id or 0, priority, reserved_at, sent_at or 0.0)
            for key, lane, campaign_id, priority, reserved_at, sent_at in slots
        ]
    )


def slots_unpacked(stored: bytes) -> tuple[Slot, ...]:
    """What `slots_packed` stored."""
    return tuple(
        [
            Slot(key, lane, campaign_id or None, priority, reserved_at, sent_at or None)
            for key, lane, campaign_id, priority, reserved_at, sent_at in _PACKED.iter_unpack(
                stored
            )
        ]
    )


@dataclass(slots=True)
class Standing:
    """The slots of one advertiser and number, in the order of reservation, and the message that
    asked the person for consent."""

    slots: tuple[Slot, ...] = ()
    asked_id: bytes | None = None


@dataclass(slots=True)
class Bid:
    """A message that wants a slot, and what it got.

    `asks`: for consent, which a person may be asked only once; `is_known_asked`: who was, by
    somebody else's word. `counts`: per cap, how many messages count before it. `taken`: the
    slots of others that it takes. `holders`: whose slots are in its way.
    """

    message_id: bytes
    lane: int
    campaign_id: int | None
    priority: int
    caps: tuple[Cap, ...]
    asks: bool = False
    is_known_asked: bool = False
    counts: tuple[int, ...] = ()
    touches: tuple[float, ...] = ()
    was_asked: bool = False
    is_refused: bool = False
    taken: tuple[Slot, ...] = ()
    holders: tuple[Slot, ...] = field(default=(), repr=False)

    @property
    def is_over(self) -> bool:
        """Whether some cap, hard or not, is reached."""
        return any(count >= cap.limit for cap, count in zip(self.caps, self.counts, strict=True))


def slots_settled(
    slots: Iterable[Slot], counted: Mapping[bytes, float | None], now: float
) -> tuple[Slot, ...]:
    """The slots that still count. `counted`: when messages were sent (None: on their way); one
    that is not there has not left and never will."""
    oldest = now - LONGEST_HOURS * _HOUR
    kept = []
    for slot in slots:
        if slot.sent_at is None:
            if slot.message_id not in counted:
                continue
            sent_at = counted[slot.message_id]
            if sent_at is not None:
                slot = slot._replace(sent_at=sent_at)
        if slot.sent_at is None or slot.sent_at > oldest:
            kept.append(slot)
    return tuple(kept)


def touches_before(
    slots: Iterable[Slot], lane: int, now: float, own: bytes | None = None
) -> tuple[float, ...]:
    """When the messages of a class went out that count before `own`: all that were sent, and
    those on their way that have no later slot."""
    found, is_behind = [], False
    for slot in slots:
        if slot.message_id == own:
            is_behind = True
        elif slot.lane == lane:
            if slot.sent_at is not None:
                found.append(slot.sent_at)
            elif not is_behind:
                found.append(now)
    return tuple(found)


def counts_of(caps: Sequence[Cap], touches: Sequence[float], now: float) -> tuple[int, ...]:
    """How many touches lie in each cap's rolling hours; one exactly that long ago does not."""
    since = [now - cap.hours * _HOUR for cap in caps]
    return tuple([len([touch for touch in touches if touch > oldest]) for oldest in since])


def slots_takable(standing: Standing, bid: Bid, free: Collection[bytes]) -> tuple[Slot, ...]:
    """The fewest slots whose end would let the bid in, of lower priority and not yet sent:
    lowest priority first, then the latest. Nothing where they do not suffice."""
    over = [
        count - cap.limit + 1
        for cap, count in zip(bid.caps, bid.counts, strict=True)
        if cap.is_hard
    ]
    needed = max(over, default=0)
    if needed <= 0 or not free:
        return ()
    weaker = [
        slot
        for slot in reversed(standing.slots)
        if slot.sent_at is None
        and slot.lane == bid.lane
        and slot.priority < bid.priority
        and slot.message_id in free
    ]
    weaker.sort(key=lambda slot: slot.priority)
    return tuple(weaker[:needed]) if needed <= len(weaker) else ()


def bid_place(standing: Standing, bid: Bid, now: float, free: Collection[bytes] = ()) -> None:
    """Answers a bid and keeps the slot it gets. A message that has a slot already keeps it, as
    long as the caps hold for those before it."""
    own = bid.message_id
    if not standing.slots and not bid.asks:  # nearly always: nothing to count
        bid.counts, bid.touches = (0,) * len(bid.caps), ()
        bid.taken, bid.holders, bid.was_asked, bid.is_refused = (), (), False, False
        standing.slots = (Slot(own, bid.lane, bid.campaign_id, bid.priority, now),)
        return
    has_own = own in [slot.message_id for slot in standing.slots]
    bid.was_asked = bid.asks and (
        bid.is_known_asked if standing.asked_id is None else standing.asked_id != own
    )
    bid.touches = touches_before(standing.slots, bid.lane, now, own)
    bid.counts = counts_of(bid.caps, bid.touches, now)
    bid.taken, bid.holders = (), ()
    is_full = _is_full(bid)
    if is_full and not bid.was_asked:
        bid.taken = slots_takable(standing, bid, free)
    bid.is_refused = bid.was_asked or (is_full and not bid.taken)
    if bid.is_refused:
        bid.holders = _in_the_way(standing, bid, now)
        if has_own:
            kept = [slot for slot in standing.slots if slot.message_id != own]
            standing.slots = tuple(kept)
        return
    if bid.taken:
        gone = {slot.message_id for slot in bid.taken}
        standing.slots = tuple(slot for slot in standing.slots if slot.message_id not in gone)
        bid.touches = touches_before(standing.slots, bid.lane, now, own)
        bid.counts = counts_of(bid.caps, bid.touches, now)
    if not has_own:
        slot = Slot(own, bid.lane, bid.campaign_id, bid.priority, now)
        standing.slots = (*standing.slots, slot)
    if bid.asks:
        standing.asked_id = own


def _is_full(bid: Bid) -> bool:
    for cap, count in zip(bid.caps, bid.counts, strict=True):
        if count >= cap.limit and cap.is_hard:
            return True
    return False


def _in_the_way(standing: Standing, bid: Bid, now: float) -> tuple[Slot, ...]:
    oldest = now - max([cap.hours for cap in bid.caps], default=0) * _HOUR
    return tuple(
        [
            slot
            for slot in standing.slots
            if slot.lane == bid.lane
            and slot.message_id != bid.message_id
            and (slot.sent_at is None or slot.sent_at > oldest)
        ]
    )
