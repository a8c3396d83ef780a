"""Which carriers can take messages now, and how many, as their binds' leases say."""

from dataclasses import dataclass

from django.db import connection

_SQL = """
SELECT c.id, c.is_active, c.is_sandbox, c.data_country, count(live.carrier_id) > 0,
    CASE WHEN bool_and(live.throughput IS NOT NULL) THEN
        least(sum(live.throughput), min(c.throughput))
    ELSE min(c.throughput) END
FROM carriers_carrier c LEFT JOIN (
    SELECT b.carrier_id, b.throughput
    FROM carriers_bindlease l JOIN carriers_bind b ON b.id = l.bind_id
    WHERE b.is_enabled AND b.bind_type <> 'receiver' AND l.state IN ('bound', 'throttled')
      AND l.expires_at > now()
) AS live ON live.carrier_id = c.id
GROUP BY c.id ORDER BY c.id
"""


@dataclass(frozen=True, slots=True)
class CarrierStanding:
    """A carrier now: switched on by people, with a bound session that may submit, and how many
    segments a second its bound binds may take by contract (None: no limit)."""

    id: int
    is_active: bool
    is_sandbox: bool
    data_country: str
    is_available: bool
    capacity: float | None


def carrier_standings() -> list[CarrierStanding]:
    """Every carrier; one query, asked by each process every second."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        return [CarrierStanding(*row) for row in cursor.fetchall()]
