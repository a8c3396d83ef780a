"""Campaigns: written, launched, paused, resumed, canceled, and brought to their end."""

from campaigns.services.campaigns.drafts import (
    campaign_create,
    campaign_delete,
    campaign_duplicate,
    campaign_update,
)
from campaigns.services.campaigns.lifecycle import (
    campaign_cancel,
    campaign_launch,
    campaign_pause,
    campaign_resume,
    campaign_unschedule,
)
from campaigns.services.campaigns.settling import campaign_cancel_messages, campaigns_settle

__all__ = [
    "campaign_cancel",
    "campaign_cancel_messages",
    "campaign_create",
    "campaign_delete",
    "campaign_duplicate",
    "campaign_launch",
    "campaign_pause",
    "campaign_resume",
    "campaign_unschedule",
    "campaign_update",
    "campaigns_settle",
]
