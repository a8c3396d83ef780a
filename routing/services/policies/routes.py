"""Changing routes: in place in a draft; of the version in force as a new version at once."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypedDict, TypeVar

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import MessageClass
from compliance.models import User
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotFoundError
from routing.constants import PolicyState, SenderKind
from routing.models import Route, RoutePolicy
from routing.services.policies.copying import policies_lock, policy_copy
from routing.services.policies.versions import put_in_force

Made = TypeVar("Made")


class RouteValues(TypedDict, total=False):
    """What a route says; what is left out stays, or is the field's usual value."""

    name: str
    carrier_id: int
    is_active: bool
    tier: int
    weight: int
    country: str
    network_id: int | None
    prefix: str
    message_classes: list[str]
    sender_kinds: list[str]
    account_id: int | None
    traffic_kind: str


def route_put(
    *,
    values: RouteValues,
    actor: User | None,
    name: str = "",
    policy: RoutePolicy | None = None,
    note: str = "",
) -> Route:
    """Makes a route, or changes the one of this `name`, in a draft or (no `policy`, or the one in
    force) in a new version that is in force at once. `note` is the new version's.

    Raises NotFoundError, ConflictError where the version is neither, InvalidError with the field.
    """
    said = note.strip() or str(
        _("Route “%(name)s” changed") % {"name": name}
        if name
        else _("Route “%(name)s” added") % {"name": values.get("name", "")}
    )
    return _edit(policy, lambda target: _put(target, name, values, actor), actor, said)


def route_remove(
    *, name: str, actor: User | None, policy: RoutePolicy | None = None, note: str = ""
) -> RoutePolicy:
    """Takes a route out of a draft, or of the version in force by a new version; gives the version
    without it. Raises NotFoundError, ConflictError."""
    said = note.strip() or str(_("Route “%(name)s” removed") % {"name": name})
    return _edit(policy, lambda target: _removed(target, name, actor), actor, said)


def routes_change(
    *,
    changes: Mapping[str, RouteValues],
    actor: User | None,
    policy: RoutePolicy | None = None,
    removed: Collection[str] = (),
    note: str = "",
) -> RoutePolicy:
    """Several routes at once, by their names: of the version in force that is one new version.
    Gives the version that has the changes. Raises as `route_put`."""

    def edit(target: RoutePolicy) -> RoutePolicy:
        for name, values in changes.items():
            _put(target, name, values, actor)
        for name in removed:
            _removed(target, name, actor)
        return target

    return _edit(policy, edit, actor, note.strip() or str(_("Several routes changed")))


@transaction.atomic
def _edit(
    policy: RoutePolicy | None,
    edit: Callable[[RoutePolicy], Made],
    actor: User | None,
    note: str,
) -> Made:
    policies_lock()
    present = RoutePolicy.objects.in_force(clock.now())
    target = present if policy is None else RoutePolicy.objects.get(pk=policy.pk)
    if target is not None and target.state == PolicyState.DRAFT:
        return edit(target)
    if target != present:
        raise ConflictError(
            "route_policy_fixed",
            _("%(policy)s does not change any more: make a new version from it.")
            % {"policy": target},
        )
    copy = policy_copy(present, actor, note)
    made = edit(copy)
    put_in_force(copy, actor)
    return made


def _put(policy: RoutePolicy, name: str, values: RouteValues, actor: User | None) -> Route:
    route = _route_named(policy, name) if name else Route(policy=policy)
    for field, value in values.items():
        setattr(route, field, value)
    route_clean(route)
    route.save()
    detail = {"name": route.name, "version": policy.number, "fields": sorted(values)}
    audit.record(action="route.put", actor=actor, subject=f"route:{route.pk}", detail=detail)
    return route


def _removed(policy: RoutePolicy, name: str, actor: User | None) -> RoutePolicy:
    route = _route_named(policy, name)
    detail = {"name": route.name, "version": policy.number}
    audit.record(action="route.removed", actor=actor, subject=f"route:{route.pk}", detail=detail)
    route.delete()
    return policy


def _route_named(policy: RoutePolicy, name: str) -> Route:
    found = Route.objects.filter(policy=policy, name=name).first()
    if found is None:
        raise NotFoundError(
            "route_unknown",
            _("%(policy)s has no route “%(name)s”.") % {"policy": policy, "name": name},
        )
    return found


def route_clean(route: Route) -> None:
    """Brings a route into its stored form. Raises InvalidError naming the field, the rule and the
    fix."""
    route.name = route.name.strip()
    route.country = (route.country or "").strip().upper()
    route.prefix = (route.prefix or "").strip().removeprefix("+").replace(" ", "")
    route.message_classes = _in_order(route.message_classes, MessageClass.values)
    route.sender_kinds = _in_order(route.sender_kinds, SenderKind.values)
    if route.network is not None:
        route.country = route.country or route.network.country
    _check_destination(route)
    try:
        route.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        named = "name" if field == "__all__" else field
        text = messages[0]
        if field == "__all__":
            text = str(_("This version has another route with this name: choose another."))
        raise InvalidError("route_invalid", text, field=named) from error


def _check_destination(route: Route) -> None:
    network = route.network
    if network is not None and network.country != route.country:
        raise InvalidError(
            "route_network_abroad",
            _("%(network)s is a network of %(country)s: choose that country or another network.")
            % {"network": network, "country": network.country},
            field="network",
        )
    code = phonenumbers.country_code_for_region(route.country) if route.country else 0
    if route.country and not code:
        raise InvalidError(
            "route_country_unknown",
            _("“%(country)s” is not a country: write two letters, such as VN.")
            % {"country": route.country},
            field="country",
        )
    if not route.prefix:
        return
    if not (route.prefix.isascii() and route.prefix.isdecimal()):
        raise InvalidError(
            "route_prefix",
            _("Write the prefix in digits with the country code, such as 8498."),
            field="prefix",
        )
    if code and not f"{code}".startswith(route.prefix) and not route.prefix.startswith(f"{code}"):
        raise InvalidError(
            "route_prefix_abroad",
            _("Numbers of %(country)s begin with %(code)s: write the prefix with it, or leave it.")
            % {"country": route.country, "code": code},
            field="prefix",
        )


def _in_order(values: Any, known: Collection[str]) -> list[str]:
    """As they are listed, those that nobody knows last (and refused by the field)."""
    given = list(dict.fromkeys(values or ()))
    return [one for one in known if one in given] + [one for one in given if one not in known]
