"""Counts of campaigns' messages, summed from deltas."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Sum

from messaging.constants import TERMINAL, DeliveryProof, MessageStatus
from messaging.models import Tally


@dataclass(slots=True)
class Counts:
    """How many messages of a campaign ever entered a state, with segments and price.

    `sent` counts everything an SMSC took; terminal states do not overlap. `reasons` splits the
    failures. `proven` of the delivered ones reached the handset; of the others the network says so.
    """

    by_status: dict[str, int] = field(default_factory=dict)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    proven: int = 0
    segments: int = 0
    price_micros: int = 0

    def of(self, status: str) -> int:
        return self.by_status.get(status, 0)

    @property
    def accepted(self) -> int:
        return self.of(MessageStatus.ACCEPTED)

    @property
    def finished(self) -> int:
        return sum(self.of(status) for status in TERMINAL)

    @property
    def open(self) -> int:
        """Accepted and not finished: waiting, queued, or sent and without receipt yet."""
        return self.accepted - self.finished


def campaign_counts(campaign_ids: Collection[int]) -> dict[int, Counts]:
    """Counts per campaign; every campaign asked for is there."""
    counts = {campaign_id: Counts() for campaign_id in campaign_ids}
    rows = (
        Tally.objects.filter(campaign_id__in=list(campaign_ids))
        .values_list("campaign_id", "status", "reason")
        .annotate(Sum("messages"), Sum("segments"), Sum("price_micros"))
        .order_by()
    )
    for campaign_id, status, reason, messages, segments, price in rows:
        one = counts[campaign_id]
        one.by_status[status] = one.by_status.get(status, 0) + messages
        if status == MessageStatus.DELIVERED:
            one.proven += messages if reason == DeliveryProof.HANDSET else 0
        elif reason:
            one.reasons[status, reason] = one.reasons.get((status, reason), 0) + messages
        if status == MessageStatus.ACCEPTED:
            one.segments += segments
            one.price_micros += price
    return counts
