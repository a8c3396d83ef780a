"""How carriers stand this moment, for a page that asks every other second: small, bounded queries
whatever waits, and one answer for everybody who looks."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from config.common import clock

CACHED_SECONDS = 2
MOST_WAITING = 10_000
_SPAN_SECONDS = 10

# Counting stops where the number says enough; the oldest is the first of each lane by the key.
_CARRIERS = """
SELECT c.id, c.name, c.is_active,
    (SELECT count(*) FROM carriers_bind b WHERE b.carrier_id = c.id AND b.is_enabled),
    (SELECT count(*) FROM carriers_bindlease l JOIN carriers_bind b ON b.id = l.bind_id
     WHERE b.carrier_id = c.id AND b.is_enabled AND l.state IN ('bound', 'throttled')
       AND l.expires_at > now()),
    (SELECT count(*) FROM (SELECT 1 FROM messaging_dispatch d WHERE d.carrier_id = c.id
        LIMIT %(most)s) AS waiting),
    (SELECT min(first.id::text) FROM generate_series(0, 3) AS lane, LATERAL (
        SELECT d.id FROM messaging_dispatch d WHERE d.carrier_id = c.id AND d.lane = lane
        ORDER BY d.carrier_id, d.lane, d.id LIMIT 1) AS first)
FROM carriers_carrier c ORDER BY c.name
"""
_RATES = """
SELECT carrier_id,
    sum(n) FILTER (WHERE what IN ('accepted', 'accepted_part', 'accepted_unasked')),
    sum(n) FILTER (WHERE what NOT IN ('accepted', 'accepted_part', 'accepted_unasked', 'status',
        'tenth', 'delivered', 'undelivered', 'undeliverable', 'receipt_expired',
        'receipt_rejected', 'deleted', 'partial', 'no_receipt'))
FROM routing_observationdelta WHERE at > now() - make_interval(secs => %s) GROUP BY carrier_id
"""
_QUALITY = """
SELECT carrier_id, sum(delivery_rate * samples) / sum(samples),
    sum(coverage * samples) / sum(samples)
FROM routing_routequality
WHERE network_id = 0 AND delivery_rate IS NOT NULL AND samples > 0 GROUP BY carrier_id
"""
_HEAT = """
SELECT DISTINCT ON (carrier_id) carrier_id, state, value, message_class, pinned_state
FROM routing_temperature
ORDER BY carrier_id, CASE state WHEN 'hot' THEN 2 WHEN 'warm' THEN 1 ELSE 0 END DESC, value DESC
"""


@dataclass(frozen=True, slots=True)
class CarrierNow:
    """One carrier; `waiting` is exact up to 10,000, `oldest_seconds` of the message that has been
    longest in its queue."""

    id: int
    name: str
    is_active: bool
    binds: int
    bound: int
    waiting: int
    oldest_seconds: float | None
    per_second: float
    troubles_per_second: float
    delivery_rate: float | None
    coverage: float | None
    state: str
    temperature: float
    is_pinned: bool


# Of this process: whoever looks within two seconds gets the same answer.
_latest: list[tuple[float, list[CarrierNow]]] = [(float("-inf"), [])]


def carriers_live() -> list[CarrierNow]:
    """All carriers, at most two seconds old."""
    at, found = _latest[0]
    if time.monotonic() - at > CACHED_SECONDS:
        found = _read()
        _latest[0] = (time.monotonic(), found)
    return found


def carriers_forget() -> None:
    """Read anew next time (tests)."""
    _latest[0] = (float("-inf"), [])


def _read() -> list[CarrierNow]:
    with connection.cursor() as cursor:
        cursor.execute(_CARRIERS, {"most": MOST_WAITING})
        rows = cursor.fetchall()
        cursor.execute(_RATES, [_SPAN_SECONDS])
        rates = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_QUALITY)
        quality = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_HEAT)
        heat = {row[0]: row[1:] for row in cursor.fetchall()}
    now = clock.now()
    return [_carrier(row, rates, quality, heat, now) for row in rows]


def _carrier(
    row: Any, rates: dict[int, Any], quality: dict[int, Any], heat: dict[int, Any], now: datetime
) -> CarrierNow:
    carrier_id, name, is_active, binds, bound, waiting, oldest = row
    taken, troubles = rates.get(carrier_id, (0, 0))
    delivery_rate, coverage = quality.get(carrier_id, (None, None))
    state, value, _klass, pinned = heat.get(carrier_id, ("cool", 0.0, "", ""))
    return CarrierNow(
        carrier_id, name, is_active, binds, bound, waiting,
        None if oldest is None else max(0.0, (now - _time_of(oldest)).total_seconds()),
        (taken or 0) / _SPAN_SECONDS, (troubles or 0) / _SPAN_SECONDS,
        delivery_rate, coverage, state, value, bool(pinned),
    )  # fmt: skip


def _time_of(uuid7: str) -> datetime:
    """The time in a UUIDv7: its first 48 bits are milliseconds (RFC 9562 §5.7)."""
    return datetime.fromtimestamp(int(uuid7.replace("-", "")[:12], 16) / 1000, tz=UTC)
