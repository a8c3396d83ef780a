"""What the engine decides over: routes, carriers, rates and senders at one version.

A snapshot is immutable and built by a selector; a change of configuration or of a
carrier's availability makes a new one. An empty restriction (None, "" or an empty set)
means "any".
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, replace

from routing.engine.changes import plans_kept
from routing.engine.decisions import Candidate, ConfiguredKey, Plan, PlanKey
from routing.engine.moments import (
    USUAL_POLICY,
    Carrier,
    Heat,
    Momentary,
    MomentKey,
    Order,
    Policy,
    Quality,
)

# Whose rate: a carrier's or an account's id; of everybody's prices the currency, or None for any.
_Owner = int | str | None
_RateKey = tuple[_Owner, str, int | None, str | None, int | None]


@dataclass(frozen=True, slots=True)
class Route:
    """A way to a destination. Tier 1 is tried first; `weight` shares traffic inside a tier."""

    id: int
    carrier_id: int
    tier: int = 1
    weight: int | None = None
    country: str | None = None
    network_id: int | None = None
    prefix: str | None = None
    message_classes: frozenset[str] | None = None
    sender_kinds: frozenset[str] | None = None
    sender_ids: frozenset[int] | None = None
    account_ids: frozenset[int] | None = None
    is_active: bool = True
    traffic_kind: str = "a2p"


@dataclass(frozen=True, slots=True)
class Rate:
    """Micro-units per segment: with a carrier our cost, without one the price accounts pay.

    `charge_terms`: which ends are charged (routing.charge_terms).
    """

    country: str
    amount_micros: int
    network_id: int | None = None
    message_class: str | None = None
    carrier_id: int | None = None
    account_id: int | None = None
    currency: str = "VND"
    sender_id: int | None = None
    charge_terms: int = 0


@dataclass(frozen=True, slots=True)
class SenderEntry:
    """A sender's standing: in lease and active, and the classes it may carry."""

    id: int
    kind: str
    message_classes: frozenset[str] | None = None
    is_usable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class RoutingSnapshot:
    """Everything `choose` and `price_of` need; where rates share a key the last one holds."""

    version: int
    routes: tuple[Route, ...]
    carriers: Mapping[int, Carrier]
    rates: tuple[Rate, ...] = ()
    senders: Mapping[int, SenderEntry] = field(default_factory=dict)
    policy: Policy = USUAL_POLICY
    heats: Mapping[MomentKey, Heat] = field(default_factory=dict)
    qualities: Mapping[MomentKey, Quality] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
    waits: Mapping[tuple[int, str], float] = field(default_factory=dict)
    currencies: Mapping[int, str] = field(default_factory=dict)
    plans: dict[PlanKey, Plan] = field(init=False, repr=False)
    configured: dict[ConfiguredKey, tuple[Candidate, ...]] = field(init=False, repr=False)
    own_accounts: frozenset[int] = field(init=False, repr=False)
    own_senders: frozenset[int] = field(init=False, repr=False)
    _by_country: dict[str, tuple[Route, ...]] = field(init=False, repr=False)
    _prefix_lengths: tuple[int, ...] = field(init=False, repr=False)
    _prefixes: frozenset[str] = field(init=False, repr=False)
    _costs: dict[_RateKey, Rate] = field(init=False, repr=False)
    _prices: dict[_RateKey, Rate] = field(init=False, repr=False)
    _priced_senders: frozenset[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        prefixes = frozenset(route.prefix for route in self.routes if route.prefix)
        derived = {
            "plans": {},
            "configured": {},
            "own_accounts": frozenset(
                account for route in self.routes for account in route.account_ids or ()
            ),
            "own_senders": frozenset(
                sender for route in self.routes for sender in route.sender_ids or ()
            ),
            "_by_country": _by_country(self.routes),
            "_prefixes": prefixes,
            "_prefix_lengths": tuple(sorted({len(prefix) for prefix in prefixes}, reverse=True)),
            "_costs": _by_key((r.carrier_id, r) for r in self.rates if r.carrier_id is not None),
            "_prices": _by_key(_owned(r for r in self.rates if r.carrier_id is None)),
            "_priced_senders": frozenset(
                r.sender_id for r in self.rates if r.sender_id is not None
            ),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def after(self, earlier: "RoutingSnapshot") -> "RoutingSnapshot":
        """This snapshot; where it is configured as the earlier one, it takes over what was worked
        out from that: most new configurations change nothing about routing."""
        if (
            self.routes == earlier.routes
            and self.rates == earlier.rates
            and self.senders == earlier.senders
            and self.policy == earlier.policy
            and _declared(self.carriers) == _declared(earlier.carriers)
        ):
            object.__setattr__(self, "configured", earlier.configured)
        return self

    def with_carriers(self, version: int, carriers: Mapping[int, Carrier]) -> "RoutingSnapshot":
        """The same configuration with other availability."""
        return replace(self, version=version, carriers=carriers)

    @property
    def momentary(self) -> Momentary:
        """What it holds of the moment."""
        return Momentary(self.carriers, self.heats, self.qualities, self.orders, self.waits)

    def with_momentary(self, momentary: Momentary) -> "RoutingSnapshot":
        """The same configuration at another moment; itself where nothing differs.

        What was worked out from the configuration alone is shared, and so are the plans that
        nothing of what changed concerns; the others are weighed again when they are asked for.
        """
        if momentary == self.momentary:
            return self
        later = copy(self)
        changed = {
            "carriers": momentary.carriers,
            "heats": momentary.heats,
            "qualities": momentary.qualities,
            "orders": momentary.orders,
            "waits": momentary.waits,
            "plans": plans_kept(self.plans, self.momentary, momentary),
        }
        if _declared(self.carriers) != _declared(momentary.carriers):
            changed["configured"] = {}
        for name, value in changed.items():
            object.__setattr__(later, name, value)
        return later

    def routes_to(self, country: str) -> tuple[Route, ...]:
        """Routes that may match a destination in `country`, those of any country included."""
        anywhere = self._by_country.get("", ())
        return self._by_country.get(country, ()) + anywhere if country else anywhere

    @property
    def sandbox_routes(self) -> tuple[Route, ...]:
        """The ways of test messages, which are in no policy and need no price: one per sandbox
        carrier, to everywhere."""
        return tuple(
            Route(id=-one.id, carrier_id=one.id) for one in self.carriers.values() if one.is_sandbox
        )

    def prefix_of(self, msisdn: str) -> str:
        """The longest prefix of any route that fits `msisdn`, or ""."""
        for length in self._prefix_lengths:
            if msisdn[:length] in self._prefixes:
                return msisdn[:length]
        return ""

    def cost_rate(
        self, carrier_id: int, country: str, network_id: int | None, message_class: str
    ) -> Rate | None:
        """What a segment costs us at a carrier; None where no rate is known."""
        return _find(self._costs, carrier_id, country, network_id, message_class)

    def price_rate(
        self,
        account_id: int | None,
        country: str,
        network_id: int | None,
        message_class: str,
        sender_id: int | None = None,
    ) -> Rate | None:
        """What an account pays: its own rates first (those of the sender before those of any),
        then everybody's in its currency (where that is known, by `currencies`); None if
        unpriced."""
        everybodys: str | None = None
        if account_id is not None:
            own = None
            if sender_id in self._priced_senders:
                own = _find(self._prices, account_id, country, network_id, message_class, sender_id)
            if own is None:
                own = _find(self._prices, account_id, country, network_id, message_class)
            if own is not None:
                return own
            everybodys = self.currencies.get(account_id)
        return _find(self._prices, everybodys, country, network_id, message_class)


def _declared(carriers: Mapping[int, Carrier]) -> dict[int, tuple[bool, bool, str]]:
    """What people said of carriers, apart from what their binds do at the moment."""
    return {one.id: (one.is_active, one.is_sandbox, one.data_country) for one in carriers.values()}


def _by_country(routes: tuple[Route, ...]) -> dict[str, tuple[Route, ...]]:
    index: dict[str, tuple[Route, ...]] = {}
    for route in routes:
        index[route.country or ""] = (*index.get(route.country or "", ()), route)
    return index


def _owned(prices: Iterable[Rate]) -> Iterator[tuple[_Owner, Rate]]:
    for price in prices:
        yield price.account_id, price
        if price.account_id is None:
            yield price.currency, price


def _by_key(rates: Iterable[tuple[_Owner, Rate]]) -> dict[_RateKey, Rate]:
    return {
        (owner, rate.country, rate.network_id, rate.message_class or None, rate.sender_id): rate
        for owner, rate in rates
    }


def _find(
    rates: Mapping[_RateKey, Rate],
    owner: _Owner,
    country: str,
    network_id: int | None,
    message_class: str,
    sender_id: int | None = None,
) -> Rate | None:
    """Network before country, class before any class."""
    networks = (None,) if network_id is None else (network_id, None)
    for network in networks:
        for wanted in (message_class, None):
            rate = rates.get((owner, country, network, wanted, sender_id))
            if rate is not None:
                return rate
    return None
