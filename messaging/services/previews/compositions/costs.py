"""What a wording costs on the networks of its recipients, and its whole audience."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from messaging.models import Template
from messaging.selectors.snapshot import Snapshot
from messaging.services.counting import text_counted_by
from messaging.services.previews.compositions.signs import rules_for
from messaging.services.previews.compositions.values import NetworkCost, Span
from messaging.wording.wordings import Wording
from messaging.wording.worst import bound_of
from routing.engine import RoutingSnapshot, price_of
from routing.models import Network
from routing.network_texts import NetworkText


@dataclass(frozen=True, slots=True)
class Market:
    """Who pays for what, and where: the networks of the account's country with their rules."""

    account_id: int
    country: str
    message_class: str
    networks: tuple[tuple[int, str], ...]
    rules: tuple[NetworkText, ...]
    sender_kinds: frozenset[str]
    routing: RoutingSnapshot

    def price(self, network_id: int | None) -> int | None:
        """Millionths per segment; None where there is no price."""
        return price_of(self.routing, self.account_id, self.country, network_id, self.message_class)

    @property
    def registers(self) -> tuple[str, ...]:
        """The networks that take a template of these senders only once it is registered."""
        return tuple(
            rule.network_name
            for rule in self.rules
            if any(rule.demands_registration_from(kind) for kind in self.sender_kinds)
        )


def market_of(snapshot: Snapshot, template: Template | None) -> Market | None:
    """Where and for whom a template is sent; None while none is chosen."""
    if template is None:
        return None
    account = template.account
    return Market(
        account_id=account.pk,
        country=account.country,
        message_class=template.message_class,
        networks=networks_of(account.country),
        rules=rules_for(snapshot.network_texts, template.message_class, [account.country]),
        sender_kinds=frozenset(
            card.kind
            for card in snapshot.senders.values()
            if card.account_id == account.pk
            and card.is_usable
            and template.message_class in card.message_classes
        ),
        routing=snapshot.routing,
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """Networks that bill alike."""

    networks: tuple[str, ...]
    rule: NetworkText | None
    price_micros: int | None


def terms_of(market: Market | None) -> tuple[Terms, ...]:
    """The terms of a market; networks that add nothing and cost the usual come last, unnamed."""
    if market is None:
        return (Terms((), None, None),)
    rules = {rule.network_id: rule for rule in market.rules}
    usual = market.price(None)
    found: dict[tuple[str, str, int | None, int | None], tuple[NetworkText | None, list[str]]] = {}
    for network_id, name in market.networks:
        rule = rules.get(network_id)
        price = market.price(network_id)
        before, after = (rule.adds_before, rule.adds_after) if rule else ("", "")
        if not before + after and price == usual:
            continue
        key = (before, after, price, rule.max_segments if rule else None)
        found.setdefault(key, (rule, []))[1].append(name)
    named = [
        Terms(tuple(names), rule, price) for (_b, _a, price, _m), (rule, names) in found.items()
    ]
    return (*named, Terms((), None, usual))


def networks_of(country: str) -> tuple[tuple[int, str], ...]:
    """The networks of a country by name."""
    rows = Network.objects.filter(country=country).order_by("name").values_list("pk", "name")
    return tuple(rows)


def network_costs(
    terms: Sequence[Terms], wording: Wording, typical: str
) -> tuple[NetworkCost, ...]:
    """What each network bills for the wording."""
    return tuple(_network_cost(one, wording, typical) for one in terms)


def _network_cost(terms: Terms, wording: Wording, typical: str) -> NetworkCost:
    rule = terms.rule
    before, after = (rule.adds_before, rule.adds_after) if rule else ("", "")
    return NetworkCost(
        networks=terms.networks,
        adds_before=before,
        adds_after=after,
        typical=text_counted_by(rule, typical).billed_segments,
        worst=bound_of(wording, before=before, after=after).segment_count,
        price_micros=terms.price_micros,
        max_segments=rule.max_segments if rule else None,
    )


def typical_span(costs: Iterable[NetworkCost], size: int | None) -> Span | None:
    """The whole audience with the examples, were all on the cheapest or on the dearest network;
    None without size or price."""
    return _span(
        [one.typical * one.price_micros for one in costs if one.price_micros is not None], size
    )


def worst_span(costs: Iterable[NetworkCost], size: int | None) -> Span | None:
    """The same, at most."""
    return _span(
        [one.worst * one.price_micros for one in costs if one.price_micros is not None], size
    )


def _span(each: list[int], size: int | None) -> Span | None:
    if not each or not size:
        return None
    return Span(min(each) * size, max(each) * size)
