"""Claiming: which rows of the dispatch queue leave now, on which bind, under which lease."""

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from carriers.ports import SubmitResult
from compliance.constants import LANES
from config.common.arrays import Uuids

LOWEST_ID = uuid.UUID(int=0)


@dataclass(slots=True, eq=False)
class Claim:
    """A message that this worker may send now.

    `claimed_at` is monotonic and taken before the claim statement ran: from it counts the
    second within which an opt-out must bite. `written` has a bit for each segment that was
    handed to a session: until then nothing of the message is on the wire.
    """

    id: uuid.UUID
    lane: int
    account_id: int
    advertiser_id: int
    campaign_id: int | None
    msisdn: str
    not_after: datetime | None
    rules_version: int
    attempts: int
    text: str
    encoding: str
    segment_count: int
    segment_reference: int | None
    segments_sent: int
    sender_id: int
    tried_carriers: list[int]
    network_id: int | None
    is_test: bool
    suppressed: bool
    claimed_at: float
    written: int = 0
    dropped: bool = False
    results: dict[int, SubmitResult] = field(default_factory=dict)


# One statement reads, claims and checks: the suppression check sees every opt-out that
# committed before it began. `id = ANY(ARRAY(subselect))` because a join with a usually empty
# table plans itself fifty times slower; the cursor `after` keeps dead rows out of the way.
_CLAIM = """
WITH claimed AS (
    UPDATE messaging_dispatch d SET bind_id = %(bind)s, lease_epoch = %(epoch)s
    WHERE d.carrier_id = %(carrier)s AND d.lane = %(lane)s AND d.id = ANY(ARRAY(
        SELECT q.id FROM messaging_dispatch q
        WHERE q.carrier_id = %(carrier)s AND q.lane = %(lane)s AND q.id > %(after)s
          AND q.bind_id IS NULL
          AND (q.campaign_id IS NULL OR q.campaign_id <> ALL(%(held)s))
          AND EXISTS (SELECT 1 FROM carriers_bindlease l WHERE l.bind_id = %(bind)s
                      AND l.epoch = %(epoch)s AND l.expires_at > now())
        ORDER BY q.carrier_id, q.lane, q.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    RETURNING d.id, d.lane, d.account_id, d.advertiser_id, d.campaign_id, d.msisdn,
        d.not_after, d.rules_version, d.attempts, d.tried_carriers
)
SELECT c.id, c.lane, c.account_id, c.advertiser_id, c.campaign_id, c.msisdn, c.not_after,
    c.rules_version, c.attempts, m.text, m.encoding, m.segment_count, m.segment_reference,
    m.segments_sent, m.sender_id, c.tried_carriers, m.network_id, m.is_test,
    EXISTS (SELECT 1 FROM compliance_suppression s
        WHERE s.msisdn = c.msisdn AND s.account_id = c.account_id AND s.lifted_at IS NULL
          AND m.origin <> 'system'  -- the confirmation of the refusal itself
          AND (s.advertiser_id IS NULL OR s.advertiser_id = c.advertiser_id)
          AND s.purpose IN ('all', %(purpose)s)
          AND (s.sender = '' OR s.sender = (
              SELECT r.address FROM routing_sender r WHERE r.id = m.sender_id))
          AND (s.program_id IS NULL OR s.program_id = (
              SELECT t.program_id FROM messaging_template t
              JOIN messaging_templateversion v ON v.template_id = t.id
              WHERE v.id = m.template_version_id))) AS suppressed
FROM claimed c JOIN messaging_message m ON m.id = c.id
"""


