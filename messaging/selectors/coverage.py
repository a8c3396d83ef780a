"""Whereto an account sends: every network with a way, class by class, and what it pays there."""

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from compliance.constants import MessageClass
from compliance.models import Account
from routing.constants import TrafficKind
from routing.engine import RouteRequest, RoutingSnapshot, choose
from routing.models import Network, Sender


@dataclass(frozen=True, slots=True)
class Reach:
    """One class to a destination. `price_micros` per segment; None where no price is agreed."""

    message_class: str
    price_micros: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Destination:
    """A network, or with no network the other numbers of a country; `reaches` holds the classes
    that have a way."""

    country: str
    network: str
    network_name: str
    reaches: tuple[Reach, ...]


def coverage(
    snapshot: RoutingSnapshot, account: Account, *, country: str = "", sender: Sender | None = None
) -> list[Destination]:
    """Destinations in order of country and name, with the routes as they are configured: a
    carrier that is down for now leaves its networks in. With `sender`, by what it may carry."""
    allowed = MessageClass.values
    if sender is not None:
        allowed = [name for name in allowed if name in sender.allowed_classes]
    found = []
    for place, network in _places(snapshot, country):
        reaches = tuple(
            reach
            for name in allowed
            if (reach := _reach(snapshot, account, sender, place, network, name)) is not None
        )
        if network is None:
            found.append(Destination(place, "", "", reaches))
        else:
            found.append(Destination(place, network.code, network.name, reaches))
    return found


def _places(snapshot: RoutingSnapshot, wanted: str) -> Iterator[tuple[str, Network | None]]:
    networks = list(Network.objects.order_by("country", "name"))
    countries = {route.country for route in snapshot.routes if route.country}
    countries |= {network.country for network in networks}
    for country in sorted(countries & {wanted} if wanted else countries):
        for network in networks:
            if network.country == country:
                yield country, network
        yield country, None


def _reach(
    snapshot: RoutingSnapshot,
    account: Account,
    sender: Sender | None,
    country: str,
    network: Network | None,
    message_class: str,
) -> Reach | None:
    network_id = None if network is None else network.pk
    sender_id = None if sender is None else sender.pk
    decision = choose(
        snapshot,
        RouteRequest(
            msisdn=str(phonenumbers.country_code_for_region(country)),
            country=country,
            network_id=network_id,
            sender_id=sender_id,
            sender_kind="" if sender is None else sender.kind,
            message_class=message_class,
            account_id=account.pk,
            segments=1,
            spread=0,
            traffic_kind=TrafficKind.A2P.value if sender is None else sender.traffic_kind,
        ),
    )
    if not any(one.terms for one in decision.candidates):
        return None
    rate = snapshot.price_rate(account.pk, country, network_id, message_class, sender_id)
    if rate is None:
        return Reach(message_class, None, account.currency)
    return Reach(message_class, rate.amount_micros, rate.currency)
