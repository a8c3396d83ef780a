"""What callers send and see of campaigns."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.campaigns import EXCLUDED_STATUS, excluded_of
from campaigns.selectors.labels import plain_amount
from campaigns.slot_values import LONGEST_TEXT
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole, Word
from messaging.constants import MessageStatus, Priority
from messaging.selectors.tallies import Counts

_MOST_SLOTS = 50


class SourceInput(StrictSerializer):
    """Where a slot's value comes from: `attribute` (with `fallback`), or `fixed`."""

    attribute = Text(
        max_length=40,
        required=False,
        help_text=_("`name`, `language` or the key of one of the contacts' attributes."),
    )
    fallback = Text(
        max_length=LONGEST_TEXT,
        required=False,
        allow_blank=True,
        help_text=_("Used where the attribute is empty; without it that contact is excluded."),
    )
    fixed = Text(
        max_length=LONGEST_TEXT, required=False, help_text=_("The same text for everybody.")
    )


PRIORITIES = [(one.name.lower(), one.label) for one in Priority]


class Sources(serializers.DictField):
    """A source for each slot of the template."""

    child = SourceInput()
    default_error_messages = {
        "not_a_dict": _("The value is not a JSON object: write {{…}} with a source for each slot."),
    }


class CampaignInput(StrictSerializer):
    """A new draft."""

    name = Text(max_length=120)
    list_ = Whole(min_value=1, max_value=2**63 - 1, help_text=_("Id of the list it goes to."))
    template = Text(max_length=50, help_text=_("Short name of the template; it is approved."))
    from_ = Text(max_length=30, source="sender", help_text=_("The sender, or a pool of senders."))
    values = Sources(default=dict, help_text=_("For each slot of the template its source."))
    starts_at = Moment(
        required=False, allow_null=True, help_text=_("Left out: at once when launched.")
    )
    ends_at = Moment(
        required=False, allow_null=True, help_text=_("What has not left by then is dropped.")
    )
    messages_per_second = Whole(
        min_value=1,
        max_value=100_000,
        required=False,
        allow_null=True,
        help_text=_("Left out: as fast as the carriers take them."),
    )
    priority = Word(
        choices=PRIORITIES,
        default="normal",
        help_text=_(
            "`low`, `normal` or `high`: where a person may get only so many messages in a day, a "
            "higher one takes the place of a lower one that has not left yet."
        ),
    )


class MoneyOutput(OutputSerializer):
    """Money as a decimal string."""

    amount = serializers.CharField()
    currency = serializers.CharField(help_text="ISO 4217.")


class PreflightOutput(OutputSerializer):
    """What the campaign would do, by the code that sends."""

    state = serializers.CharField(help_text="`missing`, `running`, `failed`, `stale` or `fresh`.")
    at = Moment(allow_null=True)
    audience = serializers.IntegerField(allow_null=True)
    released = serializers.IntegerField(allow_null=True, help_text="Who would get a message.")
    exclusions = serializers.DictField(help_text="Contacts by reason.")
    segment_count = serializers.IntegerField(allow_null=True)
    cost = MoneyOutput(allow_null=True)
    waiting = serializers.IntegerField(
        allow_null=True, help_text="Of them, who would wait for a sending window."
    )
    finish_at = Moment(allow_null=True)


class ProgressOutput(OutputSerializer):
    """Where the audience stands."""

    audience = serializers.IntegerField()
    excluded = serializers.IntegerField()
    exclusions = serializers.DictField(help_text="Contacts by reason.")
    messages = serializers.DictField(
        help_text="How many messages were ever in a state: `accepted` is all of them, `sent` all "
        "that a carrier took; the states after that do not overlap."
    )
    proven = serializers.IntegerField(
        help_text="Of those delivered, how many reached the handset by a receipt that proves it; "
        "of the others the network says so."
    )
    segment_count = serializers.IntegerField()
    cost = MoneyOutput()


class CampaignOutput(OutputSerializer):
    """A campaign."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.ChoiceField(CampaignStatus.choices)
    list_ = serializers.IntegerField(source="contact_list_id")
    template = serializers.CharField(source="template_version.template.slug")
    template_version = serializers.IntegerField(source="template_version.number")
    from_ = serializers.SerializerMethodField(help_text="The sender, or the pool of senders.")
    values = serializers.DictField()
    starts_at = Moment(allow_null=True)
    ends_at = Moment(allow_null=True)
    messages_per_second = serializers.IntegerField(allow_null=True)
    priority = serializers.SerializerMethodField(help_text="`low`, `normal` or `high`.")
    created_at = Moment()
    stopped_for = serializers.CharField(
        help_text="Why the platform paused it, as a code (`credit_exhausted`, `trial_campaign`, …); "
        "else empty."
    )
    launched_at = Moment(allow_null=True)
    completed_at = Moment(allow_null=True)
    progress = serializers.SerializerMethodField()
    preflight = serializers.SerializerMethodField(help_text="Null in lists.")

    def get_from(self, campaign: Campaign) -> str:
        pool = campaign.sender_pool
        return campaign.sender.address if pool is None else pool.name

    def get_priority(self, campaign: Campaign) -> str:
        return Priority(campaign.priority).name.lower()

    @extend_schema_field(ProgressOutput)
    def get_progress(self, campaign: Campaign) -> dict[str, Any]:
        return progress_shown(campaign, campaign.counts)  # type: ignore[attr-defined]

    @extend_schema_field(PreflightOutput(allow_null=True))
    def get_preflight(self, campaign: Campaign) -> dict[str, Any] | None:
        state: str = getattr(campaign, "preflight_state", "")
        return preflight_shown(campaign.preflight or {}, state) if state else None


def progress_shown(campaign: Campaign, counts: Counts) -> dict[str, Any]:
    """The counts of a campaign as the API writes them."""
    states = (status.value for status in MessageStatus)
    return {
        "audience": campaign.audience_size,
        "excluded": counts.of(EXCLUDED_STATUS),
        "exclusions": excluded_of(counts),
        "messages": {state: counts.of(state) for state in states if counts.of(state)},
        "proven": counts.proven,
        "segment_count": counts.segments,
        "cost": _money(counts.price_micros, campaign.account.currency),
    }


def preflight_shown(report: Mapping[str, Any], state: str) -> dict[str, Any]:
    """A report as the API writes it; empty where there is none that finished."""
    is_done = report.get("state") == "done"
    return {
        "state": state,
        "at": report.get("at"),
        "audience": report.get("audience"),
        "released": report.get("released"),
        "exclusions": report.get("exclusions", {}),
        "segment_count": report.get("segments"),
        "cost": _money(report["price_micros"], report["currency"]) if is_done else None,
        "waiting": report["waiting"]["messages"] if is_done else None,
        "finish_at": report.get("finish_at"),
    }


def _money(micros: int, currency: str) -> dict[str, str]:
    return {"amount": plain_amount(micros), "currency": currency}
