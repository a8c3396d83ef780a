"""Heat, quality and operators' orders as the engine takes them: one query, once a second."""

from typing import Any, NamedTuple

from django.db import connection

from config.common import clock
from routing.constants import HeatState
from routing.engine.moments import Heat, MomentKey, Order, Quality

# Every process asks this every second, so it is one round trip and no model is made. Whatever
# is cool and nobody pinned keeps its share and is left out.
_SQL = """
SELECT
    (SELECT json_agg(json_build_array(carrier_id, network_id, message_class, value, state, share,
        pinned_state)) FROM routing_temperature WHERE share < 1 OR pinned_state <> ''),
    (SELECT json_agg(json_build_array(carrier_id, nullif(network_id, 0), message_class,
        delivery_rate, median_seconds, coverage, conversion, samples)) FROM routing_routequality),
    (SELECT json_agg(json_build_array(id, kind, carrier_id, to_carrier_id, part, network_id,
        message_class) ORDER BY id) FROM routing_carrierorder
        WHERE ended_at IS NULL AND (until IS NULL OR until > %(now)s))
"""


class Moments(NamedTuple):
    """What is neither cool nor unknown, and the orders in force, oldest first."""

    heats: dict[MomentKey, Heat]
    qualities: dict[MomentKey, Quality]
    orders: tuple[Order, ...]


def moments() -> Moments:
    """All three as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"now": clock.now()})
        heats_, qualities_, orders_ = cursor.fetchone()
    return Moments(
        heats=dict(map(_heat, heats_ or ())),
        qualities={(row[0], row[1], row[2]): Quality(*row[3:]) for row in qualities_ or ()},
        orders=tuple(Order(*row) for row in orders_ or ()),
    )


def heats() -> dict[MomentKey, Heat]:
    """What is not cool, or pinned; whatever is not here keeps its share."""
    return moments().heats


def orders() -> tuple[Order, ...]:
    """Operators' orders in force, oldest first."""
    return moments().orders


def _heat(row: Any) -> tuple[MomentKey, Heat]:
    carrier, network, message_class, value, state, share, pinned = row
    return (carrier, network, message_class), Heat(
        5.0 * round(value / 5),
        HeatState(state).value,  # type: ignore[arg-type]  # the same words
        share,
        is_pinned=bool(pinned),
    )
