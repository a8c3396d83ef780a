"""What is known of campaigns: progress by stage, and how their texts may be filled."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from messaging.constants import MessageStatus
from messaging.selectors.tallies import Counts, campaign_counts

EXCLUDED_STATUS = "excluded"  # in the tallies, beside the states of messages
# One statement, so that a message on its way from one table to the other is seen once.
_QUEUED = """
SELECT (SELECT count(*) FROM messaging_dispatch WHERE campaign_id = %(campaign)s),
    (SELECT count(*) FROM (SELECT 1 FROM messaging_waiting WHERE campaign_id = %(campaign)s
        LIMIT %(most)s) AS waiting)
"""
_MOST_WAITING = 100_000


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an audience stands: every contact is in exactly one of `unreleased`, `excluded`,
    `queued`, `waiting`, `awaiting_receipt` and the terminal states of `counts`.

    `queued` may leave now; `waiting` has to wait for its hour, a retry or the end of a pause.
    """

    audience: int
    excluded: int
    queued: int
    waiting: int
    awaiting_receipt: int
    counts: Counts

    @property
    def handled(self) -> int:
        """Contacts released or excluded."""
        return self.excluded + self.counts.accepted

    @property
    def unreleased(self) -> int:
        return max(0, self.audience - self.handled)

    @property
    def done(self) -> int:
        """Contacts of which nothing more is expected."""
        return self.excluded + self.counts.finished

    @property
    def percent(self) -> int:
        """Done, of 100; 100 only when all are."""
        return self.done * 100 // self.audience if self.audience else 0


def excluded_of(counts: Counts) -> dict[str, int]:
    """Contacts excluded at release, by reason."""
    return {
        reason: count
        for (status, reason), count in counts.reasons.items()
        if status == EXCLUDED_STATUS
    }


def campaign_progress(campaign: Campaign) -> Progress:
    """The present state in four cheap queries, whatever the size of the audience."""
    counts = campaign_counts([campaign.pk])[campaign.pk]
    queued, waiting = messages_queued(campaign.pk)
    unsent = min(counts.open, queued + waiting)
    if waiting >= _MOST_WAITING:  # not counted to the end
        unsent = max(unsent, counts.open - _at_carriers(counts))
    return Progress(
        audience=campaign.audience_size,
        excluded=counts.of(EXCLUDED_STATUS),
        queued=min(queued, unsent),
        waiting=max(0, unsent - queued),
        awaiting_receipt=counts.open - unsent,
        counts=counts,
    )


def messages_queued(campaign_id: int) -> tuple[int, int]:
    """Messages in the dispatch queue, and those that wait (counted up to 100,000)."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUED, {"campaign": campaign_id, "most": _MOST_WAITING})
        queued, waiting = cursor.fetchone()
    return int(queued), int(waiting)


def _at_carriers(counts: Counts) -> int:
    settled = (MessageStatus.DELIVERED, MessageStatus.UNDELIVERED, MessageStatus.UNKNOWN)
    return max(0, counts.of(MessageStatus.SENT) - sum(counts.of(status) for status in settled))


def campaigns_in(statuses: Collection[CampaignStatus]) -> list[int]:
    """Ids of the campaigns in these states, oldest first."""
    return list(
        Campaign.objects.filter(status__in=statuses).order_by("id").values_list("id", flat=True)
    )


def campaign_names_of(ids: Collection[int]) -> Mapping[int, str]:
    """Names of campaigns by id."""
    return dict(Campaign.objects.filter(pk__in=ids).values_list("pk", "name"))
