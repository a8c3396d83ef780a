"""Which sender of a pool writes to a person: the one the person knows, else one by the pool's
spread, among those that may carry the message there. Batches, never a query per message."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from compliance.sender_gaps import papers_demanded
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.drafts import Draft
from routing.constants import PoolSpread
from routing.engine import ticket
from routing.selectors.pools import PoolCard

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()

Weighted = tuple[tuple[SenderCard, int], ...]


class PoolPicker:
    """Picks for messages of one pool and class; what the numbers of a network share is worked out
    once."""

    def __init__(
        self, snapshot: Snapshot, pool: PoolCard, message_class: str, now: datetime
    ) -> None:
        self._snapshot, self._pool, self._class = snapshot, pool, message_class
        self._now = now
        self._usable: dict[tuple[str, int | None], Weighted] = {}

    def pick(
        self, *, country: str, network_id: int | None, spread: int, kept: int | None = None
    ) -> SenderCard | None:
        """The sender; `kept` is the one the person knows, `spread` any number of the message.
        None where no member may carry the class there."""
        members = self._members(country, network_id)
        if not members:
            return None
        if kept is not None:
            for card, _weight in members:
                if card.id == kept:
                    return card
        drawn = ticket(spread, sum(weight for _card, weight in members))
        for card, weight in members:
            if drawn < weight:
                return card
            drawn -= weight
        return members[-1][0]

    def _members(self, country: str, network_id: int | None) -> Weighted:
        key = (country, network_id)
        found = self._usable.get(key)
        if found is None:
            found = self._usable[key] = self._weighted(country, network_id)
        return found

    def _weighted(self, country: str, network_id: int | None) -> Weighted:
        """Active, in lease, of the class, and with the papers that the rules demand there; where
        none has them all, those without count, so that the refusal names what is missing."""
        pool, senders = self._pool, self._snapshot.senders
        if pool.message_classes and self._class not in pool.message_classes:
            return ()
        usable = [
            (senders[sender_id], weight)
            for sender_id, weight in pool.members
            if sender_id in senders
            and senders[sender_id].is_usable
            and self._class in senders[sender_id].message_classes
        ]
        in_order = [one for one in usable if not self._has_gap(one[0], country, network_id)]
        return tuple((card, self._weight(card, weight)) for card, weight in in_order or usable)

    def _has_gap(self, sender: SenderCard, country: str, network_id: int | None) -> bool:
        rules = self._snapshot.rulebook.rules_for(
            country, self._now, sender.account_id, sender.advertiser_id
        )
        needed = papers_demanded(rules.recipient_rules[self._class], sender.kind)
        gaps = self._snapshot.standings[sender.id].gaps(
            needed,
            network_id=network_id,
            network_name="",
            message_class=self._class,
            on=rules.on,
        )
        return bool(gaps)

    def _weight(self, sender: SenderCard, weight: int) -> int:
        if self._pool.spread == PoolSpread.WEIGHT:
            return weight
        if self._pool.spread == PoolSpread.THROUGHPUT and sender.throughput:
            return max(1, round(sender.throughput))
        return 1


_KEPT = """
SELECT msisdn, sender_id FROM routing_stickysender
WHERE pool_id = %(pool)s AND msisdn = ANY(%(numbers)s) AND day >= %(since)s
"""
# A message of the same day and sender changes nothing, so most of a campaign writes once.
_KEEP = """
INSERT INTO routing_stickysender AS k (pool_id, msisdn, sender_id, day)
SELECT %(pool)s, r.msisdn, r.sender_id, %(day)s
FROM unnest(%(numbers)s::text[], %(senders)s::bigint[]) AS r(msisdn, sender_id)
ORDER BY r.msisdn
ON CONFLICT (pool_id, msisdn) DO UPDATE SET sender_id = excluded.sender_id, day = excluded.day
WHERE k.sender_id <> excluded.sender_id OR k.day <> excluded.day
"""
# The sender that a person answers is the one they know.
_ANSWERED = """
INSERT INTO routing_stickysender AS k (pool_id, msisdn, sender_id, day)
SELECT p.id, r.msisdn, r.sender_id, %(day)s
FROM (SELECT DISTINCT ON (msisdn, sender_id) * FROM
        unnest(%(numbers)s::text[], %(senders)s::bigint[]) AS u(msisdn, sender_id)) AS r
JOIN routing_senderpoolmember m ON m.sender_id = r.sender_id
JOIN routing_senderpool p ON p.id = m.pool_id AND p.is_sticky AND p.is_active
ORDER BY p.id, r.msisdn
ON CONFLICT (pool_id, msisdn) DO UPDATE SET sender_id = excluded.sender_id, day = excluded.day
"""


def today(on: date) -> int:
    """Days since 1970."""
    return on.toordinal() - _EPOCH_DAY


def senders_kept(pool: PoolCard, msisdns: Sequence[str], on: date) -> Mapping[str, int]:
    """The senders that people know of a pool, by number; one query."""
    if not pool.sticky_days or not msisdns:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _KEPT,
            {"pool": pool.id, "numbers": list(msisdns), "since": today(on) - pool.sticky_days},
        )
        return dict(cursor.fetchall())


def senders_keep(pool: PoolCard, used: Mapping[str, int], on: date) -> None:
    """Remembers who was written to from which sender, in the caller's transaction."""
    if not pool.sticky_days or not used:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "pool": pool.id,
                "day": today(on),
                "numbers": list(used),
                "senders": list(used.values()),
            },
        )


def pool_senders_keep(snapshot: Snapshot, drafts: Iterable[Draft]) -> None:
    """Remembers the senders of stored messages that came from pools."""
    used: dict[int, dict[str, int]] = {}
    for draft in drafts:
        if draft.pool_id and not draft.is_test:
            used.setdefault(draft.pool_id, {})[draft.msisdn] = draft.sender.id
    for pool_id, senders in used.items():
        pool = snapshot.stand_ins.pools.get(pool_id)
        if pool is not None:
            senders_keep(pool, senders, snapshot.day)


def answers_keep(cursor: Any, answered: Sequence[tuple[str, int]], on: date) -> None:
    """Remembers which senders people answered (number, sender), for the pools they are in."""
    if answered:
        cursor.execute(
            _ANSWERED,
            {
                "day": today(on),
                "numbers": [msisdn for msisdn, _sender in answered],
                "senders": [sender_id for _msisdn, sender_id in answered],
            },
        )


_FORGET = """
DELETE FROM routing_stickysender k USING routing_senderpool p
WHERE p.id = k.pool_id AND k.day < %(day)s - p.sticky_days
"""


def senders_forget(on: date) -> int:
    """Drops what pools keep no longer."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"day": today(on)})
        return int(cursor.rowcount)
