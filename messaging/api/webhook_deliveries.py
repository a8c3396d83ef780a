"""What became of an endpoint's deliveries, and delivering once more."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.pagination import cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api import webhook_examples as examples
from messaging.api.common import KEY_HEADER, account_of, uuid_cursor
from messaging.api.repeating import repeatable
from messaging.api.webhook_inputs import DeliveriesQuery, ReplayInput
from messaging.api.webhook_outputs import (
    DeliveryDetailOutput,
    DeliveryOutput,
    ReplayOutput,
    delivery_shown,
)
from messaging.api.webhooks import READ, TAG, WRITE
from messaging.models import Event
from messaging.selectors.webhooks import Wanted, deliveries_page, delivery_of, webhook_of
from messaging.services.webhook_replays import Choice, deliveries_replay
from messaging.webhooks.attempts import attempt_shown


class DeliveriesView(ApiView):
    """`/webhooks/{id}/deliveries`"""

    scopes = {"GET": READ}

    @operation(
        "list_webhook_deliveries",
        "List deliveries",
        tag=TAG,
        scope=READ[0],
        query=DeliveriesQuery,
        responses={200: page_of("WebhookDelivery", DeliveryOutput)},
        also=(404,),
        description="Newest event first; kept for 30 days.",
        examples=[
            OpenApiExample(
                "One given up",
                {"data": [examples.DELIVERY], "next_cursor": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request, webhook_id: int) -> Response:
        wanted = query(request, DeliveriesQuery())
        endpoint = webhook_of(account_of(request), webhook_id)
        before: UUID | None = uuid_cursor(wanted.get("cursor"))
        rows = deliveries_page(
            endpoint,
            Wanted(
                status=wanted.get("status"),
                event_types=wanted.get("types", ()),
                since=wanted.get("since"),
                until=wanted.get("until"),
            ),
            before=before,
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda delivery: delivery.event_id)
        return page_response(request, page, [delivery_shown(row) for row in page.rows])


class DeliveryView(ApiView):
    """`/webhooks/{id}/deliveries/{event_id}`"""

    scopes = {"GET": READ}

    @operation(
        "get_webhook_delivery",
        "Read a delivery with its attempts",
        tag=TAG,
        scope=READ[0],
        responses={200: DeliveryDetailOutput},
        also=(404,),
        description="What was posted and what came back, cut, without secrets.",
        examples=[OpenApiExample("Given up", examples.DELIVERY_DETAIL, response_only=True)],
    )
    def get(self, request: Request, webhook_id: int, event_id: UUID) -> Response:
        account = account_of(request)
        delivery = delivery_of(webhook_of(account, webhook_id), event_id)
        event = Event.objects.filter(pk=event_id, account=account).only("body").first()
        return Response(
            {
                **delivery_shown(delivery),
                "body": event.body if event else None,
                "log": [attempt_shown(str(event_id), entry) for entry in delivery.log],
            }
        )


class ReplayView(ApiView):
    """`/webhooks/{id}/replay`"""

    scopes = {"POST": WRITE}

    @operation(
        "replay_webhook",
        "Deliver once more",
        tag=TAG,
        scope=WRITE[0],
        request=ReplayInput,
        responses={202: ReplayOutput},
        also=(404, 409),
        parameters=[KEY_HEADER],
        description="Events by id, or by sequence, time, type and how their delivery ended. They "
        "carry the `webhook-id` of the first time and are tried from the first attempt. Without "
        "`status` also events are delivered that this webhook never had, being older than it. At "
        "most 100,000 at a time.",
        examples=[
            OpenApiExample("What was given up", {"status": "failed"}, request_only=True),
            OpenApiExample(
                "A day",
                {"since": "2027-01-30T00:00:00+07:00", "until": "2027-01-31T00:00:00+07:00"},
                request_only=True,
            ),
            OpenApiExample("Counted", examples.REPLAYED, response_only=True, status_codes=["202"]),
        ],
    )
    @repeatable
    def post(self, request: Request, webhook_id: int) -> Response:
        found = deliveries_replay(
            account=account_of(request),
            endpoint_id=webhook_id,
            choice=Choice(**body(request, ReplayInput())),
        )
        return Response({"replayed": found.replayed, "waiting": found.waiting}, 202)
