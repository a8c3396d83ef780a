"""Writing a campaign: everything is checked before it is kept, by the code that will send it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign, ContactList
from campaigns.services.standing import sources_require, standing_require
from compliance.models import Account, User
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from messaging.constants import Priority, VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.snapshot import snapshots
from routing.models import Sender, SenderPool

_LONGEST_NAME = 120


class CampaignFields(TypedDict, total=False):
    """What a person decides about a campaign. `values`: see campaigns.slot_values."""

    name: str
    contact_list: ContactList
    template_version: TemplateVersion
    sender: Sender
    sender_pool: SenderPool | None
    values: Mapping[str, Any]
    starts_at: datetime | None
    ends_at: datetime | None
    messages_per_second: int | None
    priority: int


@transaction.atomic
def campaign_create(
    *, account: Account, actor: User | None, **fields: Unpack[CampaignFields]
) -> Campaign:
    """A new draft. Raises InvalidError or NotAllowedError naming field, rule and fix."""
    campaign = Campaign(account=account, created_by=actor)
    _fill(campaign, fields)
    campaign.save()
    _record("campaign.created", campaign, actor)
    return campaign


@transaction.atomic
def campaign_update(
    *, campaign: Campaign, actor: User | None, **fields: Unpack[CampaignFields]
) -> Campaign:
    """Changes a draft. Errors as in `campaign_create`; ConflictError once it is launched."""
    found = _draft(campaign, _("A launched campaign stays as it is: duplicate it and change that."))
    _fill(found, fields)
    found.save()
    _record("campaign.changed", found, actor)
    return found


@transaction.atomic
def campaign_duplicate(*, campaign: Campaign, actor: User | None) -> Campaign:
    """A draft like this campaign, without its times, with the template's present wording.

    Raises InvalidError or NotAllowedError where what it was made of no longer stands.
    """
    version = _present_version(campaign.template_version)
    values = {
        slot: source for slot, source in campaign.values.items() if f"{{{slot}}}" in version.body
    }
    return campaign_create(
        account=campaign.account,
        actor=actor,
        name=_copy_name(campaign.name),
        contact_list=campaign.contact_list,
        template_version=version,
        sender=campaign.sender,
        sender_pool=campaign.sender_pool,
        values=values,
        messages_per_second=campaign.messages_per_second,
        priority=campaign.priority,
    )


@transaction.atomic
def campaign_delete(*, campaign: Campaign, actor: User | None) -> None:
    """Removes a draft. Raises ConflictError once it is launched: its results are kept."""
    found = _draft(campaign, _("A launched campaign is kept with its results: cancel it instead."))
    _record("campaign.deleted", found, actor)
    found.delete()


def _draft(campaign: Campaign, refusal: str) -> Campaign:
    found = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if found.status != CampaignStatus.DRAFT:
        raise ConflictError("campaign_launched", refusal)
    return found


def _present_version(version: TemplateVersion) -> TemplateVersion:
    approved = TemplateVersion.objects.filter(
        template_id=version.template_id, status=VersionStatus.APPROVED
    )
    return approved.first() or version


def _copy_name(name: str) -> str:
    suffix = _(" (copy)")
    return name[: _LONGEST_NAME - len(suffix)] + suffix


def _fill(campaign: Campaign, fields: CampaignFields) -> None:
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.name = campaign.name.strip()
    _check_name(campaign)
    _check_list(campaign)
    _check_times(campaign, fields)
    if campaign.messages_per_second is not None and campaign.messages_per_second < 1:
        raise InvalidError(
            "speed_too_low",
            _("Speed: write at least 1 message a second, or leave it empty."),
            field="messages_per_second",
        )
    if campaign.priority not in Priority.values:
        raise InvalidError(
            "priority_unknown", _("Priority: choose low, normal or high."), field="priority"
        )
    text = standing_require(snapshots.current(), campaign)
    sources = sources_require(campaign, text)
    campaign.values = {source.slot: source.as_json() for source in sources}


def _check_name(campaign: Campaign) -> None:
    if not campaign.name or len(campaign.name) > _LONGEST_NAME:
        raise InvalidError("bad_name", _("Name: write 1 to 120 characters."), field="name")


def _check_list(campaign: Campaign) -> None:
    if campaign.contact_list.account_id != campaign.account_id:
        raise InvalidError(
            "list_of_other_account",
            _("The list belongs to another account: choose one of this account."),
            field="contact_list",
        )


def _check_times(campaign: Campaign, fields: CampaignFields) -> None:
    now = clock.now()
    starts_at, ends_at = campaign.starts_at, campaign.ends_at
    if fields.get("starts_at") is not None and starts_at is not None and starts_at <= now:
        raise InvalidError(
            "start_past",
            _("Start: this time has passed; choose a later one, or leave it empty."),
            field="starts_at",
        )
    ends_check(ends_at, max(starts_at or now, now))


def ends_check(ends_at: datetime | None, begins: datetime) -> None:
    """Raises InvalidError where a campaign would end before it begins."""
    if ends_at is not None and ends_at <= begins:
        raise InvalidError(
            "end_before_start",
            _("Useful until: choose a time after the start, or leave it empty."),
            field="ends_at",
        )


def _record(action: str, campaign: Campaign, actor: User | None) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=campaign.account_id,
        subject=f"campaign:{campaign.pk}",
        detail={
            "name": campaign.name,
            "list": campaign.contact_list_id,
            "template_version": campaign.template_version_id,
            "sender": campaign.sender_id,
            **({"sender_pool": campaign.sender_pool_id} if campaign.sender_pool_id else {}),
        },
    )
