"""Routes and versions of the policy in words, and what differs between two versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.constants import MessageClass
from routing.constants import SenderKind, Spread, TrafficKind
from routing.models import Route, RoutePolicy

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
_FIELDS = (
    "carrier",
    "is_active",
    "tier",
    "weight",
    "country",
    "network",
    "prefix",
    "message_classes",
    "sender_kinds",
    "account",
    "traffic_kind",
)
_TERMS = (
    "spread",
    "price_weight",
    "quality_weight",
    "speed_weight",
    "conversion_weight",
    "capacity_weight",
)
_WAY_OF_SHARING = gettext_lazy("How routes share traffic")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs; an empty side was or is not there."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A route (or the way of sharing, without `route`) that differs: `kind` added, changed or
    removed."""

    kind: str
    name: str
    sentence: str
    changes: tuple[Change, ...] = ()
    route: Route | None = None


def destination(route: Route) -> str:
    """Where a route leads: country, network, prefix; every destination where it names none."""
    prefix = f"+{route.prefix}" if route.prefix else ""
    network = route.network.name if route.network else ""
    parts = [part for part in (route.country, network, prefix) if part]
    return " · ".join(parts) or _("every destination")


def classes(route: Route) -> str:
    """The classes a route is for."""
    names = [str(MessageClass(name).label) for name in route.message_classes]
    return ", ".join(names) or _("every class")


def sender_kinds(route: Route) -> str:
    """The kinds of sender a route is for."""
    names = [str(SenderKind(name).label) for name in route.sender_kinds]
    return ", ".join(names) or _("every kind of sender")


def route_sentence(route: Route) -> str:
    """A route in one sentence."""
    text = _(
        "%(carrier)s takes %(classes)s to %(destination)s, tier %(tier)s, weight %(weight)s"
    ) % {
        "carrier": route.carrier,
        "classes": classes(route),
        "destination": destination(route),
        "tier": route.tier,
        "weight": route.weight,
    }
    more = [sender_kinds(route)] if route.sender_kinds else []
    if route.account_id:
        more.append(_("only for %(account)s") % {"account": route.account})
    if route.traffic_kind != TrafficKind.A2P:
        more.append(str(TrafficKind(route.traffic_kind).label))
    if not route.is_active:
        more.append(_("switched off"))
    return "; ".join([text, *more])


def policy_differences(before: RoutePolicy, after: RoutePolicy) -> list[Difference]:
    """What `after` does otherwise than `before`, route by route by their names; two queries."""
    old = {route.name: route for route in _routes(before)}
    found = _terms(before, after)
    for route in _routes(after):
        known = old.pop(route.name, None)
        if known is None:
            found.append(Difference(ADDED, route.name, route_sentence(route), (), route))
            continue
        changes = tuple(route_changes(known, route))
        if changes:
            sentence = "; ".join(change_words(one) for one in changes)
            found.append(Difference(CHANGED, route.name, sentence, changes, route))
    gone = [Difference(REMOVED, one.name, route_sentence(one), (), one) for one in old.values()]
    return found + gone


def route_changes(before: Route, after: Route) -> Iterable[Change]:
    """The fields in which two states of a route differ."""
    for name in _FIELDS:
        if getattr(before, name) != getattr(after, name):
            title = str(Route._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            yield Change(title, _value(before, name), _value(after, name))


def change_words(change: Change) -> str:
    """As in "weight: 1 → 3"."""
    return f"{change.title}: {change.before} → {change.after}"


def _routes(policy: RoutePolicy) -> Iterable[Route]:
    rows = Route.objects.filter(policy=policy).select_related("carrier", "network", "account")
    return rows.order_by("country", "tier", "name")


def _terms(before: RoutePolicy, after: RoutePolicy) -> list[Difference]:
    changes = tuple(
        Change(
            str(RoutePolicy._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            _term(before, name),
            _term(after, name),
        )
        for name in _TERMS
        if getattr(before, name) != getattr(after, name)
    )
    if not changes:
        return []
    sentence = "; ".join(change_words(one) for one in changes)
    return [Difference(CHANGED, str(_WAY_OF_SHARING), sentence, changes)]


def _term(policy: RoutePolicy, name: str) -> str:
    if name == "spread":
        return str(Spread(policy.spread).label)
    return f"{getattr(policy, name)} %"


def _value(route: Route, name: str) -> str:
    words: dict[str, Any] = {
        "is_active": _("on") if route.is_active else _("off"),
        "message_classes": classes(route),
        "sender_kinds": sender_kinds(route),
        "traffic_kind": str(TrafficKind(route.traffic_kind).label),
        "account": str(route.account) if route.account else _("every account"),
        "prefix": f"+{route.prefix}" if route.prefix else "–",
    }
    found = words.get(name)
    return str(getattr(route, name) or "–") if found is None else str(found)
