"""What time does to campaigns: due ones start, lost releases go on, finished ones complete."""

from collections.abc import Callable, Iterable

from django.db import connection, transaction

from campaigns.constants import CAMPAIGN_TRANSITIONS, CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.campaigns import EXCLUDED_STATUS, campaigns_in, messages_queued
from campaigns.services.campaigns.lifecycle import campaign_continue
from campaigns.services.locks import RELEASE_LOCK, SETTLE_LOCK, held, held_keys
from campaigns.services.wakeups import release_resend, release_wake
from config.common import audit, clock, logs
from config.common.errors import DomainError
from config.common.states import Transitions, transition
from messaging.constants import EventType
from messaging.models import Hold
from messaging.money.limits import is_enough
from messaging.selectors.money.positions import rooms_of
from messaging.selectors.tallies import Counts, campaign_counts
from messaging.services.events import event_append
from messaging.services.holds import campaign_messages_cancel, hold_lift
from messaging.services.money import CREDIT_EXHAUSTED

log = logs.get_logger(__name__)


def campaigns_settle() -> dict[str, int]:
    """Starts, restarts, completes and clears up campaigns; says how many of each."""
    with held(SETTLE_LOCK) as is_ours:
        if not is_ours:
            return {}
        return {
            "started": _each(_due(), _start),
            "funded": _each(_funded(), lambda one: campaign_continue(campaign_id=one)),
            "restarted": _each(_lost(), release_resend),
            "completed": _each(_finished(), _complete),
            "canceled": _each(_canceling(), lambda one: not campaign_cancel_messages(one)),
        }


def _each(ids: Iterable[int], act: Callable[[int], bool]) -> int:
    """How many `act` succeeded with; one that fails does not stop the others."""
    done = 0
    for campaign_id in ids:
        try:
            done += act(campaign_id)
        except DomainError as error:
            log.warning(
                "campaign not settled", extra={"campaign_id": campaign_id, "code": error.code}
            )
    return done


def _due() -> list[int]:
    due = Campaign.objects.filter(status=CampaignStatus.SCHEDULED, starts_at__lte=clock.now())
    return list(due.order_by("starts_at").values_list("id", flat=True))


@transaction.atomic
def _start(campaign_id: int) -> bool:
    moved = transition(
        Campaign, [campaign_id], to=CampaignStatus.RUNNING, transitions=_FROM_SCHEDULED
    )
    if moved:
        _record("campaign.started", Campaign.objects.get(pk=campaign_id))
        release_wake(campaign_id)
    return bool(moved)


# Only a start in time may do this: a draft is launched by a person, a pause lifted by one.
_FROM_SCHEDULED: Transitions = {CampaignStatus.SCHEDULED: frozenset({CampaignStatus.RUNNING})}


def _lost() -> list[int]:
    """Running campaigns that nobody releases now."""
    running = campaigns_in([CampaignStatus.RUNNING])
    if not running:
        return []
    at_work = held_keys(RELEASE_LOCK)
    return [campaign_id for campaign_id in running if campaign_id not in at_work]


def _funded() -> list[int]:
    """Campaigns that had stopped for want of money, of accounts that have enough again."""
    stopped = Campaign.objects.filter(
        status=CampaignStatus.PAUSED,
        stopped_for=CREDIT_EXHAUSTED,
        account__balance__resumes_campaigns=True,
    )
    needs = list(stopped.order_by("pk").values_list("pk", "account_id", "needed_micros"))
    rooms = rooms_of({account_id for _campaign, account_id, _needed in needs}, clock.now())
    return [pk for pk, account_id, needed in needs if is_enough(rooms[account_id], needed)]


def _finished() -> list[int]:
    sending = campaigns_in([CampaignStatus.SENDING])
    if not sending:
        return []
    return [one for one, counts in campaign_counts(sending).items() if counts.open <= 0]


@transaction.atomic
def _complete(campaign_id: int) -> bool:
    now = clock.now()
    moved = transition(
        Campaign,
        [campaign_id],
        to=CampaignStatus.COMPLETED,
        transitions=CAMPAIGN_TRANSITIONS,
        completed_at=now,
    )
    if not moved:
        return False
    campaign = Campaign.objects.get(pk=campaign_id)
    _record("campaign.completed", campaign)
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=campaign.account_id,
            event_type=EventType.CAMPAIGN_COMPLETED,
            at=now,
            data=_summary(campaign, campaign_counts([campaign_id])[campaign_id]),
        )
    return True


def _summary(campaign: Campaign, counts: Counts) -> dict[str, object]:
    by_status = {
        status: count
        for status, count in sorted(counts.by_status.items())
        if status != EXCLUDED_STATUS
    }
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "audience": campaign.audience_size,
        "excluded": counts.of(EXCLUDED_STATUS),
        "messages": by_status,
        "segment_count": counts.segments,
    }


def _canceling() -> list[int]:
    """Canceled campaigns that messages may still be queued of."""
    held_campaigns = Hold.objects.values_list("campaign_id", flat=True)
    return list(
        Campaign.objects.filter(
            status=CampaignStatus.CANCELED, pk__in=list(held_campaigns)
        ).values_list("id", flat=True)
    )


def campaign_cancel_messages(campaign_id: int) -> int:
    """Cancels what has not left of a canceled campaign, and takes its hold away once nothing
    is queued any more; returns how many messages are still with a bind."""
    if not Campaign.objects.filter(pk=campaign_id, status=CampaignStatus.CANCELED).exists():
        return 0
    campaign_messages_cancel(campaign_id=campaign_id)
    remaining = sum(messages_queued(campaign_id))
    if not remaining:
        with transaction.atomic():
            hold_lift(campaign_id=campaign_id)
            Campaign.objects.filter(pk=campaign_id).update(completed_at=clock.now())
    return remaining


def _record(action: str, campaign: Campaign) -> None:
    audit.record(
        action=action,
        actor=None,
        account_id=campaign.account_id,
        subject=f"campaign:{campaign.pk}",
        detail={"name": campaign.name},
    )
