"""Moving waiting messages from one carrier to others, in bulk.

Sender, text and recipient stay the same, and so does what compliance decided about them: only
the route is chosen anew. What was decided under older rules is decided again when it is claimed,
as ever; what has no way left now is decided again at once, and waits or ends by that.
"""

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from compliance.constants import LANES
from config.common import clock
from config.common.arrays import Uuids
from config.common.database import PINNED_PLANS
from messaging.constants import EXPRESS_LANE
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.services.routing import EXPRESS_CHANNEL, claimed_place
from messaging.services.spreads import spread_of
from routing.engine import RouteDecision, RouteRequest, choose
from routing.engine.decisions import ANYWHERE
from routing.engine.layouts import TICKETS, ticket

_SLICE = 4000
_LOWEST = uuid.UUID(int=0)
# A message of which a carrier already has a part stays there.
_TAKE = """
SELECT q.id, q.attempts, q.msisdn, q.account_id, q.tried_carriers, m.country, m.network_id, m.sender_id,
    m.segment_count, m.not_after, m.is_test
FROM messaging_dispatch q JOIN messaging_message m ON m.id = q.id
WHERE q.carrier_id = %(carrier)s AND q.lane = %(lane)s AND q.id > %(after)s
  AND q.bind_id IS NULL AND m.segments_sent = 0
  AND (%(network)s::bigint IS NULL OR m.network_id = %(network)s)
ORDER BY q.carrier_id, q.lane, q.id LIMIT %(limit)s FOR UPDATE OF q SKIP LOCKED
"""
_MOVE = """
UPDATE messaging_dispatch q SET carrier_id = %(to)s
WHERE q.carrier_id = %(carrier)s AND q.lane = %(lane)s AND q.id = ANY(%(ids)s)
"""
_NOTE = """
UPDATE messaging_message m SET carrier_id = %(to)s,
    cost_micros = %(cost)s::bigint * coalesce(m.billed_segments, m.segment_count),
    decision = coalesce(m.decision, '{}'::jsonb) || %(facts)s::jsonb || jsonb_build_object(
        'rerouted', coalesce(m.decision -> 'rerouted', '[]'::jsonb) || %(move)s::jsonb)
WHERE m.id = ANY(%(ids)s)
"""


