"""A marketer's home: what runs, how it went, what comes next."""

from typing import Any

from django.utils.translation import gettext as _

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign, Contact, ContactList
from campaigns.selectors.campaigns import EXCLUDED_STATUS
from config.common.console.labels import label
from config.dashboards.keywords import keyword_panels
from config.dashboards.money import money_panels
from config.dashboards.panels import (
    Link,
    Panel,
    Step,
    Viewer,
    ago,
    link,
    number,
    page,
    progress,
)
from config.dashboards.talks import conversations_panel
from messaging.constants import MessageStatus, VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.tallies import Counts, campaign_counts

_LIVE = (
    CampaignStatus.SCHEDULED,
    CampaignStatus.RUNNING,
    CampaignStatus.PAUSED,
    CampaignStatus.SENDING,
)
_COLOURS = {
    CampaignStatus.SCHEDULED: "info",
    CampaignStatus.RUNNING: "success",
    CampaignStatus.PAUSED: "warning",
    CampaignStatus.SENDING: "info",
    CampaignStatus.COMPLETED: "success",
    CampaignStatus.CANCELED: "danger",
}
_NOT_DELIVERED = (
    MessageStatus.UNDELIVERED,
    MessageStatus.FAILED,
    MessageStatus.EXPIRED,
    MessageStatus.BLOCKED,
)
_SHOWN = 8


def marketer_panels(viewer: Viewer) -> list[Panel]:
    """Running campaigns, who waits for an answer, recent results, money, next steps."""
    campaigns = Campaign.objects.filter(account__in=viewer.account_ids).select_related("account")
    live = list(campaigns.filter(status__in=_LIVE).order_by("-id")[:_SHOWN])
    ended = list(
        campaigns.filter(status__in=[CampaignStatus.COMPLETED, CampaignStatus.CANCELED]).order_by(
            "-id"
        )[:_SHOWN]
    )
    counts = campaign_counts([one.pk for one in (*live, *ended)])
    return [
        _running(viewer, live, counts),
        conversations_panel(viewer),
        *keyword_panels(viewer),
        _results(viewer, ended, counts),
        *money_panels(viewer),
        _next(viewer),
    ]


def _name(viewer: Viewer, campaign: Campaign) -> list[Any]:
    cells = [link(campaign.name, page("campaigns.campaign", "change", campaign.pk))]
    return [*cells, campaign.account.name] if viewer.has_many else cells


def _name_headers(viewer: Viewer) -> list[str]:
    return [_("Campaign"), _("Account")] if viewer.has_many else [_("Campaign")]


def _status(campaign: Campaign) -> Any:
    return label(campaign.get_status_display(), _COLOURS.get(CampaignStatus(campaign.status), ""))


def _running(viewer: Viewer, live: list[Campaign], counts: dict[int, Counts]) -> Panel:
    rows = [
        [
            *_name(viewer, one),
            _status(one),
            progress(
                counts[one.pk].finished + counts[one.pk].of(EXCLUDED_STATUS), one.audience_size
            ),
            ago(one.launched_at),
        ]
        for one in live
    ]
    return Panel(
        title=_("Running campaigns"),
        headers=[*_name_headers(viewer), _("Status"), _("Finished"), _("Launched")],
        rows=rows,
        empty=_("No campaign is running."),
        links=[Link(_("New campaign"), page("campaigns.campaign", "add"), is_first=True)],
    )


def _results(viewer: Viewer, ended: list[Campaign], counts: dict[int, Counts]) -> Panel:
    rows = []
    for one in ended:
        found = counts[one.pk]
        rows.append(
            [
                *_name(viewer, one),
                _status(one),
                number(one.audience_size),
                number(found.of(MessageStatus.DELIVERED)),
                number(sum(found.of(status) for status in _NOT_DELIVERED)),
                number(found.of(EXCLUDED_STATUS)),
                ago(one.completed_at),
            ]
        )
    return Panel(
        title=_("Recent results"),
        headers=[
            *_name_headers(viewer),
            _("Status"),
            _("Audience"),
            _("Delivered"),
            _("Not delivered"),
            _("Excluded"),
            _("Ended"),
        ],
        rows=rows,
        empty=_("Results appear here when a campaign has ended."),
        links=[Link(_("All campaigns"), page("campaigns.campaign", "changelist"))],
    )


def _next(viewer: Viewer) -> Panel:
    accounts = viewer.account_ids
    return Panel(
        title=_("What next"),
        steps=[
            Step(
                _("Bring in contacts"),
                _("Upload a CSV; you see every column and every bad line."),
                page("campaigns.contactimport", "changelist"),
                Contact.objects.filter(account__in=accounts).exists(),
            ),
            Step(
                _("Gather them in a list"),
                _("A campaign goes to one list."),
                page("campaigns.contactlist", "changelist"),
                ContactList.objects.filter(account__in=accounts).exists(),
            ),
            Step(
                _("Get a template approved"),
                _("Write it, see its segments, submit it to the compliance officer."),
                page("messaging.template", "changelist"),
                TemplateVersion.objects.filter(
                    template__account__in=accounts, status=VersionStatus.APPROVED
                ).exists(),
            ),
            Step(
                _("Launch a campaign"),
                _("Before it starts you see who gets it, who not and why, and what it costs."),
                page("campaigns.campaign", "changelist"),
                Campaign.objects.filter(account__in=accounts)
                .exclude(status=CampaignStatus.DRAFT)
                .exists(),
            ),
        ],
    )
