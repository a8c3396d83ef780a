"""Rows of the ledger: read, locked, made and written, a batch per statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.common.arrays import Texts
from messaging.frequency import Standing, slots_packed, slots_unpacked

Key = tuple[int, str]  # advertiser, MSISDN
Standings = dict[Key, Standing]

# Rows that are there are locked and stay as they are (PostgreSQL, INSERT: "all rows will be locked
# when the ON CONFLICT DO UPDATE action is taken").
_INSERT = """
INSERT INTO messaging_frequency AS f (advertiser_id, msisdn, slots, reserved_at, asked_id, asked_at)
SELECT %(advertiser)s, v.msisdn, decode(v.slots, 'hex'), %(now)s, nullif(v.asked, '')::uuid,
    CASE WHEN v.asked <> '' THEN %(now)s::timestamptz END
FROM unnest(%(msisdns)s::text[], %(slots)s::text[], %(asked)s::text[]) AS v(msisdn, slots, asked)
ON CONFLICT (advertiser_id, msisdn) DO UPDATE SET reserved_at = f.reserved_at WHERE false
RETURNING f.msisdn
"""
_READ = """
SELECT f.msisdn, f.slots, uuid_send(f.asked_id) FROM messaging_frequency f
WHERE f.advertiser_id = %(advertiser)s AND f.msisdn = ANY(%(msisdns)s)
"""
_UPDATE = """
UPDATE messaging_frequency f SET slots = decode(v.slots, 'hex'), reserved_at = %(now)s,
    asked_id = nullif(v.asked, '')::uuid,
    asked_at = CASE WHEN v.asked = coalesce(encode(uuid_send(f.asked_id), 'hex'), '') THEN f.asked_at
                    WHEN v.asked <> '' THEN %(now)s::timestamptz END
FROM unnest(%(msisdns)s::text[], %(slots)s::text[], %(asked)s::text[]) AS v(msisdn, slots, asked)
WHERE f.advertiser_id = %(advertiser)s AND f.msisdn = v.msisdn
"""


def standings_insert(
    cursor: Any, advertiser_id: int, made: Mapping[str, Standing], now: datetime
) -> set[str]:
    """Makes the rows that are not there, and locks the others, in the order given; returns the
    numbers of those that it made."""
    if not made:
        return set()
    cursor.execute(_INSERT, _values(advertiser_id, made, now))
    return {row[0] for row in cursor.fetchall()}


def standings_read(cursor: Any, advertiser_id: int, msisdns: Sequence[str]) -> Standings:
    """The rows that are there, as they are now."""
    values = {"advertiser": advertiser_id, "msisdns": Texts(msisdns)}
    cursor.execute(_READ, values)
    return {
        (advertiser_id, msisdn): Standing(slots_unpacked(slots), asked_id)
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
        "slots": Texts([slots_packed(one.slots).hex() for one in standings.values()]),
        "asked": Texts([(one.asked_id or b"").hex() for one in standings.values()]),
        "now": now,
    }
