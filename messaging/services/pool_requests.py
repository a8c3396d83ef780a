"""Requests that name a pool instead of a sender: each gets the sender that will write to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from config.common.errors import DomainError, NotAllowedError
from messaging.selectors.snapshot import AccountCard, SenderCard, Snapshot
from messaging.services.pools import PoolPicker, senders_kept
from messaging.services.requests import MessageRequest
from routing.numbers import Number, NumberError, shipped_normalizer
from routing.selectors.numbers import NumberFact, numbers_known
from routing.selectors.pools import PoolCard


def requests_addressed(
    snapshot: Snapshot,
    account: AccountCard,
    requests: Sequence[MessageRequest],
    now: datetime,
) -> list[MessageRequest | DomainError]:
    """The requests in order, those to a pool with the address of one of its senders, or why it
    has none for them; two queries per pool named, none where no pool is."""
    found: list[MessageRequest | DomainError] = list(requests)
    by_pool: dict[int, list[int]] = {}
    for index, request in enumerate(requests):
        pool = pool_named(snapshot, account, request.sender)
        if pool is not None:
            by_pool.setdefault(pool.id, []).append(index)
    for pool_id, indexes in by_pool.items():
        addressing = _Addressing(snapshot, account, snapshot.stand_ins.pools[pool_id], now)
        answers = addressing.answers([requests[index] for index in indexes])
        for index, answer in zip(indexes, answers, strict=True):
            found[index] = answer
    return found


def pool_named(snapshot: Snapshot, account: AccountCard, name: str) -> PoolCard | None:
    """The account's pool of that name; a sender of the same name comes first."""
    key = (account.id, name.strip().casefold())
    if not snapshot.stand_ins.pools_by_name or key in snapshot.senders_by_address:
        return None
    return snapshot.stand_ins.pools_by_name.get(key)


class _Addressing:
    """Requests of an account to one of its pools."""

    def __init__(
        self, snapshot: Snapshot, account: AccountCard, pool: PoolCard, now: datetime
    ) -> None:
        self._snapshot, self._account, self._pool, self._now = snapshot, account, pool, now
        self._pickers: dict[str, PoolPicker] = {}

    def answers(self, requests: Sequence[MessageRequest]) -> list[MessageRequest | DomainError]:
        numbers = [self._number(request) for request in requests]
        msisdns = [number.msisdn for number in numbers if number is not None]
        known = numbers_known(msisdns) if msisdns else {}
        kept = senders_kept(self._pool, msisdns, self._snapshot.day)
        return [
            self._answer(request, number, index, known, kept.get(number.msisdn) if number else None)
            for index, (request, number) in enumerate(zip(requests, numbers, strict=True))
        ]

    def _number(self, request: MessageRequest) -> Number | None:
        """None for what is no number: it is refused where numbers are."""
        try:
            return shipped_normalizer()(request.to, default_country=self._account.country)
        except NumberError:
            return None

    def _answer(
        self,
        request: MessageRequest,
        number: Number | None,
        index: int,
        known: dict[str, NumberFact],
        kept: int | None,
    ) -> MessageRequest | DomainError:
        message_class = self._class(request)
        country = number.country if number else self._pool.country
        network_id = None
        if number is not None:
            hint = self._snapshot.numbers.network_of(
                number.msisdn, country, known.get(number.msisdn)
            )
            network_id = hint.network_id
        sender = self._picker(message_class).pick(
            country=country,
            network_id=network_id,
            spread=int(self._now.timestamp() * 1000) + index,
            kept=kept,
        )
        if sender is None:
            return self._empty(message_class)
        return replace(request, sender=sender.address, pool_id=self._pool.id)

    def _class(self, request: MessageRequest) -> str:
        if request.template is not None:
            approved = self._snapshot.texts_by_slug.get((self._account.id, request.template))
            if approved is not None:
                return approved.message_class
        known = request.message_class in MessageClass.values
        return str(request.message_class) if known else MessageClass.TRANSACTIONAL.value

    def _picker(self, message_class: str) -> PoolPicker:
        if message_class not in self._pickers:
            self._pickers[message_class] = PoolPicker(
                self._snapshot, self._pool, message_class, self._now
            )
        return self._pickers[message_class]

    def _empty(self, message_class: str) -> DomainError:
        return NotAllowedError(
            "pool_empty",
            _(
                "Pool “%(pool)s” has no sender that may send class “%(class)s” now: add one that is"
                " active and in lease."
            )
            % {"pool": self._pool.name, "class": message_class},
            field="from",
        )


def pool_member(
    snapshot: Snapshot, pool: PoolCard, message_class: str, now: datetime
) -> SenderCard | None:
    """Some sender of the pool that may carry the class now; None where there is none."""
    return PoolPicker(snapshot, pool, message_class, now).pick(
        country=pool.country, network_id=None, spread=0
    )
