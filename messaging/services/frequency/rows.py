"""Rows of the ledger: read, locked, made and written, a batch per statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from messaging.arrays import Texts
from messaging.frequency import Slot, Standing

Key = tuple[int, str]  # advertiser, MSISDN
Standings = dict[Key, Standing]

_INSERT = """
INSERT INTO messaging_frequency (advertiser_id, msisdn, slots, reserved_at, asked_id, asked_at)
SELECT %(advertiser)s, v.msisdn, v.slots::jsonb, %(now)s, nullif(v.asked, '')::uuid,
    CASE WHEN v.asked <> '' THEN %(now)s::timestamptz END
FROM unnest(%(msisdns)s::text[], %(slots)s::text[], %(asked)s::text[]) AS v(msisdn, slots, asked)
ON CONFLICT (advertiser_id, msisdn) DO NOTHING RETURNING msisdn
"""
_READ = """
SELECT f.msisdn, f.slots::text, f.asked_id::text FROM messaging_frequency f
WHERE f.advertiser_id = %(advertiser)s AND f.msisdn = ANY(%(msisdns)s) ORDER BY f.msisdn
"""
_LOCK = f"{_READ} FOR UPDATE"
_UPDATE = """
UPDATE messaging_frequency f SET slots = v.slots::jsonb, reserved_at = %(now)s,
    asked_id = nullif(v.asked, '')::uuid,
    asked_at = CASE WHEN v.asked = coalesce(f.asked_id::text, '') THEN f.asked_at
                    WHEN v.asked <> '' THEN %(now)s::timestamptz END
FROM unnest(%(msisdns)s::text[], %(slots)s::text[], %(asked)s::text[]) AS v(msisdn, slots, asked)
WHERE f.advertiser_id = %(advertiser)s AND f.msisdn = v.msisdn
"""


def standings_insert(
    cursor: Any, advertiser_id: int, made: Mapping[str, Standing], now: datetime
) -> set[str]:
    """Makes the rows that are not there (in the order given); returns their numbers."""
    if not made:
        return set()
    cursor.execute(_INSERT, _values(advertiser_id, made, now))
    return {row[0] for row in cursor.fetchall()}


def standings_read(
    cursor: Any, advertiser_id: int, msisdns: Sequence[str], *, lock: bool
) -> Standings:
    """The rows that are there, locked in the order of their numbers where asked for."""
    values = {"advertiser": advertiser_id, "msisdns": Texts(msisdns)}
    cursor.execute(_LOCK if lock else _READ, values)
    return {
        (advertiser_id, msisdn): Standing(tuple(map(Slot._make, json.loads(slots))), asked_id)
        for msisdn, slots, asked_id in cursor.fetchall()
    }


def standings_write(cursor: Any, changed: Standings, now: datetime) -> None:
    """Writes rows that the transaction has locked."""
    by_advertiser: dict[int, dict[str, Standing]] = {}
    for (advertiser_id, msisdn), standing in changed.items():
        by_advertiser.setdefault(advertiser_id, {})[msisdn] = standing
    for advertiser_id, those in by_advertiser.items():
        cursor.execute(_UPDATE, _values(advertiser_id, those, now))


def _values(advertiser_id: int, standings: Mapping[str, Standing], now: datetime) -> dict[str, Any]:
    return {
        "advertiser": advertiser_id,
        "msisdns": Texts(standings),
        "slots": Texts([_stored(one.slots) for one in standings.values()]),
        "asked": Texts([str(one.asked_id or "") for one in standings.values()]),
        "now": now,
    }


def _stored(slots: Iterable[Slot]) -> str:
    """A JSON array of arrays; `json.dumps` would cost more than all the rest."""
    return f"[{','.join(map(_written, slots))}]"


def _written(slot: Slot) -> str:
    campaign = "null" if slot.campaign_id is None else slot.campaign_id
    sent = "null" if slot.sent_at is None else f"{slot.sent_at:.6f}"
    return f'["{slot.message_id}",{slot.lane},{campaign},{slot.priority},{slot.reserved_at:.6f},{sent}]'
