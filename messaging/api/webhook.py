"""The account's webhook endpoint and its deliveries."""

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Truth, Word
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api import examples
from messaging.api.common import account_of, uuid_cursor
from messaging.constants import EventType
from messaging.models import WebhookDelivery, WebhookEndpoint
from messaging.selectors.events import deliveries_page
from messaging.services.webhooks import (
    Stored,
    webhook_delete,
    webhook_put,
    webhook_required,
    webhook_rotate,
    webhook_test,
)

_TAG = "webhook"
_WRITE = (Scope.WEBHOOKS_WRITE.value,)
_READ = (Scope.WEBHOOKS_WRITE.value, Scope.EVENTS_READ.value)


class WebhookInput(StrictSerializer):
    """Where events go, and which."""

    url = Text(max_length=500, help_text=_("https, on the public internet."))
    event_types = serializers.ListField(
        child=Word(choices=EventType.choices),
        required=False,
        default=list,
        max_length=len(EventType.values),
        help_text=_("Empty: every event."),
    )
    is_enabled = Truth(default=True)
    country = Text(
        max_length=2,
        default="",
        allow_blank=True,
        help_text=_(
            "The receiver's, in two letters; needed where the account's data stays in a country."
        ),
    )


class WebhookOutput(OutputSerializer):
    """The endpoint; its secret is shown only when it is new."""

    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.ChoiceField(EventType.choices))
    is_enabled = serializers.BooleanField()
    country = serializers.CharField(allow_null=True)
    disabled_reason = serializers.CharField(allow_null=True)
    failing_since = Moment(allow_null=True)
    delivered_up_to = serializers.IntegerField(
        source="position", help_text="Events up to this sequence have a delivery or were filtered."
    )
    secret = serializers.CharField(required=False, help_text="`whsec_…`; shown this once.")

    def to_representation(self, instance: WebhookEndpoint) -> dict[str, Any]:
        return {
            "url": instance.url,
            "event_types": instance.event_types,
            "is_enabled": instance.is_enabled,
            "country": instance.country or None,
            "disabled_reason": instance.disabled_reason or None,
            "failing_since": _time(instance.failing_since),
            "delivered_up_to": instance.position,
        }


class WebhookTestOutput(OutputSerializer):
    """What the receiver answered."""

    is_success = serializers.BooleanField(help_text="It answered 2xx.")
    status = serializers.IntegerField(allow_null=True, help_text="Null: there was no answer.")
    error = serializers.CharField(
        allow_null=True,
        help_text="refused_address, connection_failed, tls_failed, timeout or broken_answer.",
    )


class DeliveriesQuery(PageInput):
    """Filters of the deliveries."""

    status = Word(choices=WebhookDelivery.Status.choices, required=False)


class DeliveryOutput(OutputSerializer):
    """The delivery of one event, with its attempts so far."""

    event_id = serializers.UUIDField(help_text="The `webhook-id` header.")
    sequence = serializers.IntegerField()
    type = serializers.ChoiceField(EventType.choices)
    status = serializers.ChoiceField(WebhookDelivery.Status.choices)
    attempts = serializers.IntegerField()
    next_attempt_at = Moment(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True, help_text="HTTP status.")
    last_error = serializers.CharField(allow_blank=True)
    delivered_at = Moment(allow_null=True)


_SHOWN: Final = WebhookOutput()
_DELIVERY: Final = DeliveryOutput()
_INPUT: Final = WebhookInput()


def _time(value: Any) -> str | None:
    return None if value is None else Moment().to_representation(value)


def _with_secret(stored: Stored) -> dict[str, Any]:
    shown = _SHOWN.to_representation(stored.endpoint)
    return shown if stored.secret is None else shown | {"secret": stored.secret}


class WebhookView(ApiView):
    """`/webhook`"""

    scopes = {"GET": _READ, "PUT": _WRITE, "DELETE": _WRITE}

    @operation(
        "get_webhook",
        "Read the endpoint",
        tag=_TAG,
        scope=_READ[0],
        responses={200: WebhookOutput},
        also=(404,),
        examples=[OpenApiExample("Enabled", examples.WEBHOOK, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response(_SHOWN.to_representation(webhook_required(account_of(request))))

    @operation(
        "set_webhook",
        "Set the endpoint",
        tag=_TAG,
        scope=_WRITE[0],
        request=WebhookInput,
        responses={200: WebhookOutput, 201: WebhookOutput},
        description="A new endpoint gets the events from now on, and its `secret` is in the "
        "answer, once. Enabling a disabled one goes on where it stopped.",
        examples=[
            OpenApiExample(
                "Created",
                examples.WEBHOOK | {"secret": examples.SECRET},
                response_only=True,
                status_codes=["201"],
            )
        ],
    )
    def put(self, request: Request) -> Response:
        stored = webhook_put(account=account_of(request), **body(request, _INPUT))
        return Response(_with_secret(stored), 201 if stored.is_new else 200)

    @operation(
        "delete_webhook",
        "Remove the endpoint",
        tag=_TAG,
        scope=_WRITE[0],
        responses={204: None},
        also=(404,),
        description="Its deliveries go too; the event log stays.",
    )
    def delete(self, request: Request) -> Response:
        webhook_delete(account=account_of(request))
        return Response(status=204)


class WebhookRotateView(ApiView):
    """`/webhook/rotate`"""

    scopes = {"POST": _WRITE}

    @operation(
        "rotate_webhook_secret",
        "Replace the secret",
        tag=_TAG,
        scope=_WRITE[0],
        responses={200: WebhookOutput},
        also=(404,),
        description="The new `secret` is in the answer, once. For 24 hours bodies are signed with "
        "both, so that nothing is refused while the new one spreads.",
    )
    def post(self, request: Request) -> Response:
        return Response(_with_secret(webhook_rotate(account=account_of(request))))


class WebhookTestView(ApiView):
    """`/webhook/test`"""

    scopes = {"POST": _WRITE}

    @operation(
        "test_webhook",
        "Post a test event",
        tag=_TAG,
        scope=_WRITE[0],
        responses={200: WebhookTestOutput},
        also=(404, 409),
        description="Posts a signed `webhook.test` event at once and says what came back. It is "
        "not part of the event log and not retried.",
    )
    def post(self, request: Request) -> Response:
        answer = webhook_test(account=account_of(request))
        return Response(
            {
                "is_success": answer.is_success,
                "status": answer.status,
                "error": answer.error or None,
            }
        )


class DeliveriesView(ApiView):
    """`/webhook/deliveries`"""

    scopes = {"GET": _READ}

    @operation(
        "list_webhook_deliveries",
        "List deliveries",
        tag=_TAG,
        scope=_READ[0],
        query=DeliveriesQuery,
        responses={200: page_of("WebhookDelivery", DeliveryOutput)},
        description="Newest event first; kept for 30 days.",
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, DeliveriesQuery())
        before: UUID | None = uuid_cursor(wanted.get("cursor"))
        rows = deliveries_page(
            account_of(request),
            status=wanted.get("status"),
            before=before,
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda delivery: delivery.event_id)
        shown = [_DELIVERY.to_representation(row) for row in page.rows]
        return page_response(request, page, shown)