class Claimer:
    """Takes rows for one bind, lane by lane, oldest first, with a cursor per lane."""

    def __init__(self, *, carrier_id: int, bind_id: int, epoch: int) -> None:
        self._where = {"carrier": carrier_id, "bind": bind_id, "epoch": epoch}
        self._after: dict[int, uuid.UUID] = {}

    def rewind(self) -> None:
        """Starts again from the oldest row: requeued rows lie behind the cursor."""
        self._after.clear()

    def claim(
        self, cursor: Any, lanes: Iterable[int], limit: int, held: Sequence[int]
    ) -> list[Claim]:
        """At most `limit` rows of these lanes, in lane order; commits with the cursor's own."""
        claims: list[Claim] = []
        for lane in lanes:
            if len(claims) >= limit:
                break
            claims += self._claim_lane(cursor, lane, limit - len(claims), held)
        return claims

    def _claim_lane(self, cursor: Any, lane: int, limit: int, held: Sequence[int]) -> list[Claim]:
        began = time.monotonic()
        parameters = self._where | {
            "lane": lane,
            "after": self._after.get(lane, LOWEST_ID),
            "held": list(held),
            "limit": limit,
            "purpose": LANES[lane],
        }
        cursor.execute(_CLAIM, parameters)
        claims = [Claim(*row, began) for row in cursor.fetchall()]  # type: ignore[call-arg]
        claims.sort(key=lambda claim: claim.id.int)
        if claims:
            self._after[lane] = claims[-1].id
        return claims


# One statement a lane: `id = ANY(array)` under the whole key's prefix is an index probe per id,
# where a join with an array plans itself as array times table.
_MINE = """d.carrier_id = %(carrier)s AND d.lane = %(lane)s AND d.id = ANY(%(ids)s)
  AND d.bind_id = %(bind)s AND d.lease_epoch = %(epoch)s"""
_RELEASE = f"""
UPDATE messaging_dispatch d SET bind_id = NULL, lease_epoch = NULL,
    attempts = attempts + %(tried)s
WHERE {_MINE}
"""  # noqa: S608  constant parts
_REMOVE = f"""
DELETE FROM messaging_dispatch d WHERE {_MINE}
"""  # noqa: S608  constant parts
_DEFER = f"""
WITH gone AS (
    DELETE FROM messaging_dispatch d WHERE {_MINE} RETURNING d.*
)
INSERT INTO messaging_waiting (id, due_at, lane, account_id, advertiser_id, campaign_id, msisdn,
    not_after, attempts, reason, tried_carriers)
SELECT g.id, coalesce(%(due)s::timestamptz, 'infinity'), g.lane, g.account_id, g.advertiser_id,
    g.campaign_id, g.msisdn, m.not_after, g.attempts + %(tried)s, %(reason)s,
    g.tried_carriers || %(refused_by)s::bigint[]
FROM gone g JOIN messaging_message m ON m.id = g.id
"""  # noqa: S608  constant parts


class Holder:
    """Changes of claimed rows that only their present holder may make."""

    def __init__(self, *, carrier_id: int, bind_id: int, epoch: int) -> None:
        self._where = {"carrier": carrier_id, "bind": bind_id, "epoch": epoch}

    def release(self, cursor: Any, claims: Sequence[Claim], *, tried: int = 0) -> None:
        """Back into the queue, for whoever claims next; `tried` counts an attempt."""
        self._execute(cursor, _RELEASE, claims, tried=tried)

    def remove(self, cursor: Any, claims: Sequence[Claim]) -> None:
        """Out of the queue: the message has its outcome."""
        self._execute(cursor, _REMOVE, claims)

    def defer(
        self,
        cursor: Any,
        claims: Sequence[Claim],
        *,
        due: datetime | None,
        reason: str,
        tried: int = 0,
        refused_by: Sequence[int] = (),
    ) -> None:
        """Into the waiting table until `due` (None: until somebody resumes it). `refused_by`: the
        carriers that it is not to be given to again."""
        self._execute(
            cursor,
            _DEFER,
            claims,
            due=due,
            reason=reason,
            tried=tried,
            refused_by=list(refused_by),
        )

    def _execute(self, cursor: Any, statement: str, claims: Sequence[Claim], **more: Any) -> None:
        for lane in sorted({claim.lane for claim in claims}):
            ids = Uuids([claim.id for claim in claims if claim.lane == lane])
            ids.sort(key=_by_number)
            cursor.execute(statement, self._where | {"lane": lane, "ids": ids} | more)


def _by_number(key: uuid.UUID) -> int:
    return key.int  # UUID's own comparison costs ten times as much
