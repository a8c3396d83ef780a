"""Bids for slots, answered for a batch at once: by trying, or by reserving."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from messaging.frequency import Bid, Standing, bid_place, slots_settled
from messaging.services.frequency.losses import (
    Counted,
    Loss,
    messages_counted,
    messages_locked,
)
from messaging.services.frequency.rows import (
    Key,
    Standings,
    standings_insert,
    standings_read,
    standings_write,
)

Bids = Mapping[Key, Sequence[Bid]]


def bids_try(cursor: Any, bids: Bids, now: datetime) -> None:
    """Answers bids as reserving would, and keeps nothing: two statements for one advertiser."""
    standings: Standings = {}
    for advertiser_id, msisdns in _by_advertiser(bids):
        standings |= standings_read(cursor, advertiser_id, msisdns)
    counted = _settle(cursor, standings, now)
    free = _weaker(bids, standings, counted)
    for key, those in bids.items():
        _place(standings.get(key) or Standing(), those, now, free)


def bids_reserve(cursor: Any, bids: Bids, now: datetime) -> list[Loss]:
    """Answers bids and keeps what they got, in the cursor's transaction: four statements for one
    advertiser, of which one where nobody was written to before. The caller stores the messages
    in the same transaction, and settles the losses at its end."""
    standings: Standings = {}
    for advertiser_id, msisdns in _by_advertiser(bids):
        made = {msisdn: Standing() for msisdn in msisdns}
        for msisdn, standing in made.items():
            _place(standing, bids[advertiser_id, msisdn], now)
        fresh = standings_insert(cursor, advertiser_id, made, now)
        if len(fresh) < len(msisdns):
            rest = [msisdn for msisdn in msisdns if msisdn not in fresh]
            standings |= standings_read(cursor, advertiser_id, rest)
    before = {key: (one.slots, one.asked_id) for key, one in standings.items()}
    counted = _settle(cursor, standings, now)
    lanes = {slot.lane for standing in standings.values() for slot in standing.slots}
    free = messages_locked(cursor, _weaker(bids, standings, counted), counted, lanes)
    for key, standing in standings.items():
        _place(standing, bids[key], now, free)
    changed = {
        key: one for key, one in standings.items() if before[key] != (one.slots, one.asked_id)
    }
    standings_write(cursor, changed, now)
    return [loss for key in standings for bid in bids[key] for loss in _losses(bid, counted)]


def _by_advertiser(bids: Bids) -> list[tuple[int, list[str]]]:
    """In the one order in which everybody locks."""
    found: dict[int, list[str]] = {}
    for advertiser_id, msisdn in sorted(bids):
        found.setdefault(advertiser_id, []).append(msisdn)
    return list(found.items())


def _place(
    standing: Standing, bids: Iterable[Bid], now: datetime, free: Collection[bytes] = ()
) -> None:
    moment = now.timestamp()
    for bid in bids:
        bid_place(standing, bid, moment, free)


def _losses(bid: Bid, counted: Mapping[bytes, Counted]) -> Iterable[Loss]:
    for slot in bid.taken:
        carrier_id = counted[slot.message_id].carrier_id
        yield Loss(slot.message_id, slot.lane, carrier_id, bid.campaign_id, bid.message_id)


def _settle(cursor: Any, standings: Standings, now: datetime) -> Mapping[bytes, Counted]:
    """Puts what the messages of the slots count as into the standings."""
    moving = {
        slot.message_id
        for standing in standings.values()
        for slot in standing.slots
        if slot.sent_at is None
    }
    asked = {one.asked_id for one in standings.values() if one.asked_id is not None}
    counted = messages_counted(cursor, moving | asked)
    sent = {key: one.sent_at for key, one in counted.items() if not one.is_freed}
    moment = now.timestamp()
    for standing in standings.values():
        standing.slots = slots_settled(standing.slots, sent, moment)
        # Of long ago, its message may be gone: the person has been asked all the same.
        asking = counted.get(standing.asked_id) if standing.asked_id else None
        if asking is not None and asking.is_freed:
            standing.asked_id = None
    return counted


def _weaker(bids: Bids, standings: Standings, counted: Mapping[bytes, Counted]) -> set[bytes]:
    """Slots that a bid of higher priority might take; never one of the batch itself."""
    found: set[bytes] = set()
    for key, standing in standings.items():
        highest = max(bid.priority for bid in bids[key])
        found.update(
            slot.message_id
            for slot in standing.slots
            if slot.sent_at is None
            and slot.priority < highest
            and counted[slot.message_id].is_whole
        )
    return found and found - {bid.message_id for those in bids.values() for bid in those}
