"""Shifts whose target cannot take the traffic: noted on the order, and told once each time."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from compliance.constants import MessageClass
from config.common import clock
from routing.constants import HeatState, OrderKind, PlatformEventType, Rest
from routing.models import CarrierOrder, CarrierWatch, Route, RoutePolicy, Temperature
from routing.services.platform_events import platform_event_append


@transaction.atomic
def orders_rest() -> int:
    """Compares each open shift to a carrier with what holds now; returns how many changed. The
    keeper of temperatures calls it every second. The engine itself decides message by message;
    this says to people what holds for all of them."""
    found = CarrierOrder.objects.filter(
        kind=OrderKind.SHIFT, ended_at=None, to_carrier__isnull=False
    ).select_related("to_carrier")
    changed = [(order, why) for order in found if (why := _why(order)) != order.rests]
    for order, why in changed:
        order.rests = why
        order.save(update_fields=["rests"])
        _tell(order)
    return len(changed)


def _why(order: CarrierOrder) -> Rest:
    target = order.to_carrier
    if target is None:
        return Rest.NONE
    if not target.is_active:
        return Rest.OFF
    if _is_unbound(target.pk):
        return Rest.UNBOUND
    if _is_drained(order, target.pk):
        return Rest.DRAINED
    if _is_hot(order, target.pk):
        return Rest.HOT
    return Rest.NONE if _has_route(order, target.pk) else Rest.NO_ROUTE


def _is_unbound(carrier_id: int) -> bool:
    """For as long as it takes to be told of: a reconnect is no news."""
    patience = timedelta(seconds=settings.REROUTE_UNBOUND_SECONDS)
    return CarrierWatch.objects.filter(
        carrier_id=carrier_id, is_bound=False, since__lte=clock.now() - patience
    ).exists()


def _is_drained(order: CarrierOrder, carrier_id: int) -> bool:
    return CarrierOrder.objects.filter(
        Q(network=None) | Q(network_id=order.network_id),
        kind=OrderKind.DRAIN,
        ended_at=None,
        carrier_id=carrier_id,
        message_class__in=("", order.message_class),
    ).exists()


def _is_hot(order: CarrierOrder, carrier_id: int) -> bool:
    """For all classes that it is for; a network without a temperature has the carrier's."""
    rows = Temperature.objects.filter(
        Q(network=None) | Q(network_id=order.network_id), carrier_id=carrier_id
    )
    hot = {row.message_class for row in rows if (row.pinned_state or row.state) == HeatState.HOT}
    return hot >= ({order.message_class} if order.message_class else set(MessageClass.values))


def _has_route(order: CarrierOrder, carrier_id: int) -> bool:
    routes = Route.objects.filter(
        policy=RoutePolicy.objects.in_force_or_first(),
        carrier_id=carrier_id,
        is_active=True,
    )
    if order.network_id:
        routes = routes.filter(Q(network=None) | Q(network_id=order.network_id))
    if order.message_class:
        routes = routes.filter(
            Q(message_classes=[]) | Q(message_classes__contains=[order.message_class])
        )
    return routes.exists()


def _tell(order: CarrierOrder) -> None:
    now = clock.now()
    kind = PlatformEventType.ORDER_RESTS if order.rests else PlatformEventType.ORDER_RESUMED
    facts: dict[str, Any] = {
        "order": order.pk,
        "to_carrier": order.to_carrier_id,
        "to": str(order.to_carrier),
        "rests": order.rests,
        "reason": order.reason,
    }
    platform_event_append(
        kind,
        at=now,
        key=f"{kind}:{order.pk}:{now.timestamp()}",
        carrier_id=order.carrier_id,
        data=facts,
    )
