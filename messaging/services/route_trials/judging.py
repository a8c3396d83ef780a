"""Each message's way under two versions, by the costs of its time and with every carrier well."""

from bisect import bisect_right
from dataclasses import replace
from datetime import datetime

from messaging.selectors.snapshot import Snapshot
from messaging.services.route_trials.past import PastRouted
from routing.engine import RouteDecision, RouteRequest, RoutingSnapshot, choose
from routing.models import RoutePolicy
from routing.selectors.policies import policy_routes, policy_terms
from routing.selectors.rates import RateBook, rate_book

Pair = tuple[RoutingSnapshot, RoutingSnapshot]
_SPREAD = 0xFFFFFFFFFFFFFFFF


class RouteTrier:
    """Decides messages twice: by the version beside and by the one on trial.

    Heat, orders and binds are left out: a trial compares what people configured.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        against: RoutePolicy,
        policy: RoutePolicy,
        first: datetime,
        last: datetime,
    ) -> None:
        self._snapshot, self._book = snapshot, rate_book()
        self._turns = [turn for turn in self._book.turns(first) if turn <= last]
        self._first = first
        self._bases = tuple(_base(snapshot.routing, one) for one in (against, policy))
        self._pairs: dict[int, Pair] = {}

    def ways(self, one: PastRouted) -> tuple[RouteDecision, RouteDecision, Pair] | None:
        """Both decisions and what they rest on; None where the sender or account is gone."""
        sender = self._snapshot.senders.get(one.sender_id)
        account = self._snapshot.accounts.get(one.account_id)
        if sender is None or account is None:
            return None
        request = RouteRequest(
            msisdn=one.msisdn,
            country=one.country,
            network_id=one.network_id,
            sender_id=one.sender_id,
            sender_kind=sender.kind,
            message_class=one.message_class,
            account_id=one.account_id,
            segments=one.segments,
            spread=one.id.int & _SPREAD,
            traffic_kind=sender.traffic_kind,
            must_stay_in=account.residency,
        )
        pair = self._pair(one.at)
        return choose(pair[0], request), choose(pair[1], request), pair

    def _pair(self, at: datetime) -> Pair:
        number = bisect_right(self._turns, at)
        pair = self._pairs.get(number)
        if pair is None:
            begins = self._turns[number - 1] if number else self._first
            pair = self._pairs[number] = self._made(self._book, begins)
        return pair

    def _made(self, book: RateBook, at: datetime) -> Pair:
        rates = book.at(at)
        before, after = (replace(base, rates=rates) for base in self._bases)
        return before, after


def _base(routing: RoutingSnapshot, policy: RoutePolicy) -> RoutingSnapshot:
    # A sender whose lease has ended since could be used then.
    senders = {key: replace(one, is_usable=True) for key, one in routing.senders.items()}
    carriers = {key: replace(one, is_available=True) for key, one in routing.carriers.items()}
    return replace(
        routing,
        routes=policy_routes(policy),
        policy=policy_terms(policy),
        carriers=carriers,
        senders=senders,
        heats={},
        orders=(),
        waits={},
    )
