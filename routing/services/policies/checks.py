"""Everything that is wrong with a version, before it decides."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.constants import MessageClass
from config.common import clock
from routing.constants import SenderKind, TrafficKind
from routing.engine import Exclusion, Reason, RouteRequest, RoutingSnapshot, choose
from routing.models import Network, Route, RoutePolicy, Sender
from routing.readable_policies import classes, destination, sender_kinds
from routing.selectors.policies import policy_routes, policy_terms
from routing.selectors.snapshot import routing_snapshot
from routing.traffic import Traffic, recent_traffic

_NO_WAY = frozenset({Reason.NO_ROUTE, Reason.ALL_EXCLUDED})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in a sentence with the fix; an error stops the version, a warning does not.
    `route` is the name of the route it is about, "" for the whole version."""

    code: str
    text: str
    route: str = ""
    is_error: bool = False


def policy_check(policy: RoutePolicy) -> list[Problem]:
    """All problems of a version, errors first: of its routes one by one, of tiers, and of the
    traffic of the recent past that would have no way."""
    routes = list(
        Route.objects.filter(policy=policy)
        .select_related("carrier", "network", "account")
        .order_by("name")
    )
    found = [problem for route in routes for problem in _route_problems(route)]
    found += _tier_problems(routes)
    snapshot = snapshot_of(policy)
    found += [one for route in routes for one in _reach_problems(snapshot, route)]
    if not any(route.is_active and route.carrier.is_active for route in routes):
        text = _("No route is switched on: no message would have a way. Add routes.")
        found.append(Problem("no_routes", text, is_error=True))
    else:
        found += _traffic_problems(snapshot)
    return sorted(found, key=lambda one: not one.is_error)


def snapshot_of(policy: RoutePolicy) -> RoutingSnapshot:
    """The configuration of now with the routes of this version, and every carrier at hand."""
    base = routing_snapshot(0, clock.now())
    carriers = {key: replace(one, is_available=True) for key, one in base.carriers.items()}
    return replace(
        base,
        routes=policy_routes(policy),
        policy=policy_terms(policy),
        carriers=carriers,
        heats={},
        orders=(),
        waits={},
    )


def _route_problems(route: Route) -> Iterator[Problem]:
    if route.network is not None and route.country and route.network.country != route.country:
        text = _("“%(route)s”: %(network)s is not a network of %(country)s.")
        values = {"route": route.name, "network": route.network, "country": route.country}
        yield Problem("network_abroad", text % values, route.name, is_error=True)
    if not route.carrier.is_active:
        text = _("“%(route)s” is never used: its carrier %(carrier)s is switched off.")
        values = {"route": route.name, "carrier": route.carrier}
        yield Problem("carrier_inactive", text % values, route.name)
    if not route.is_active:
        text = _("“%(route)s” is switched off.") % {"route": route.name}
        yield Problem("route_inactive", text, route.name)


def _reach_problems(snapshot: RoutingSnapshot, route: Route) -> Iterator[Problem]:
    """A route that no message takes, because more specific ones take all of them."""
    if not (route.is_active and route.carrier.is_active):
        return
    code = phonenumbers.country_code_for_region(route.country) if route.country else ""
    for message_class, kind in product(
        route.message_classes or MessageClass.values, route.sender_kinds or SenderKind.values
    ):
        request = RouteRequest(
            # Nothing but the prefix, so that only what covers all of it is longer.
            msisdn=route.prefix or f"{code}",
            country=route.country,
            network_id=route.network_id,
            sender_id=None,
            sender_kind=kind,
            message_class=message_class,
            account_id=route.account_id,
            segments=1,
            spread=1,
            traffic_kind=route.traffic_kind,
        )
        found = {one.route_id: one for one in choose(snapshot, request).candidates}
        own = found.get(route.pk)
        if own is not None and own.exclusion != Exclusion.LESS_SPECIFIC:
            return
    text = _("“%(route)s” is never used: more specific routes take every message. Remove it.")
    yield Problem("route_unreachable", text % {"route": route.name}, route.name)


_Group = tuple[str, int | None, str, tuple[str, ...], tuple[str, ...], int | None, int]


def _tier_problems(routes: Iterable[Route]) -> Iterator[Problem]:
    """Of routes that share a destination and a tier."""
    tiers: dict[_Group, list[Route]] = defaultdict(list)
    for route in routes:
        if route.is_active:
            key = (
                route.country,
                route.network_id,
                route.prefix,
                tuple(route.message_classes),
                tuple(route.sender_kinds),
                route.account_id,
                route.tier,
            )
            tiers[key].append(route)
    for group in tiers.values():
        yield from _shares_problems(group)
        yield from _twice_problems(group)
    yield from _kind_problems(tiers)
    yield from _reserve_problems(tiers)


