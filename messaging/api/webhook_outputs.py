"""What callers see of webhooks and deliveries: never a secret but a new one, once."""

from datetime import datetime
from typing import Any, Final

from rest_framework import serializers

from config.common import clock
from config.common.api.fields import Moment, OutputSerializer
from messaging.constants import EventType
from messaging.models import WebhookDelivery, WebhookEndpoint
from messaging.selectors.webhooks import Attempts, Health

ERRORS: Final = (
    "refused_address, connection_failed, tls_failed, timeout, broken_answer or bad_certificate."
)

DELIVERY_STATUSES = WebhookDelivery.Status.choices  # named in the schema


class AttemptCountsOutput(OutputSerializer):
    """Attempts of a time."""

    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    success_rate = serializers.FloatField(
        allow_null=True, help_text="0 to 1; null without any attempt."
    )


class HealthOutput(OutputSerializer):
    """How the webhook does."""

    last_hour = AttemptCountsOutput()
    last_day = AttemptCountsOutput()
    median_ms = serializers.IntegerField(
        allow_null=True, help_text="Of the last hour's attempts, about."
    )
    failing_since = Moment(allow_null=True, help_text="The first failure after the last success.")
    waiting_count = serializers.IntegerField(
        help_text="Events to be delivered; of the newest some may be filtered out yet."
    )
    given_up_count = serializers.IntegerField(help_text="Deliveries with status `failed`.")


class WebhookOutput(OutputSerializer):
    """An endpoint; its secret is shown only when it is new."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.ChoiceField(EventType.choices))
    senders = serializers.ListField(child=serializers.CharField())
    is_ordered = serializers.BooleanField()
    is_enabled = serializers.BooleanField()
    country = serializers.CharField(allow_null=True)
    disabled_reason = serializers.CharField(allow_null=True)
    delivered_up_to = serializers.IntegerField(
        source="position", help_text="Events up to this sequence have a delivery or were filtered."
    )
    former_secret_until = Moment(
        allow_null=True, help_text="After a rotation: until then both secrets sign."
    )
    client_certificate_ends_at = Moment(allow_null=True)
    health = HealthOutput()
    secret = serializers.CharField(required=False, help_text="`whsec_…`; shown this once.")


class WebhookTestOutput(OutputSerializer):
    """What the receiver answered."""

    is_success = serializers.BooleanField(help_text="It answered 2xx.")
    status = serializers.IntegerField(allow_null=True, help_text="Null: there was no answer.")
    error = serializers.CharField(allow_null=True, help_text=ERRORS)
    ms = serializers.IntegerField()
    headers = serializers.DictField(child=serializers.CharField())
    body = serializers.CharField(allow_blank=True, help_text="Its first 1,000 characters.")


class DeliveryOutput(OutputSerializer):
    """The delivery of one event."""

    event_id = serializers.UUIDField(help_text="The `webhook-id` header.")
    sequence = serializers.IntegerField()
    type = serializers.ChoiceField(EventType.choices)
    status = serializers.ChoiceField(DELIVERY_STATUSES)
    attempts = serializers.IntegerField(help_text="Since it was planned or replayed.")
    next_attempt_at = Moment(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True, help_text="HTTP status.")
    last_error = serializers.CharField(allow_blank=True)
    delivered_at = Moment(allow_null=True)


class SentOutput(OutputSerializer):
    """What was posted."""

    url = serializers.CharField(allow_null=True, help_text="Without its query.")
    headers = serializers.DictField(
        child=serializers.CharField(), help_text="Signatures are counted, not shown."
    )


class AnsweredOutput(OutputSerializer):
    """What came back."""

    status = serializers.IntegerField(allow_null=True, help_text="Null: there was no answer.")
    headers = serializers.DictField(
        child=serializers.CharField(), help_text="At most 20, cut; cookies are hidden."
    )
    body = serializers.CharField(allow_blank=True, help_text="Its first 1,000 characters.")
    ms = serializers.IntegerField()


class AttemptOutput(OutputSerializer):
    """One attempt."""

    at = Moment(help_text="When it was over.")
    error = serializers.CharField(allow_null=True)
    request = SentOutput()
    response = AnsweredOutput()


class DeliveryDetailOutput(DeliveryOutput):
    """A delivery with its last 20 attempts, oldest first."""

    body = serializers.CharField(
        allow_null=True, help_text="What is posted, to the byte; null: retention took the event."
    )
    log = AttemptOutput(many=True)


class ReplayOutput(OutputSerializer):
    """How much is delivered once more."""

    replayed = serializers.IntegerField(help_text="Events that are delivered once more from now.")
    waiting = serializers.IntegerField(help_text="Of the choice, what was waiting already.")


_DELIVERY: Final = DeliveryOutput()


def webhook_shown(
    endpoint: WebhookEndpoint, health: Health, secret: str | None = None
) -> dict[str, Any]:
    """An endpoint, with its secret where that is new."""
    until = endpoint.previous_secret_until
    shown = {
        "id": endpoint.pk,
        "name": endpoint.name,
        "url": endpoint.url,
        "event_types": endpoint.event_types,
        "senders": endpoint.senders,
        "is_ordered": endpoint.is_ordered,
        "is_enabled": endpoint.is_enabled,
        "country": endpoint.country or None,
        "disabled_reason": endpoint.disabled_reason or None,
        "delivered_up_to": endpoint.position,
        "former_secret_until": _time(until if until and until > clock.now() else None),
        "client_certificate_ends_at": _time(endpoint.client_certificate_ends_at),
        "health": {
            "last_hour": _counts(health.hour),
            "last_day": _counts(health.day),
            "median_ms": health.median_milliseconds,
            "failing_since": _time(endpoint.failing_since),
            "waiting_count": health.waiting,
            "given_up_count": health.given_up,
        },
    }
    return shown if secret is None else shown | {"secret": secret}


def delivery_shown(delivery: WebhookDelivery) -> Any:
    """A delivery without its attempts."""
    return _DELIVERY.to_representation(delivery)


def _counts(found: Attempts) -> dict[str, Any]:
    rate = found.rate
    return {
        "succeeded": found.succeeded,
        "failed": found.failed,
        "success_rate": None if rate is None else round(rate, 4),
    }


def _time(value: datetime | None) -> str | None:
    return None if value is None else Moment().to_representation(value)
