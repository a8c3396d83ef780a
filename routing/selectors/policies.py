"""Versions of the routing policy, as people look at them and as the engine takes them."""

from datetime import datetime

from routing.constants import PolicyState
from routing.engine import Policy, Route
from routing.models import Route as RouteRow
from routing.models import RoutePolicy

_WHOLE = 100  # percent on the page, a power in the engine


def policy_turns(after: datetime) -> tuple[datetime, ...]:
    """Moments at which another version begins, in order."""
    moments = RoutePolicy.objects.exclude(state=PolicyState.DRAFT).filter(active_from__gt=after)
    return tuple(
        moment
        for moment in moments.order_by("active_from").values_list("active_from", flat=True)
        if moment is not None
    )


def policy_terms(policy: RoutePolicy | None) -> Policy:
    """How a version shares traffic; the usual way where there is none."""
    if policy is None:
        return Policy()
    return Policy(
        version=policy.number,
        spread=policy.spread,  # type: ignore[arg-type]  # one of its choices
        price_weight=policy.price_weight / _WHOLE,
        quality_weight=policy.quality_weight / _WHOLE,
        speed_weight=policy.speed_weight / _WHOLE,
        conversion_weight=policy.conversion_weight / _WHOLE,
        capacity_weight=policy.capacity_weight / _WHOLE,
    )


def policy_routes(policy: RoutePolicy | None) -> tuple[Route, ...]:
    """The routes of a version as the engine takes them."""
    if policy is None:
        return ()
    return tuple(_route(row) for row in RouteRow.objects.filter(policy=policy).order_by("id"))


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
