"""What the page of a routing version shows: its routes by destination, what is wrong with them and
what differs from the version in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from config.common import clock
from routing.constants import PolicyState
from routing.models import Route, RoutePolicy
from routing.readable_policies import (
    Difference,
    classes,
    destination,
    policy_differences,
    sender_kinds,
)
from routing.services.policies import Problem, RouteValues, policy_check

_MOST_TIERS, _MOST_WEIGHT = 32_767, 32_767


@dataclass(frozen=True, slots=True)
class Row:
    """A route in the table; `share` in percent of its tier."""

    route: Route
    only_for: str
    share: str
    edit: str


@dataclass(frozen=True, slots=True)
class Tier:
    """The routes of a tier that share traffic, and the sum of their weights."""

    number: int
    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The tiers to one destination."""

    title: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """Everything about one version."""

    policy: RoutePolicy
    plans: tuple[Plan, ...]
    routes: int
    problems: tuple[Problem, ...]
    present: RoutePolicy | None
    differences: tuple[Difference, ...]
    replaced: RoutePolicy | None
    replaced_differences: tuple[Difference, ...]
    coming: tuple[RoutePolicy, ...]
    is_editable: bool
    is_live: bool
    add: str


def policy_page(policy: RoutePolicy, *, may_change: bool) -> PolicyPage:
    """The page; `may_change`: for somebody who may."""
    present = RoutePolicy.objects.in_force(clock.now())
    is_live = present is not None and present.pk == policy.pk
    routes = list(
        Route.objects.filter(policy=policy)
        .select_related("carrier", "network", "account")
        .order_by("country", "network__name", "prefix", "tier", "-weight", "name")
    )
    is_open = policy.state == PolicyState.DRAFT or is_live
    other = None if is_live else present
    replaced = policy.based_on if is_live else None
    return PolicyPage(
        policy=policy,
        plans=tuple(_plans(routes)),
        routes=len(routes),
        problems=tuple(policy_check(policy)) if is_open or _waits(policy) else (),
        present=other,
        differences=tuple(policy_differences(other, policy)) if other else (),
        replaced=replaced,
        replaced_differences=tuple(policy_differences(replaced, policy)) if replaced else (),
        coming=tuple(RoutePolicy.objects.filter(state=PolicyState.SCHEDULED).exclude(pk=policy.pk)),
        is_editable=may_change and is_open,
        is_live=is_live,
        add=f"{reverse('admin:routing_route_add')}?policy={policy.pk}",
    )


def _waits(policy: RoutePolicy) -> bool:
    return policy.state == PolicyState.SCHEDULED


def _plans(routes: Iterable[Route]) -> Iterable[Plan]:
    for title, those in groupby(routes, key=destination):
        tiers = [
            _tier(number, list(group)) for number, group in groupby(those, key=lambda one: one.tier)
        ]
        yield Plan(title, tuple(tiers))


def _tier(number: int, routes: list[Route]) -> Tier:
    total = sum(route.weight for route in routes if route.is_active)
    return Tier(number, tuple(_row(route, total, len(routes)) for route in routes), total)


def _row(route: Route, total: int, beside: int) -> Row:
    parts = [
        classes(route) if route.message_classes else "",
        sender_kinds(route) if route.sender_kinds else "",
        str(route.account or ""),
        "P2P" if route.traffic_kind == "p2p" else "",
    ]
    share = ""
    if route.is_active and total and beside > 1:
        share = f"{100 * route.weight / total:.0f} %"
    return Row(
        route=route,
        only_for=" · ".join(part for part in parts if part),
        share=share,
        edit=reverse("admin:routing_route_change", args=[route.pk]),
    )


def changes_given(
    policy: RoutePolicy, given: Mapping[str, str]
) -> tuple[dict[str, RouteValues], list[str]]:
    """What a table that was sent changes: values by the names of routes, and those to remove.
    Numbers that are none are left as they are."""
    changes: dict[str, RouteValues] = {}
    removed: list[str] = []
    for route in Route.objects.filter(policy=policy):
        if given.get(f"remove_{route.pk}"):
            removed.append(route.name)
            continue
        values: RouteValues = {}
        tier = _number(given.get(f"tier_{route.pk}"), route.tier, 1, _MOST_TIERS)
        weight = _number(given.get(f"weight_{route.pk}"), route.weight, 0, _MOST_WEIGHT)
        is_active = bool(given.get(f"active_{route.pk}"))
        if f"tier_{route.pk}" not in given:
            continue  # made by somebody else since the table was shown
        if tier != route.tier:
            values["tier"] = tier
        if weight != route.weight:
            values["weight"] = weight
        if is_active != route.is_active:
            values["is_active"] = is_active
        if values:
            changes[route.name] = values
    return changes, removed


def _number(text: str | None, usual: int, least: int, most: int) -> int:
    if text is None or not (text.isascii() and text.isdecimal()):
        return usual
    return min(max(int(text), least), most)