class _Row(NamedTuple):
    id: uuid.UUID
    attempts: int
    msisdn: str
    account_id: int
    tried: list[int]
    country: str
    network_id: int | None
    sender_id: int
    segments: int
    not_after: datetime | None
    is_test: bool

    @property
    def spread(self) -> int:
        """What it draws its route by."""
        return spread_of(self.id, self.attempts)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a re-route did: messages looked at, by carrier those that went there, and those that
    have no way at the moment."""

    looked_at: int
    to: dict[int, int]
    without: int

    @property
    def total(self) -> int:
        return sum(self.to.values())


def rows_reroute(
    carrier_id: int,
    *,
    network_id: int | None = None,
    message_class: str | None = None,
    part: float = 1.0,
    reason: str,
    lanes: Sequence[int] | None = None,
) -> int:
    """Moves the carrier's waiting messages to where the engine now wants them; returns how many.

    `part`: of the messages only so many, the same ones each time. `reason` is kept on each
    message. Messages that somebody has claimed or locked stay, and so do those whose carrier the
    engine still chooses; the claims of a dead worker are settled by who takes its bind.
    """
    return reroute(
        carrier_id,
        network_id=network_id,
        message_class=message_class,
        part=part,
        reason=reason,
        lanes=lanes,
    ).total


def reroute(
    carrier_id: int,
    *,
    network_id: int | None = None,
    message_class: str | None = None,
    part: float = 1.0,
    reason: str,
    lanes: Sequence[int] | None = None,
) -> Moved:
    """As `rows_reroute`, with what became of them."""
    wanted = [LANES.index(message_class)] if message_class else list(range(len(LANES)))
    mover = _Mover(carrier_id, network_id, part, reason)
    for lane in wanted:
        if lanes is None or lane in lanes:
            mover.lane(lane)
    return Moved(mover.looked_at, dict(mover.to), mover.without)


class _Mover:
    def __init__(self, carrier_id: int, network_id: int | None, part: float, reason: str) -> None:
        self._carrier_id, self._network_id = carrier_id, network_id
        self._most_ticket, self._reason = part * TICKETS, reason
        self.looked_at = self.without = 0
        self.to: Counter[int] = Counter()

    def lane(self, lane: int) -> None:
        after = _LOWEST
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                for name, value in PINNED_PLANS.items():
                    cursor.execute(f"SET LOCAL {name} = {value}")
                rows = self._take(cursor, lane, after)
                if rows:
                    self._slice(cursor, lane, rows)
            if len(rows) < _SLICE:
                return
            after = rows[-1].id

    def _take(self, cursor: Any, lane: int, after: uuid.UUID) -> list[_Row]:
        cursor.execute(
            _TAKE,
            {
                "carrier": self._carrier_id,
                "lane": lane,
                "after": after,
                "network": self._network_id,
                "limit": _SLICE,
            },
        )
        return [_Row(*row) for row in cursor.fetchall()]

    def _slice(self, cursor: Any, lane: int, rows: Sequence[_Row]) -> None:
        snapshot, now = snapshots.current(), clock.now()
        self.looked_at += len(rows)
        groups: dict[tuple[int, int, int, tuple[str, ...]], list[uuid.UUID]] = {}
        without: list[uuid.UUID] = []
        for row in rows:
            if ticket(row.spread) >= self._most_ticket:
                continue
            decision = _choose(snapshot, row, lane, now)
            if decision is None or decision.carrier_id == self._carrier_id:
                continue
            if decision.chosen is None:
                without.append(row.id)
                continue
            chosen = decision.chosen
            why = tuple(str(one) for one in decision.reasons)
            key = (chosen.carrier_id, chosen.route_id, chosen.cost_micros or 0, why)
            groups.setdefault(key, []).append(row.id)
        for key in sorted(groups):
            self._move(cursor, lane, key, groups[key], now)
        if without:
            claimed_place(cursor, [(lane, one) for one in without], snapshot, self._carrier_id)
            self.without += len(without)

    def _move(
        self,
        cursor: Any,
        lane: int,
        key: tuple[int, int, int, tuple[str, ...]],
        ids: list[uuid.UUID],
        now: datetime,
    ) -> None:
        to, route_id, cost, why = key
        move = {
            "from": self._carrier_id,
            "to": to,
            "why": self._reason,
            "at": now.isoformat(timespec="seconds"),
        }
        values = {
            "carrier": self._carrier_id,
            "lane": lane,
            "to": to,
            "ids": Uuids(ids),
            "cost": cost,
            "facts": json.dumps({"route": route_id, "why": why}),
            "move": json.dumps(move),
        }
        cursor.execute(_MOVE, values)
        cursor.execute(_NOTE, values)
        self.to[to] += len(ids)
        if lane == EXPRESS_LANE:
            cursor.execute("SELECT pg_notify(%s, %s)", [EXPRESS_CHANNEL, str(to)])


def _choose(snapshot: Snapshot, row: _Row, lane: int, now: datetime) -> RouteDecision | None:
    """None where account or sender are gone: that is decided when it is claimed."""
    sender, account = snapshot.senders.get(row.sender_id), snapshot.accounts.get(row.account_id)
    if sender is None or account is None:
        return None
    left = None if row.not_after is None else int((row.not_after - now).total_seconds())
    return choose(
        snapshot.routing,
        RouteRequest(
            msisdn=row.msisdn,
            country=row.country,
            network_id=row.network_id,
            sender_id=row.sender_id,
            sender_kind=sender.kind,
            message_class=LANES[lane],
            account_id=row.account_id,
            segments=row.segments,
            spread=row.spread,
            avoid_carrier_ids=frozenset(row.tried),
            traffic_kind=sender.traffic_kind,
            deadline_seconds=left,
            must_stay_in=ANYWHERE if row.is_test else account.residency,
            is_test=row.is_test,
        ),
    )
