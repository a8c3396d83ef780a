"""Operators' orders to traffic: drain, shift, pin; each with a reason, an author and an end."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from carriers.models import Carrier
from compliance.constants import MessageClass
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from routing.constants import HeatState, OrderEnd, OrderKind, PlatformEventType
from routing.models import CarrierOrder, Network, Temperature, TemperatureChange
from routing.services.platform_events import platform_event_append

# A carrier that is shifted away from counts as cool after so long without a warm place.
COOL_AFTER = timedelta(minutes=2)


@transaction.atomic
def drain_order(
    *,
    carrier: Carrier,
    reason: str,
    actor: Any,
    until: datetime | None = None,
    network: Network | None = None,
    message_class: str = "",
) -> CarrierOrder:
    """Nothing new to the carrier and its waiting messages to others; sessions stay for receipts.

    Raises InvalidError with the field, ConflictError where it is being drained already."""
    _check(reason, until, message_class)
    if CarrierOrder.objects.filter(
        kind=OrderKind.DRAIN, carrier=carrier, network=network, message_class=message_class,
        ended_at=None,
    ).exists():  # fmt: skip
        raise ConflictError(
            "already_drained",
            _("This carrier is being drained already: lift that order first, or leave it."),
        )
    order = _give(
        CarrierOrder(
            kind=OrderKind.DRAIN, carrier=carrier, network=network, message_class=message_class,
            reason=reason.strip(), author=actor, until=until,
        )
    )  # fmt: skip
    _told(PlatformEventType.CARRIER_DRAINED, order)
    return order


@transaction.atomic
def shift_order(
    *,
    carrier: Carrier,
    to_carrier: Carrier | None,
    part: float,
    reason: str,
    actor: Any,
    until: datetime | None = None,
    until_cool: bool = False,
    network: Network | None = None,
    message_class: str = "",
) -> CarrierOrder:
    """`part` (0.01 to 1) of the carrier's traffic to another one, where routes allow it; back by
    itself at `until` or, with `until_cool`, when the carrier has cooled. Raises InvalidError."""
    _check(reason, until, message_class)
    if not 0.01 <= part <= 1:
        raise InvalidError("part_out_of_range", _("Shift between 1 and 100 percent."), field="part")
    if to_carrier is not None and to_carrier.pk == carrier.pk:
        raise InvalidError(
            "same_carrier", _("Shift to another carrier than this one."), field="to_carrier"
        )
    order = _give(
        CarrierOrder(
            kind=OrderKind.SHIFT, carrier=carrier, to_carrier=to_carrier, part=part,
            network=network, message_class=message_class, reason=reason.strip(), author=actor,
            until=until, until_cool=until_cool,
        )
    )  # fmt: skip
    _told(PlatformEventType.CARRIER_SHIFTED, order)
    return order


@transaction.atomic
def order_lift(order_id: int, *, actor: Any) -> CarrierOrder:
    """Ends an order now. Raises ConflictError where it is over."""
    order = CarrierOrder.objects.select_for_update().get(pk=order_id)
    if order.ended_at is not None:
        raise ConflictError("order_over", _("This order is over already."))
    _end(order, OrderEnd.LIFTED, actor)
    return order


def orders_end() -> int:
    """Ends orders whose time is over or whose carrier has cooled, and pins whose time is over.
    The keeper of temperatures calls it every second."""
    now, ended = clock.now(), 0
    with transaction.atomic():
        for order in CarrierOrder.objects.select_for_update(skip_locked=True).filter(ended_at=None):
            if order.until is not None and order.until <= now:
                _end(order, OrderEnd.TIME, None)
                ended += 1
            elif order.until_cool and _has_cooled(order, now):
                _end(order, OrderEnd.COOL, None)
                ended += 1
        for row in Temperature.objects.exclude(pinned_state="").filter(pinned_until__lte=now):
            _unpin(row, None)
    return ended


@transaction.atomic
def temperature_pin(
    *,
    carrier: Carrier,
    state: str,
    reason: str,
    actor: Any,
    network: Network | None = None,
    message_class: str = "",
    until: datetime | None = None,
) -> list[Temperature]:
    """Fixes the state of a carrier at a network (None: where no network of its own is pinned or
    hot) for a class ("": each class), until a time or until it is unpinned. Raises InvalidError."""
    _check(reason, until, message_class)
    if state not in HeatState.values:
        raise InvalidError("unknown_state", _("Pin to cool, warm or hot."), field="state")
    now, rows = clock.now(), []
    for one in [message_class] if message_class else MessageClass.values:
        row, _new = Temperature.objects.get_or_create(
            carrier=carrier, network=network, message_class=one, defaults={"updated_at": now}
        )
        row = Temperature.objects.select_for_update().get(pk=row.pk)
        row.pinned_state, row.pinned_until, row.pinned_at = state, until, now
        row.pin_reason, row.pinned_by = reason.strip(), actor
        row.save(
            update_fields=[
                "pinned_state", "pinned_until", "pinned_at", "pin_reason", "pinned_by",
            ]
        )  # fmt: skip
        _note_pin(row, state, actor)
        rows.append(row)
    audit.record(
        action="temperature.pinned",
        actor=actor,
        subject=f"carrier:{carrier.pk}",
        detail={"state": state, "class": message_class, "reason": reason, "until": until.isoformat() if until else None,
                "network": network.pk if network else None} ,
    )  # fmt: skip
    _pin_told(PlatformEventType.CARRIER_PINNED, rows[0], message_class, {"state": state})
    return rows


@transaction.atomic
def temperature_unpin(temperature_id: int, *, actor: Any) -> None:
    """Lets a temperature follow what happens again. Raises ConflictError where it does."""
    row = Temperature.objects.select_for_update().get(pk=temperature_id)
    if not row.pinned_state:
        raise ConflictError("not_pinned", _("This temperature is not pinned."))
    _unpin(row, actor)


def _unpin(row: Temperature, actor: Any) -> None:
    row.pinned_state, row.pinned_until, row.pin_reason, row.pinned_by = "", None, "", None
    row.save(update_fields=["pinned_state", "pinned_until", "pin_reason", "pinned_by"])
    audit.record(action="temperature.unpinned", actor=actor, subject=f"carrier:{row.carrier_id}",
                 detail={"class": row.message_class, "network": row.network_id})  # fmt: skip
    _pin_told(PlatformEventType.CARRIER_UNPINNED, row, row.message_class, {})


def _note_pin(row: Temperature, state: str, actor: Any) -> None:
    TemperatureChange.objects.create(
        at=clock.now(), carrier=row.carrier, network=row.network,
        message_class=row.message_class, from_state=row.state, to_state=state, value=row.value,
        share=row.share, reasons={"pinned": 1}, actor=actor,
    )  # fmt: skip


def _check(reason: str, until: datetime | None, message_class: str) -> None:
    if not reason.strip():
        raise InvalidError("no_reason", _("Give a reason: others will read it."), field="reason")
    if until is not None and until <= clock.now():
        raise InvalidError("end_is_past", _("The end must lie ahead."), field="until")
    if message_class and message_class not in MessageClass.values:
        raise InvalidError("unknown_class", _("There is no such class."), field="message_class")


def _give(order: CarrierOrder) -> CarrierOrder:
    order.created_at = clock.now()
    order.full_clean(exclude=["author", "cool_since", "ended_at", "ended_by", "ended_why"])
    order.save()
    audit.record(
        action=f"carrier.{order.kind}",
        actor=order.author,
        subject=f"carrier:{order.carrier_id}",
        detail=_facts(order),
    )
    return order


def _facts(order: CarrierOrder) -> dict[str, Any]:
    return {
        "order": order.pk,
        "kind": order.kind,
        "to_carrier": order.to_carrier_id,
        "part": order.part,
        "network": order.network_id,
        "class": order.message_class,
        "reason": order.reason,
        "until": order.until.isoformat() if order.until else None,
        "until_cool": order.until_cool,
    }


def _has_cooled(order: CarrierOrder, now: datetime) -> bool:
    """Cool everywhere it was ordered for, and for long enough."""
    rows = Temperature.objects.filter(carrier_id=order.carrier_id).exclude(
        state=HeatState.COOL, pinned_state__in=("", HeatState.COOL)
    )
    if order.network_id:
        rows = rows.filter(network_id=order.network_id)
    if order.message_class:
        rows = rows.filter(message_class=order.message_class)
    since = None if rows.exists() else order.cool_since or now
    if since != order.cool_since:
        order.cool_since = since
        order.save(update_fields=["cool_since"])
    return since is not None and now - since >= COOL_AFTER


def _end(order: CarrierOrder, why: OrderEnd, actor: Any) -> None:
    order.ended_at, order.ended_why, order.ended_by = clock.now(), why, actor
    order.save(update_fields=["ended_at", "ended_why", "ended_by"])
    audit.record(
        action="carrier.order_ended",
        actor=actor,
        subject=f"carrier:{order.carrier_id}",
        detail=_facts(order) | {"why": str(why)},
    )
    _told(PlatformEventType.ORDER_ENDED, order, {"why": str(why)})


def _told(kind: PlatformEventType, order: CarrierOrder, more: dict[str, Any] | None = None) -> None:
    platform_event_append(
        kind,
        at=clock.now(),
        key=f"{kind}:{order.pk}",
        carrier_id=order.carrier_id,
        data=_facts(order) | (more or {}),
    )


def _pin_told(
    kind: PlatformEventType, row: Temperature, message_class: str, more: dict[str, Any]
) -> None:
    now = clock.now()
    platform_event_append(
        kind,
        at=now,
        key=f"{kind}:{row.pk}:{now.timestamp()}",
        carrier_id=row.carrier_id,
        data={"class": message_class, "network": row.network_id} | more,
    )
