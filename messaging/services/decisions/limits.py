"""Which messages of a batch count against how often a person may be written to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from compliance.selectors.consent import ConsentStanding
from messaging.frequency import Bid, Cap
from messaging.selectors.consents import requests_made
from messaging.services.decisions.cases import Case
from messaging.services.decisions.grounds import Ground
from messaging.services.frequency import Key, Loss, bids_reserve, bids_try

_REQUESTED = "requested"


def bid_of(
    case: Case, ground: Ground, region: str, standing: ConsentStanding | None, *, asks: bool
) -> Bid | None:
    """What a message has to ask the ledger for; None where nothing limits it.

    `region`: the recipient's; `asks`: it asks for consent, and may do so only once ever.
    """
    if case.is_confirmation or case.is_test:
        return None
    promised = standing.promised if standing is not None else None
    caps = ground.caps_in(region)
    if not caps and promised is None and not asks:
        return None
    if promised is not None:
        caps = (*caps, Cap(*promised))
    is_known = asks and standing is not None and standing.state == _REQUESTED
    return Bid(case.id.bytes, case.lane, case.campaign_id, case.priority, caps, asks, is_known)


def bids_answer(
    pairs: Sequence[tuple[Case, Bid]], now: datetime, reserving: Any = None
) -> list[Loss]:
    """Answers the bids of a batch. `reserving`, a cursor: what they got is kept in its
    transaction, and the messages that lost their slots to them are returned."""
    if not pairs:
        return []
    _requests_told_apart(pairs)
    bids: dict[Key, list[Bid]] = {}
    for case, bid in pairs:
        bids.setdefault((case.advertiser_id, case.msisdn), []).append(bid)
    if reserving is not None:
        return bids_reserve(reserving, bids, now)
    with connection.cursor() as cursor:
        bids_try(cursor, bids, now)
    return []


def _requests_told_apart(pairs: Sequence[tuple[Case, Bid]]) -> None:
    """Somebody who was asked by the very message in hand has not been asked before."""
    asked = [(case, bid) for case, bid in pairs if bid.is_known_asked]
    if not asked:
        return
    made = requests_made({(case.advertiser_id, case.msisdn) for case, _bid in asked})
    for case, bid in asked:
        bid.is_known_asked = made.get((case.advertiser_id, case.msisdn)) != str(case.id)


def holders_of(bid: Bid) -> tuple[int | None, ...]:
    """The campaigns whose messages are in a refused bid's way, each once."""
    return tuple(dict.fromkeys(slot.campaign_id for slot in bid.holders))


def taken_from(bid: Bid) -> tuple[int | None, ...]:
    """The campaigns from whose messages a bid takes a slot."""
    return tuple(slot.campaign_id for slot in bid.taken)
