"""What every change of the policy begins with: nobody else changes it meanwhile, states say what
the time says, and a version is copied whole."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import audit, clock
from config.common.errors import ConflictError
from routing.constants import PolicyState
from routing.models import Route, RoutePolicy

TERMS = (
    "spread",
    "price_weight",
    "quality_weight",
    "speed_weight",
    "conversion_weight",
    "capacity_weight",
)


def policies_lock() -> int:
    """One change of versions at a time; the caller's transaction holds it. Readers go on. How many
    states were behind the time."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE routing_routepolicy IN SHARE ROW EXCLUSIVE MODE")
    return states_settle(clock.now())


def states_settle(now: datetime) -> int:
    """Within the caller's transaction: states follow what the times say. How many changed."""
    present = RoutePolicy.objects.in_force(now)
    if present is None:
        return 0
    begun = Q(active_from=None) | Q(active_from__lte=now)
    at_work = (PolicyState.ACTIVE, PolicyState.SCHEDULED)
    over = RoutePolicy.objects.filter(begun, state__in=at_work).exclude(pk=present.pk)
    changed = 0
    for policy in over:  # before the next one: there are never two
        policy.state = PolicyState.RETIRED
        policy.save(update_fields=["state"])
        changed += 1
    if present.state != PolicyState.ACTIVE:
        present.state = PolicyState.ACTIVE
        present.save(update_fields=["state"])
        policy_note("route_policy.in_force", present, None)
        changed += 1
    return changed


def policy_locked(policy: RoutePolicy, *allowed: str) -> RoutePolicy:
    """The version as it is now. Raises ConflictError where it is in another state."""
    policies_lock()
    locked = RoutePolicy.objects.get(pk=policy.pk)
    if locked.state not in allowed:
        raise ConflictError(
            "route_policy_state",
            _("%(policy)s is in another state by now (%(state)s): load the page again.")
            % {"policy": locked, "state": locked.get_state_display()},
        )
    return locked


def policy_copy(
    based_on: RoutePolicy | None, actor: User | None, note: str, **values: Any
) -> RoutePolicy:
    """A new version with the routes and the way of sharing of another (None: empty)."""
    number = RoutePolicy.objects.aggregate(last=Max("number"))["last"] or 0
    terms = {name: getattr(based_on, name) for name in TERMS} if based_on else {}
    made = RoutePolicy.objects.create(
        number=number + 1, based_on=based_on, author=actor, note=note.strip(), **terms, **values
    )
    routes = list(based_on.routes.order_by("id")) if based_on else []
    for route in routes:
        route.pk, route.policy = None, made
    Route.objects.bulk_create(routes, batch_size=1_000)
    return made


def policy_note(action: str, policy: RoutePolicy, actor: User | None, **detail: Any) -> None:
    """An entry of the audit log about a version."""
    audit.record(
        action=action,
        actor=actor,
        subject=f"routepolicy:{policy.pk}",
        detail={"version": policy.number, **detail},
    )
