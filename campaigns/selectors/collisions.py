"""Campaigns that write to the same people: who lost a place to whom, by name."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from messaging.models import Message


def campaign_names(account_id: int, ids: Iterable[str]) -> dict[str, str]:
    """The names of an account's campaigns by their id, as texts; unknown ones are left out."""
    wanted = {int(one) for one in ids if one.isascii() and one.isdecimal()}
    if not wanted:
        return {}
    rows = Campaign.objects.filter(account_id=account_id, pk__in=wanted)
    return {str(key): name for key, name in rows.values_list("pk", "name")}


def named(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """Campaigns by name, with commas between; "" stands for messages of none."""
    return ", ".join(name_of(one, names) for one in ids)


def name_of(key: str, names: Mapping[str, str]) -> str:
    """A campaign by its name, or by its number where it is gone."""
    if not key:
        return _("single messages")
    return names.get(key) or _("campaign %(id)s") % {"id": key}


def lost_to(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Of messages that lost their place to another one: that one's campaign, "" for none."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = Message.objects.filter(
        id__in=wanted, id__gte=min(wanted), id__lte=max(wanted), decision__has_key="lost_to"
    )
    found: dict[UUID, Any] = dict(rows.values_list("id", "decision__lost_to__campaign"))
    return {key: "" if campaign is None else str(campaign) for key, campaign in found.items()}
