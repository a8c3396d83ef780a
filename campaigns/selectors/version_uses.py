"""Campaigns that send a template version: named before somebody withdraws it."""

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.campaigns import campaign_progress
from messaging.selectors.version_uses import VersionUse

_LIVE = (
    CampaignStatus.SCHEDULED,
    CampaignStatus.RUNNING,
    CampaignStatus.PAUSED,
    CampaignStatus.SENDING,
)
_MOST = 50


def campaigns_using(version_id: int) -> list[VersionUse]:
    """Those that have begun or will, the latest first."""
    rows = Campaign.objects.filter(template_version_id=version_id, status__in=_LIVE)
    return [_use(row) for row in rows.order_by("-pk")[:_MOST]]


def _use(campaign: Campaign) -> VersionUse:
    progress = campaign_progress(campaign)
    return VersionUse(
        label="campaigns.campaign",
        pk=campaign.pk,
        name=campaign.name,
        status=str(campaign.get_status_display()),
        unreleased=progress.unreleased,
        unsent=progress.queued + progress.waiting,
    )
