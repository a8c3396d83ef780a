"""How long a new message would wait at carriers, by what stands in their queues."""

from collections.abc import Mapping

from django.db import connection

from compliance.constants import LANES

_LEAST_SECONDS = 4.0  # less is nothing that routing should react to
# So many rows of a queue are counted: beyond, it is long enough.
_MOST = 20_000
# One read of the key per carrier, without the table: its rows change all the time.
_SQL = """
SELECT ahead.carrier_id, ahead.lane, count(*)
FROM unnest(%(carriers)s::bigint[]) AS c(id) CROSS JOIN LATERAL (
    SELECT carrier_id, lane FROM messaging_dispatch WHERE carrier_id = c.id
    ORDER BY carrier_id, lane, id LIMIT %(most)s
) AS ahead GROUP BY 1, 2 ORDER BY 1, 2
"""


def work_ahead(capacities: Mapping[int, float]) -> dict[tuple[int, str], float]:
    """Seconds that a new message of a class waits behind those of its lane and of more urgent
    ones, by carrier; in powers of two, so that shares do not follow every ripple."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"carriers": sorted(capacities), "most": _MOST})
        queued: dict[int, dict[int, int]] = {}
        for carrier_id, lane, count in cursor.fetchall():
            queued.setdefault(carrier_id, {})[lane] = count
    found: dict[tuple[int, str], float] = {}
    for carrier_id, lanes in queued.items():
        total = 0
        for lane, name in enumerate(LANES):
            total += lanes.get(lane, 0)
            seconds = total / max(capacities[carrier_id], 0.001)
            if seconds >= _LEAST_SECONDS:
                found[carrier_id, name] = _step(seconds)
    return found


def _step(seconds: float) -> float:
    step = _LEAST_SECONDS
    while step * 2 <= seconds:
        step *= 2
    return step
