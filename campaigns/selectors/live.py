"""The page of a launched campaign: what it shows at first, and every second after."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.campaigns import EXCLUDED_STATUS, Progress, campaign_progress
from campaigns.selectors.labels import grouped, money, reason_label, status_label
from config.common import clock
from messaging.constants import MessageStatus

_S = MessageStatus
OVER = frozenset({CampaignStatus.COMPLETED, CampaignStatus.CANCELED})
# In the order in which a message may end, best first; those that stay 0 are shown only at need.
_ENDS = (_S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.BLOCKED, _S.CANCELED, _S.UNKNOWN)


def live(campaign: Campaign) -> dict[str, Any]:
    """Numbers for people and for the script that keeps them fresh.

    `left` counts contacts on whom a carrier has not got anything yet, `sent` those it has.
    """
    progress = campaign_progress(campaign)
    counts = progress.counts
    status = CampaignStatus(campaign.status)
    return {
        "status": status.value,
        "status_label": str(status.label),
        "is_over": status in OVER and not _open(progress),
        "at": clock.now().timestamp(),
        "percent": progress.percent,
        "parts": _parts(progress),
        "left": progress.unreleased + progress.queued + progress.waiting,
        "sent": counts.of(_S.SENT),
        "figures": _figures(progress)
        | {
            "segments": counts.segments,
            "cost": money(counts.price_micros, campaign.account.currency),
        },
        "average": _average(campaign, counts.of(_S.SENT)),
    }


def _open(progress: Progress) -> int:
    return progress.queued + progress.waiting + progress.awaiting_receipt


def _figures(progress: Progress) -> dict[str, Any]:
    counts = progress.counts
    return {
        "audience": progress.audience,
        "unreleased": progress.unreleased,
        "excluded": progress.excluded,
        "accepted": counts.accepted,
        "waiting": progress.waiting,
        "queued": progress.queued,
        "sent": counts.of(_S.SENT),
        "awaiting": progress.awaiting_receipt,
        "proven": counts.proven,
    } | {status.value: counts.of(status) for status in _ENDS}


def _parts(progress: Progress) -> dict[str, float]:
    """The shares of the audience that the bar shows, in percent."""
    audience = progress.audience
    if not audience:
        return {"delivered": 0, "sent": 0, "failed": 0, "excluded": 0}
    delivered = progress.counts.of(_S.DELIVERED)
    failed = progress.counts.finished - delivered
    shares = {
        "delivered": delivered,
        "sent": progress.awaiting_receipt,
        "failed": failed,
        "excluded": progress.excluded,
    }
    return {name: round(100 * count / audience, 2) for name, count in shares.items()}


def _average(campaign: Campaign, sent: int) -> str | None:
    """Messages a second over the campaign's life; None before anything was sent or while it
    lasts (the page then measures the present rate)."""
    if not sent or campaign.launched_at is None or campaign.completed_at is None:
        return None
    begun = max(campaign.launched_at, campaign.starts_at or campaign.launched_at)
    seconds = (campaign.completed_at - begun).total_seconds()
    return (
        str(number_format(sent / seconds, decimal_pos=1, force_grouping=True)) if seconds else None
    )


def why_rows(campaign: Campaign) -> list[dict[str, Any]]:
    """Who got nothing and why: exclusions and failures by reason, the most frequent first."""
    counts = campaign_progress(campaign).counts
    rows = [
        {
            "status": status,
            "status_label": status_label(status),
            "reason": reason,
            "reason_label": reason_label(reason),
            "count": count,
        }
        for (status, reason), count in counts.reasons.items()
        if count > 0 and status != _S.SENT
    ]
    return sorted(rows, key=lambda row: (row["status"] != EXCLUDED_STATUS, -row["count"]))


def filters(campaign: Campaign) -> list[dict[str, Any]]:
    """The filters of the results that find something, with how many."""
    figures = _figures(campaign_progress(campaign))
    wanted = (EXCLUDED_STATUS, "scheduled", "queued", "sent", *(end.value for end in _ENDS))
    counted = figures | {"scheduled": figures["waiting"], "sent": figures["awaiting"]}
    found = [
        {"status": status, "label": status_label(status), "count": grouped(counted[status])}
        for status in wanted
        if counted[status]
    ]
    return [{"status": "", "label": _("All"), "count": grouped(figures["audience"])}, *found]
