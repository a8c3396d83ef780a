"""Pools of senders and fallback rules as sending needs them, read with the snapshot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routing.constants import FallbackCause
from routing.models import SenderFallback, SenderPool


@dataclass(frozen=True, slots=True)
class PoolCard:
    """A pool: `members` are (sender, weight), `message_classes` empty for all."""

    id: int
    account_id: int
    name: str
    country: str
    message_classes: frozenset[str]
    spread: str
    sticky_days: int  # 0: nobody keeps a sender
    members: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FallbackCard:
    """A customer's rule: from what, why, and to what; `errors` are command_status values."""

    id: int
    account_id: int
    sender_id: int | None
    sender_kind: str
    message_classes: frozenset[str]
    causes: frozenset[str]
    errors: frozenset[int]
    to_sender_id: int | None
    to_pool_id: int | None

    def covers(self, sender_id: int, kind: str, message_class: str, cause: str) -> bool:
        """Whether the rule is for this sender, class and cause."""
        return (
            cause in self.causes
            and self.sender_id in (None, sender_id)
            and (not self.sender_kind or self.sender_kind == kind)
            and (not self.message_classes or message_class in self.message_classes)
        )


@dataclass(frozen=True, slots=True)
class StandIns:
    """Pools by id and by (account, name in small letters); rules by account, in their order;
    `errors`: all that any rule names."""

    pools: Mapping[int, PoolCard]
    pools_by_name: Mapping[tuple[int, str], PoolCard]
    fallbacks: Mapping[int, tuple[FallbackCard, ...]]
    errors: frozenset[int]

    def rules_for(
        self, account_id: int, sender_id: int, kind: str, message_class: str, cause: str
    ) -> Iterator[FallbackCard]:
        """The account's rules for a sender that fails for this cause, in order."""
        return (
            rule
            for rule in self.fallbacks.get(account_id, ())
            if rule.covers(sender_id, kind, message_class, cause)
        )


def stand_ins() -> StandIns:
    """Everything active: two queries, and one for the members."""
    pools = {
        row.pk: PoolCard(
            row.pk,
            row.account_id,
            row.name,
            row.country,
            frozenset(row.message_classes),
            row.spread,
            row.sticky_days if row.is_sticky else 0,
            tuple((one.sender_id, one.weight) for one in row.members.all()),
        )
        for row in SenderPool.objects.filter(is_active=True).prefetch_related("members")
    }
    fallbacks: dict[int, tuple[FallbackCard, ...]] = {}
    for row in SenderFallback.objects.filter(is_active=True).order_by("order", "pk"):
        fallbacks[row.account_id] = (*fallbacks.get(row.account_id, ()), _card(row))
    return StandIns(
        pools,
        {(one.account_id, one.name.casefold()): one for one in pools.values()},
        fallbacks,
        frozenset(
            error
            for rules in fallbacks.values()
            for rule in rules
            if FallbackCause.ERROR in rule.causes
            for error in rule.errors
        ),
    )


def _card(row: SenderFallback) -> FallbackCard:
    return FallbackCard(
        row.pk,
        row.account_id,
        row.sender_id,
        row.sender_kind,
        frozenset(row.message_classes),
        frozenset(row.causes),
        frozenset(int(error, 0) for error in row.errors),
        row.to_sender_id,
        row.to_pool_id,
    )
