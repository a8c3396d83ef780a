"""Heat, quality and operators' orders as the engine takes them: a query each, once a second."""

from django.db.models import Q

from config.common import clock
from routing.constants import HeatState
from routing.engine.moments import Heat, MomentKey, Order, Quality
from routing.models import CarrierOrder, RouteQuality, Temperature


def heats() -> dict[MomentKey, Heat]:
    """What is not cool, or pinned; whatever is not here keeps its share."""
    rows = Temperature.objects.filter(Q(share__lt=1) | ~Q(pinned_state=""))
    return {
        (carrier, network, message_class): Heat(
            5.0 * round(value / 5),
            HeatState(state).value,  # type: ignore[arg-type]  # the same words
            share,
            is_pinned=bool(pinned),
        )
        for carrier, network, message_class, value, state, share, pinned in rows.values_list(
            "carrier_id", "network_id", "message_class", "value", "state", "share", "pinned_state"
        )
    }


def qualities() -> dict[MomentKey, Quality]:
    """How carriers do, where that is known."""
    rows = RouteQuality.objects.all()
    return {
        (row.carrier_id, row.network_id or None, row.message_class): Quality(
            row.delivery_rate, row.median_seconds, row.coverage, row.conversion, row.samples
        )
        for row in rows
    }


def orders() -> tuple[Order, ...]:
    """Operators' orders in force, oldest first."""
    now = clock.now()
    rows = CarrierOrder.objects.filter(ended_at=None).exclude(until__lte=now).order_by("id")
    return tuple(
        Order(
            id=row.pk,
            kind=row.kind,  # type: ignore[arg-type]  # the choices are the literal's
            carrier_id=row.carrier_id,
            to_carrier_id=row.to_carrier_id,
            part=row.part,
            network_id=row.network_id,
            message_class=row.message_class,
        )
        for row in rows
    )
