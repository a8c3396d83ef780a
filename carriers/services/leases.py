"""Leases of binds: who may hold a session, decided by database time alone.

A lease is taken by compare-and-swap when the former one has run out; each taking raises the
epoch. The holder stops at a monotonic deadline taken before its renewal was sent, so that even
a worker that was frozen never writes after somebody else may have started (invariant 8).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

LEASE_SECONDS = 8.0
# Clocks of one machine drift by less; a holder stops this long before the database says so.
_MARGIN_SECONDS = 1.0


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
SELECT id, '', '', 0, '', 'unbound', '' FROM carriers_bind ON CONFLICT DO NOTHING
"""
_FREE = """
SELECT l.bind_id FROM carriers_bindlease l JOIN carriers_bind b ON b.id = l.bind_id
JOIN carriers_carrier c ON c.id = b.carrier_id
WHERE (l.expires_at IS NULL OR l.expires_at < now())
  AND ((b.is_enabled AND c.is_active) OR l.expires_at IS NOT NULL)
ORDER BY random()
"""
_TAKE = """
WITH former AS (
    SELECT bind_id, epoch, host FROM carriers_bindlease
    WHERE bind_id = %(bind)s AND (expires_at IS NULL OR expires_at < now()) FOR UPDATE
)
UPDATE carriers_bindlease l SET holder = %(holder)s, host = %(host)s, epoch = former.epoch + 1,
    expires_at = now() + make_interval(secs => %(seconds)s), state = 'starting',
    state_since = now(), detail = ''
FROM former WHERE l.bind_id = former.bind_id
RETURNING l.epoch, former.epoch, former.host
"""
_RENEW = """
UPDATE carriers_bindlease l SET expires_at = now() + make_interval(secs => %(seconds)s)
FROM unnest(%(binds)s::bigint[], %(epochs)s::bigint[]) AS held(bind_id, epoch)
WHERE l.bind_id = held.bind_id AND l.epoch = held.epoch AND l.expires_at > now()
RETURNING l.bind_id
"""
_RELEASE = """
UPDATE carriers_bindlease SET expires_at = NULL, holder = '', state = 'unbound',
    state_since = now() WHERE bind_id = %s AND epoch = %s
"""


def leases_free() -> list[int]:
    """Binds that nobody holds, in random order, so that workers do not race in line. Of binds
    that are switched off only those whose holder died: its messages are to be settled."""
    with connection.cursor() as cursor:
        cursor.execute(_ENSURE)
        cursor.execute(_FREE)
        return [row[0] for row in cursor.fetchall()]


def lease_take(*, bind_id: int, holder: str, host: str) -> TakenLease | None:
    """The lease, or None where somebody was first."""
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE, {"bind": bind_id, "holder": holder, "host": host, "seconds": LEASE_SECONDS}
        )
        row = cursor.fetchone()
    if row is None:
        return None
    deadline = began + LEASE_SECONDS - _MARGIN_SECONDS
    return TakenLease(bind_id, row[0], deadline, row[1], row[2])


def leases_renew(held: Mapping[int, int]) -> dict[int, float]:
    """Renews bind → epoch in one statement; returns the new deadlines of those still ours."""
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            _RENEW,
            {
                "binds": list(held),
                "epochs": list(held.values()),
                "seconds": LEASE_SECONDS,
            },
        )
        kept = [row[0] for row in cursor.fetchall()]
    return dict.fromkeys(kept, began + LEASE_SECONDS - _MARGIN_SECONDS)


def lease_release(*, bind_id: int, epoch: int) -> None:
    """Gives the bind up, so that another worker need not wait for the lease to run out."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [bind_id, epoch])
