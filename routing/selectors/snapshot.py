"""What routing decides over, read from the database once per configuration version."""

from datetime import date

from carriers.selectors.availability import carrier_standings
from routing.engine import Carrier, Momentary, Rate, Route, RoutingSnapshot, SenderEntry
from routing.models import Rate as RateRow
from routing.models import Route as RouteRow
from routing.models import Sender


def routing_snapshot(version: int, today: date) -> RoutingSnapshot:
    """Routes, carriers, rates and senders as configured now. `today` decides leases and rates."""
    present = momentary()
    return RoutingSnapshot(
        version=version,
        routes=tuple(_route(row) for row in RouteRow.objects.all()),
        carriers=present.carriers,
        heats=present.heats,
        qualities=present.qualities,
        orders=present.orders,
        rates=_rates(today),
        senders={
            row.id: SenderEntry(
                row.id, row.kind, frozenset(row.allowed_classes), sender_is_usable(row, today)
            )
            for row in Sender.objects.all()
        },
    )


def momentary() -> Momentary:
    """What holds at this moment, without a new configuration version: read once a second by each
    process, so it stays at a query or two."""
    return Momentary(carriers=carriers())


def carriers() -> dict[int, Carrier]:
    """Every carrier, switched on by people and available by a live bind."""
    return {
        one.id: Carrier(
            id=one.id,
            is_active=one.is_active,
            is_available=one.is_available,
            capacity=one.capacity,
            data_country=one.data_country,
        )
        for one in carrier_standings()
    }


def sender_is_usable(sender: Sender, today: date) -> bool:
    """Active and in lease; both ends of the lease are its days."""
    return (
        sender.status == "active"
        and sender.lease_start <= today
        and (sender.lease_end is None or today <= sender.lease_end)
    )


def _route(row: RouteRow) -> Route:
    return Route(
        id=row.id,
        carrier_id=row.carrier_id,
        tier=row.tier,
        weight=row.weight,
        country=row.country or None,
        network_id=row.network_id,
        prefix=row.prefix or None,
        message_classes=frozenset(row.message_classes) or None,
        sender_kinds=frozenset(row.sender_kinds) or None,
        account_ids=frozenset({row.account_id}) if row.account_id else None,
        is_active=row.is_active,
        traffic_kind=row.traffic_kind,
    )


def _rates(today: date) -> tuple[Rate, ...]:
    """In force today, oldest first, because the last one of a key holds."""
    rows = RateRow.objects.filter(effective_from__lte=today).order_by("effective_from", "id")
    return tuple(
        Rate(
            country=row.country,
            amount_micros=row.amount_micros,
            network_id=row.network_id,
            message_class=row.message_class or None,
            carrier_id=row.carrier_id,
            account_id=row.account_id,
            currency=row.currency,
        )
        for row in rows
    )
