"""The whole table of routes as it shares traffic now: destinations by classes."""

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from carriers.models import Carrier
from compliance.constants import MessageClass
from config.common import clock, versions
from routing.constants import TrafficKind
from routing.engine import Candidate, RouteDecision, RouteRequest, RoutingSnapshot, choose
from routing.models import Network
from routing.selectors.snapshot import routing_snapshot


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A carrier in a cell: its share now, and what troubles it ("" nothing)."""

    carrier: str
    share: float
    trouble: str


@dataclass(frozen=True, slots=True)
class MapTier:
    """The routes of one tier."""

    tier: int
    entries: tuple[MapEntry, ...]


@dataclass(frozen=True, slots=True)
class MapCell:
    """How one class goes to a destination; `scope` is what decided, or why there is no way."""

    message_class: str
    scope: str
    has_way: bool
    tiers: tuple[MapTier, ...]


@dataclass(frozen=True, slots=True)
class MapRow:
    """A destination: a country, one of its networks (None: other numbers), or a prefix."""

    country: str
    network_id: int | None
    network: str
    prefix: str
    cells: tuple[MapCell, ...]


def route_map(
    *, country: str = "", sender_kind: str = "", account_id: int | None = None
) -> list[MapRow]:
    """Every destination that routes or networks name, as it is routed at this moment."""
    snapshot = routing_snapshot(versions.current(), clock.now())
    carriers = dict(Carrier.objects.values_list("pk", "name"))
    rows = []
    for place, network_id, network, prefix in _destinations(snapshot):
        if country and place != country:
            continue
        cells = tuple(
            _cell(
                carriers,
                name,
                choose(
                    snapshot, _request(place, network_id, prefix, name, sender_kind, account_id)
                ),
            )
            for name in MessageClass.values
        )
        rows.append(MapRow(place, network_id, network, prefix, cells))
    return rows


def _destinations(snapshot: RoutingSnapshot) -> Iterator[tuple[str, int | None, str, str]]:
    """Country, network and prefix of each row, countries in order."""
    networks = list(
        Network.objects.order_by("country", "name").values_list("pk", "name", "country")
    )
    countries = {route.country for route in snapshot.routes if route.country}
    countries |= {country for _pk, _name, country in networks}
    prefixes = sorted({(route.country or "", route.prefix or "") for route in snapshot.routes})
    for country in sorted(countries):
        for pk, name, home in networks:
            if home == country:
                yield country, pk, name, ""
        yield country, None, "", ""
        for place, prefix in prefixes:
            if prefix and place == country:
                yield country, None, "", prefix
    for place, prefix in prefixes:
        if prefix and not place:
            yield "", None, "", prefix
    yield "", None, "", ""


def _request(
    country: str,
    network_id: int | None,
    prefix: str,
    message_class: str,
    sender_kind: str,
    account_id: int | None,
) -> RouteRequest:
    code = phonenumbers.country_code_for_region(country) if country else ""
    return RouteRequest(
        msisdn=prefix or str(code),
        country=country,
        network_id=network_id,
        sender_id=None,
        sender_kind=sender_kind,
        message_class=message_class,
        account_id=account_id,
        segments=1,
        spread=0,
        traffic_kind=TrafficKind.A2P.value,
    )


def _cell(carriers: dict[int, str], message_class: str, decision: RouteDecision) -> MapCell:
    plan = [one for one in decision.candidates if one.terms]
    tiers = []
    for tier in sorted({one.tier for one in plan}):
        entries = tuple(_entry(carriers, one) for one in plan if one.tier == tier)
        tiers.append(MapTier(tier, entries))
    scope = str(decision.reasons[0])
    return MapCell(message_class, scope, decision.chosen is not None, tuple(tiers))


def _entry(carriers: dict[int, str], one: Candidate) -> MapEntry:
    terms = dict(one.terms)
    trouble = str(one.exclusion or "")
    if not trouble and terms.get("heat", 1.0) < 1:
        trouble = "warm"
    if not trouble and not one.is_available:
        trouble = "unavailable"
    return MapEntry(carriers.get(one.carrier_id, f"#{one.carrier_id}"), one.share, trouble)