def _shares_problems(group: list[Route]) -> Iterator[Problem]:
    idle = [route for route in group if not route.weight]
    if not idle or len(group) == 1:
        return
    place = {"tier": group[0].tier, "destination": destination(group[0])}
    if len(idle) == len(group):
        text = _("Tier %(tier)s to %(destination)s has no weights: the cheapest route takes all.")
        yield Problem("tier_without_weight", text % place, idle[0].name)
        return
    for route in idle:
        text = _("“%(route)s” only stands by in tier %(tier)s: its weight is 0 beside others.")
        yield Problem("weight_zero", text % {"route": route.name, **place}, route.name)


def _twice_problems(group: list[Route]) -> Iterator[Problem]:
    seen: dict[tuple[int, str], Route] = {}
    for route in group:
        first = seen.setdefault((route.carrier_id, route.traffic_kind), route)
        if first is not route:
            text = _("“%(route)s” and “%(other)s” are the same way twice: remove one of them.")
            values = {"route": route.name, "other": first.name}
            yield Problem("route_twice", text % values, route.name)


def _kind_problems(tiers: dict[_Group, list[Route]]) -> Iterator[Problem]:
    """A business's messages leave P2P routes out, so their part of a tier is not shared."""
    for group in tiers.values():
        kinds = {route.traffic_kind for route in group}
        if len(kinds) > 1:
            person = next(one for one in group if one.traffic_kind == TrafficKind.P2P)
            text = _(
                "Tier %(tier)s to %(destination)s mixes A2P and P2P routes: “%(route)s” never"
                " takes a business's messages. Give it a tier of its own."
            )
            values = {
                "tier": person.tier,
                "destination": destination(person),
                "route": person.name,
            }
            yield Problem("traffic_kinds_mixed", text % values, person.name)


def _reserve_problems(tiers: dict[_Group, list[Route]]) -> Iterator[Problem]:
    """A reserve by the carrier that has just failed is none."""
    first: dict[tuple[object, ...], set[int]] = {}
    for key, group in sorted(tiers.items(), key=lambda item: item[0][-1]):
        used = first.setdefault(key[:-1], set())
        for route in group:
            if route.carrier_id in used:
                text = _(
                    "“%(route)s” is no reserve: %(carrier)s is in an earlier tier already. Use"
                    " another carrier."
                )
                values = {"route": route.name, "carrier": route.carrier}
                yield Problem("reserve_same_carrier", text % values, route.name)
        used |= {route.carrier_id for route in group}


def _traffic_problems(snapshot: RoutingSnapshot) -> Iterator[Problem]:
    """Recent traffic that would have no way, put together by what it has in common."""
    senders = {row.pk: row for row in Sender.objects.all()}
    lost: dict[tuple[str, int | None, str, str], int] = defaultdict(int)
    countries: set[str] = set()
    reached: set[str] = set()
    for one in recent_traffic():
        sender = senders.get(one.sender_id)
        if sender is None:
            continue
        countries.add(one.country)
        decision = choose(snapshot, _request(one, sender))
        if _NO_WAY.isdisjoint(decision.reasons):
            reached.add(one.country)
        else:
            lost[one.country, one.network_id, one.message_class, sender.kind] += one.messages
    yield from _lost_countries(lost, countries - reached)
    yield from _lost_kinds({key: n for key, n in lost.items() if key[0] in reached})


def _request(one: Traffic, sender: Sender) -> RouteRequest:
    return RouteRequest(
        msisdn=one.msisdn,
        country=one.country,
        network_id=one.network_id,
        sender_id=one.sender_id,
        sender_kind=sender.kind,
        message_class=one.message_class,
        account_id=one.account_id,
        segments=1,
        spread=1,
        traffic_kind=sender.traffic_kind,
    )


def _lost_countries(
    lost: dict[tuple[str, int | None, str, str], int], countries: Iterable[str]
) -> Iterator[Problem]:
    for country in sorted(countries):
        count = sum(n for key, n in lost.items() if key[0] == country)
        text = ngettext(
            "No route to %(country)s, where %(count)d message went lately: add one.",
            "No route to %(country)s, where %(count)d messages went lately: add one.",
            count,
        )
        values = {"country": country, "count": count}
        yield Problem("country_without_route", text % values, is_error=True)


def _lost_kinds(lost: dict[tuple[str, int | None, str, str], int]) -> Iterator[Problem]:
    names = dict(Network.objects.values_list("pk", "name"))
    for (country, network_id, message_class, kind), count in sorted(lost.items(), key=str):
        shown = Route(message_classes=[message_class], sender_kinds=[kind])
        text = ngettext(
            "No route for %(class)s from %(kind)s to %(place)s, %(count)d message lately: widen"
            " a route or add one.",
            "No route for %(class)s from %(kind)s to %(place)s, %(count)d messages lately: widen"
            " a route or add one.",
            count,
        )
        values = {
            "class": classes(shown),
            "kind": sender_kinds(shown),
            "place": " · ".join([country, names[network_id]] if network_id in names else [country]),
            "count": count,
        }
        yield Problem("traffic_without_route", text % values, is_error=True)
