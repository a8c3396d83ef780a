"""What callers send about webhooks."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import Moment, StrictSerializer, Text, Truth, Whole, Word
from config.common.api.pagination import PageInput
from messaging.api.event_types import EventTypes, type_list
from messaging.models import WebhookDelivery

_PEM_AT_MOST = 20_000
_IDS_AT_MOST = 1_000
_MOST = 2**63 - 1


class WebhookChangeInput(StrictSerializer):
    """What is left out stays."""

    name = Text(max_length=60, required=False, help_text=_("One of its own in the account."))
    url = Text(max_length=500, required=False, help_text=_("https, on the public internet."))
    event_types = type_list(help_text=_("Empty: every event."))
    senders = serializers.ListField(
        child=Text(max_length=16),
        required=False,
        max_length=100,
        help_text=_(
            "Addresses of the account's senders: only events of what these sent or received. Empty:"
            " all events, also those of no sender."
        ),
    )
    is_ordered = Truth(
        required=False,
        help_text=_(
            "An event waits until the one before it about the same phone number (or, without one,"
            " the same message) is delivered or given up."
        ),
    )
    is_enabled = Truth(required=False)
    country = Text(
        max_length=2,
        required=False,
        allow_blank=True,
        help_text=_(
            "The receiver's, in two letters; needed where the account's data stays in a country."
        ),
    )
    client_certificate = Text(
        max_length=_PEM_AT_MOST,
        required=False,
        allow_blank=True,
        help_text=_(
            "PEM, with its chain, for a receiver that asks who calls (mutual TLS). Empty, with an"
            " empty `client_key`: none."
        ),
    )
    client_key = Text(
        max_length=_PEM_AT_MOST,
        required=False,
        allow_blank=True,
        help_text=_("Its private key in PEM, without pass phrase; never shown again."),
    )


class WebhookInput(WebhookChangeInput):
    """Where events go, and which."""

    name = Text(max_length=60, help_text=_("One of its own in the account."))
    url = Text(max_length=500, help_text=_("https, on the public internet."))


class DeliveriesQuery(PageInput):
    """Filters of the deliveries."""

    status = Word(
        choices=WebhookDelivery.Status.choices,
        required=False,
        help_text=_("`failed`: given up, the dead letters."),
    )
    types = EventTypes(help_text=_("Types with commas between."))
    since = Moment(required=False, help_text=_("Of events from this time on."))
    until = Moment(required=False, help_text=_("Of events before this time."))


class ReplayInput(StrictSerializer):
    """Events by id alone, or a range and conditions that all hold."""

    event_ids = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        min_length=1,
        max_length=_IDS_AT_MOST,
        help_text=_("These, whatever the webhook's filters say (`webhook-id`s)."),
    )
    first_sequence = Whole(min_value=1, max_value=_MOST, required=False)
    last_sequence = Whole(min_value=1, max_value=_MOST, required=False)
    since = Moment(required=False, help_text=_("Events from this time on."))
    until = Moment(required=False, help_text=_("Events before this time."))
    status = Word(
        choices=[
            (status.value, status.label)
            for status in (WebhookDelivery.Status.FAILED, WebhookDelivery.Status.DELIVERED)
        ],
        required=False,
        help_text=_("Only deliveries that ended so. Without it also events that had none here."),
    )
    event_types = type_list(help_text=_("Only these; empty: all that the webhook asks for."))
