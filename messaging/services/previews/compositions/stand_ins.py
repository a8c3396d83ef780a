"""Which messages of a wording would leave from another sender, by the account's rules: where one
holds at this moment for everybody of a network, and where it would."""

from collections.abc import Iterator, Mapping

from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.previews.compositions.costs import Market
from messaging.services.previews.compositions.values import StandIn
from routing.constants import FallbackCause
from routing.engine import RouteRequest, choose
from routing.selectors.pools import FallbackCard


def stand_ins_of(snapshot: Snapshot, market: Market | None) -> tuple[StandIn, ...]:
    """The rules that cover a sender of the class, in their order; none for most accounts."""
    if market is None:
        return ()
    senders = [
        card
        for card in snapshot.senders.values()
        if card.account_id == market.account_id and market.message_class in card.message_classes
    ]
    rules = snapshot.stand_ins.fallbacks.get(market.account_id, ())
    return tuple(
        one
        for rule in rules
        for sender in senders
        if (one := _stand_in(snapshot, market, rule, sender)) is not None
    )


def _stand_in(
    snapshot: Snapshot, market: Market, rule: FallbackCard, sender: SenderCard
) -> StandIn | None:
    to = _target(snapshot, rule)
    causes = tuple(
        cause.value
        for cause in FallbackCause
        if rule.covers(sender.id, sender.kind, market.message_class, cause.value)
    )
    if not causes or to in ("", sender.address):
        return None
    cause, networks = _now(snapshot, market, sender, causes)
    return StandIn(sender.address, to, causes, cause, networks)


def _target(snapshot: Snapshot, rule: FallbackCard) -> str:
    sender = snapshot.senders.get(rule.to_sender_id or 0)
    pool = snapshot.stand_ins.pools.get(rule.to_pool_id or 0)
    return sender.address if sender else pool.name if pool else ""


def _now(
    snapshot: Snapshot, market: Market, sender: SenderCard, causes: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """What holds at present whoever is written to, and on which networks."""
    if not sender.is_usable:
        cause = FallbackCause.UNAVAILABLE.value
        named = tuple(name for _network, name in market.networks)
        return (cause, named) if cause in causes else ("", ())
    cause = FallbackCause.NO_ROUTE.value
    if cause not in causes:
        return "", ()
    lost = tuple(_unreached(snapshot, market, sender))
    return (cause, lost) if lost else ("", ())


def _unreached(snapshot: Snapshot, market: Market, sender: SenderCard) -> Iterator[str]:
    """Networks to which no route takes the sender; routes by prefix are beside the point."""
    names: Mapping[int, str] = dict(market.networks)
    for network_id, name in names.items():
        decision = choose(
            snapshot.routing,
            RouteRequest(
                msisdn="",
                country=market.country,
                network_id=network_id,
                sender_id=sender.id,
                sender_kind=sender.kind,
                message_class=market.message_class,
                account_id=market.account_id,
                segments=1,
                spread=0,
                traffic_kind=sender.traffic_kind,
                must_stay_in=snapshot.accounts[market.account_id].residency,
            ),
        )
        if decision.chosen is None:
            yield name
