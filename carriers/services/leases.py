"""Leases of binds: who may hold a session.

A lease is taken by compare-and-swap on what the taker has seen; each taking raises the epoch. The
holder renews it every second and stops at a deadline of its own clock, taken before its renewal
was sent, so that even a worker that was frozen never writes after somebody else may have started
(invariant 8). `expires_at`, by database time, is what queries and claims go by; whether a silent
holder may be followed is `carriers.watch`'s to say, which trusts no clock that can jump.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from carriers.meters import Measured
from carriers.watch import SeenLease

LEASE_SECONDS = 8.0
# Clocks of one machine drift by less; a holder stops this long before the database says so.
_MARGIN_SECONDS = 1.0
# A worker that was not seen for so long gets no binds, and nobody waits for it to take any.
_WORKER_SECONDS = 4.0
_SETTLED_SECONDS = 5.0
_FORGET_SECONDS = 3600.0
_NOTHING = Measured(0, 0.0, None)


@dataclass(frozen=True, slots=True)
class TakenLease:
    """The right to a bind until `deadline` (monotonic); `former_*` say who had it before."""

    bind_id: int
    epoch: int
    deadline: float
    former_epoch: int
    former_host: str


_ENSURE = """
INSERT INTO carriers_bindlease (bind_id, holder, host, epoch, journal, state, detail)
SELECT id, '', '', 0, '', 'unbound', '' FROM carriers_bind b
WHERE NOT EXISTS (SELECT 1 FROM carriers_bindlease l WHERE l.bind_id = b.id)
ON CONFLICT DO NOTHING
"""
_SEEN = """
SELECT l.bind_id, l.epoch, l.expires_at, l.holder, l.journal, b.is_enabled AND c.is_active
FROM carriers_bindlease l JOIN carriers_bind b ON b.id = l.bind_id
JOIN carriers_carrier c ON c.id = b.carrier_id
ORDER BY random()
"""
_TAKE = """
WITH former AS (
    SELECT bind_id, epoch, host FROM carriers_bindlease
    WHERE bind_id = %(bind)s AND epoch = %(epoch)s
        AND expires_at IS NOT DISTINCT FROM %(expires)s::timestamptz FOR UPDATE
)
UPDATE carriers_bindlease l SET holder = %(holder)s, host = %(host)s, epoch = former.epoch + 1,
    journal = %(lock)s, expires_at = now() + make_interval(secs => %(seconds)s),
    state = 'starting', state_since = now(), detail = '', in_flight = 0, per_second = 0, pace = NULL
FROM former WHERE l.bind_id = former.bind_id
RETURNING l.epoch, former.epoch, former.host
"""
_RENEW = """
UPDATE carriers_bindlease l SET expires_at = now() + make_interval(secs => %(seconds)s),
    in_flight = held.in_flight, per_second = held.per_second, pace = held.pace
FROM unnest(%(binds)s::bigint[], %(epochs)s::bigint[], %(flights)s::int[], %(rates)s::float8[],
    %(paces)s::float8[]) AS held(bind_id, epoch, in_flight, per_second, pace)
WHERE l.bind_id = held.bind_id AND l.epoch = held.epoch AND l.expires_at IS NOT NULL
RETURNING l.bind_id
"""
_RELEASE = """
UPDATE carriers_bindlease SET expires_at = NULL, holder = '', journal = '', state = 'unbound',
    state_since = now() WHERE bind_id = %s AND epoch = %s
"""
_BEAT = """
INSERT INTO carriers_carrierworker (holder, started_at, seen_at)
VALUES (%(holder)s, now(), now())
ON CONFLICT (holder) DO UPDATE SET seen_at = excluded.seen_at
"""
_WORKERS = """
SELECT holder, started_at < now() - make_interval(secs => %(settled)s)
FROM carriers_carrierworker
WHERE seen_at > now() - make_interval(secs => %(seen)s) AND holder <> %(holder)s
"""
_LEAVE = """
DELETE FROM carriers_carrierworker
WHERE holder = %(holder)s OR seen_at < now() - make_interval(secs => %(forget)s)
"""


def leases_seen() -> list[SeenLease]:
    """Every bind's lease, in random order, so that workers do not race in line."""
    with connection.cursor() as cursor:
        cursor.execute(_ENSURE)
        cursor.execute(_SEEN)
        return [SeenLease(*row) for row in cursor.fetchall()]


def lease_take(*, seen: SeenLease, holder: str, host: str, lock: str = "") -> TakenLease | None:
    """The lease, or None where somebody was first or its holder has renewed it meanwhile."""
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "bind": seen.bind_id,
                "epoch": seen.epoch,
                "expires": seen.expires_at,
                "holder": holder,
                "host": host,
                "lock": lock,
                "seconds": LEASE_SECONDS,
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    deadline = began + LEASE_SECONDS - _MARGIN_SECONDS
    return TakenLease(seen.bind_id, row[0], deadline, row[1], row[2])


def leases_renew(
    held: Mapping[int, int], measured: Mapping[int, Measured] | None = None
) -> dict[int, float]:
    """Renews bind → epoch in one statement; returns the new deadlines of those still ours.

    What their holder measured is written with it, for people to see.
    Only for leases whose own deadline has not passed: then nobody may have followed, whatever
    the database's clock says, and if somebody has, the epoch tells.
    """
    began = time.monotonic()
    figures = [(measured or {}).get(bind_id, _NOTHING) for bind_id in held]
    with connection.cursor() as cursor:
        cursor.execute(
            _RENEW,
            {
                "binds": list(held),
                "epochs": list(held.values()),
                "flights": [one.in_flight for one in figures],
                "rates": [one.per_second for one in figures],
                "paces": [one.pace for one in figures],
                "seconds": LEASE_SECONDS,
            },
        )
        kept = [row[0] for row in cursor.fetchall()]
    return dict.fromkeys(kept, began + LEASE_SECONDS - _MARGIN_SECONDS)


def lease_release(*, bind_id: int, epoch: int) -> None:
    """Gives the bind up, so that another worker need not wait for the lease to run out."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [bind_id, epoch])


def worker_beat(*, holder: str) -> dict[str, bool]:
    """Says that this worker lives; returns the others that do, and whether each is past its
    first seconds: binds are not given up for a worker that dies at once."""
    values: dict[str, str | float] = {
        "holder": holder,
        "settled": _SETTLED_SECONDS,
        "seen": _WORKER_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, values)
        cursor.execute(_WORKERS, values)
        return dict(cursor.fetchall())


def worker_leave(*, holder: str) -> None:
    """Says that this worker takes no more binds."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, {"holder": holder, "forget": _FORGET_SECONDS})
