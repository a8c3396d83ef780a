"""What is left of a price after the cost, network by network and class by class."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from carriers.models import Carrier
from compliance.constants import MessageClass
from compliance.models import Account
from routing.engine import Rate, Route, RoutingSnapshot
from routing.models import ExchangeRate, Network, RoutePolicy, Sender
from routing.selectors.policies import policy_routes
from routing.selectors.rates import rate_book

_MICROS = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Margin:
    """Price and cost of a segment in their currencies, and what is left in the platform's (None
    where no exchange rate is known)."""

    account: str
    country: str
    network: str
    message_class: str
    carrier: str
    price: Decimal
    price_currency: str
    cost: Decimal
    cost_currency: str
    left: Decimal | None
    sender: str = ""

    @property
    def shown(self) -> tuple[str, str, str]:
        """Price, cost and what is left, without needless zeros."""
        amounts = (self.price, self.cost, self.left or Decimal(0))
        price, cost, left = (f"{round(one, 6).normalize():f}" for one in amounts)
        return price, cost, left

    @property
    def is_loss(self) -> bool:
        """Whether each such segment costs more than it brings."""
        return self.left is not None and self.left < 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """Worth of currencies in the platform's own on a day."""

    own: str
    worth: dict[str, Decimal]

    def in_own(self, micros: int, currency: str) -> Decimal | None:
        """An amount in the platform's currency; None where nobody knows."""
        amount = Decimal(micros) / _MICROS
        if currency == self.own:
            return amount
        worth = self.worth.get(currency)
        return None if worth is None else amount * worth


def exchange_at(at: datetime) -> Exchange:
    """The latest worth of each currency on the day of a moment."""
    rows = ExchangeRate.objects.filter(effective_from__lte=at.date()).order_by("effective_from")
    return Exchange(settings.BASE_CURRENCY, dict(rows.values_list("currency", "per_unit")))


def margins_at(at: datetime, *, only_losses: bool = False) -> list[Margin]:
    """Every price beside the cost of every carrier that has a route there, worst first: of
    networks and classes for which either of them says something of its own."""
    found = [one for one in _margins(at) if not only_losses or one.is_loss]
    unknown = Decimal("Infinity")
    return sorted(found, key=lambda one: unknown if one.left is None else one.left)


def _margins(at: datetime) -> Iterator[Margin]:
    rates = rate_book().at(at)
    routes = policy_routes(RoutePolicy.objects.in_force(at))
    snapshot = RoutingSnapshot(version=0, routes=routes, carriers={}, rates=rates)
    exchange = exchange_at(at)
    carriers = dict(Carrier.objects.values_list("pk", "name"))
    networks = dict(Network.objects.values_list("pk", "name"))
    accounts = dict(Account.objects.values_list("pk", "name"))
    senders = _priced_senders(rates)
    owners = sorted({rate.account_id for rate in rates if rate.carrier_id is None}, key=str)
    for country, network_id, message_class in _places(rates, routes):
        costs = _costs(snapshot, country, network_id, message_class)
        for owner, sender_id in (
            (one, of) for one in owners for of in (None, *senders.get(one, ()))
        ):
            price = snapshot.price_rate(owner, country, network_id, message_class, sender_id)
            if price is None or (owner is not None and price.account_id is None):
                continue
            if price.sender_id != sender_id:
                continue
            for carrier_id, cost in costs:
                yield Margin(
                    account=accounts.get(owner, "") if owner else "",
                    sender=senders.get(owner, {}).get(sender_id or 0, ""),
                    country=country,
                    network=networks.get(network_id, "") if network_id else "",
                    message_class=message_class,
                    carrier=carriers.get(carrier_id, ""),
                    price=Decimal(price.amount_micros) / _MICROS,
                    price_currency=price.currency,
                    cost=Decimal(cost.amount_micros) / _MICROS,
                    cost_currency=cost.currency,
                    left=_left(exchange, price, cost),
                )


def _priced_senders(rates: Iterable[Rate]) -> dict[int | None, dict[int, str]]:
    """Senders that have a price of their own, with their addresses, by account."""
    named = {rate.sender_id: rate.account_id for rate in rates if rate.sender_id is not None}
    found: dict[int | None, dict[int, str]] = {}
    for pk, address in Sender.objects.filter(pk__in=list(named)).values_list("pk", "address"):
        found.setdefault(named[pk], {})[pk] = address
    return found


def _left(exchange: Exchange, price: Rate, cost: Rate) -> Decimal | None:
    if price.currency == cost.currency:
        difference = price.amount_micros - cost.amount_micros
        if exchange.in_own(difference, price.currency) is None:
            return Decimal(difference) / _MICROS
        return exchange.in_own(difference, price.currency)
    earned = exchange.in_own(price.amount_micros, price.currency)
    paid = exchange.in_own(cost.amount_micros, cost.currency)
    return None if earned is None or paid is None else earned - paid


def _places(rates: Iterable[Rate], routes: Iterable[Route]) -> list[tuple[str, int | None, str]]:
    """Countries, networks and classes that some rate or route names; "" is every class, where no
    rate of the country names any."""
    named: dict[str, tuple[set[int | None], set[str]]] = {}
    for route in routes:
        if route.country and route.is_active:
            named.setdefault(route.country, ({None}, set()))[0].add(route.network_id)
    for rate in rates:
        networks, classes = named.setdefault(rate.country, ({None}, set()))
        networks.add(rate.network_id)
        if rate.message_class:
            classes.add(rate.message_class)
    return [
        (country, network_id, message_class)
        for country, (networks, classes) in sorted(named.items())
        for network_id in sorted(networks, key=lambda one: one or 0)
        for message_class in (MessageClass.values if classes else [""])
    ]


def _costs(
    snapshot: RoutingSnapshot, country: str, network_id: int | None, message_class: str
) -> list[tuple[int, Rate]]:
    """What carriers charge that have an active route there."""
    routed = {
        route.carrier_id
        for route in snapshot.routes_to(country)
        if route.is_active
        and route.network_id in (None, network_id)
        and (not message_class or message_class in (route.message_classes or {message_class}))
    }
    found = []
    for carrier_id in sorted(routed):
        cost = snapshot.cost_rate(carrier_id, country, network_id, message_class)
        if cost is not None:
            found.append((carrier_id, cost))
    return found
