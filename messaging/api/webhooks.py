"""The account's webhook endpoints."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api import webhook_examples as examples
from messaging.api.common import account_of, int_cursor
from messaging.api.webhook_inputs import WebhookChangeInput, WebhookInput
from messaging.api.webhook_outputs import WebhookOutput, WebhookTestOutput, webhook_shown
from messaging.models import WebhookEndpoint
from messaging.selectors.webhooks import webhook_of, webhooks_health
from messaging.services.webhooks import (
    webhook_add,
    webhook_change,
    webhook_delete,
    webhook_rotate,
    webhook_test,
)

TAG: Final = "webhooks"
WRITE: Final = (Scope.WEBHOOKS_WRITE.value,)
READ: Final = (Scope.WEBHOOKS_WRITE.value, Scope.EVENTS_READ.value)
_INPUT: Final = WebhookInput()
_CHANGE: Final = WebhookChangeInput()


def _shown(endpoint: WebhookEndpoint, secret: str | None = None) -> dict[str, Any]:
    return webhook_shown(endpoint, webhooks_health([endpoint.pk])[endpoint.pk], secret)


class WebhooksView(ApiView):
    """`/webhooks`"""

    scopes = {"GET": READ, "POST": WRITE}

    @operation(
        "list_webhooks",
        "List webhooks",
        tag=TAG,
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("Webhook", WebhookOutput)},
        description="In the order in which they were added, each with its health.",
        examples=[
            OpenApiExample(
                "One webhook",
                {"data": [examples.WEBHOOK], "next_cursor": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        after = int_cursor(wanted.get("cursor")) or 0
        found = WebhookEndpoint.objects.filter(account=account_of(request), pk__gt=after)
        rows = list(found.order_by("pk")[: wanted["limit"] + 1])
        page = cut(rows, wanted["limit"], lambda row: row.pk)
        health = webhooks_health([row.pk for row in page.rows])
        shown = [webhook_shown(row, health[row.pk]) for row in page.rows]
        return page_response(request, page, shown)

    @operation(
        "add_webhook",
        "Add a webhook",
        tag=TAG,
        scope=WRITE[0],
        request=WebhookInput,
        responses={201: WebhookOutput},
        also=(409,),
        description="It gets the events from now on. Its `secret` is in the answer, once. An "
        "account may have 20.",
        examples=[
            OpenApiExample("Receipts for the CRM", examples.WEBHOOK_REQUEST, request_only=True),
            OpenApiExample(
                "Added",
                examples.WEBHOOK | {"secret": examples.SECRET},
                response_only=True,
                status_codes=["201"],
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        stored = webhook_add(account=account_of(request), values=body(request, _INPUT))
        return Response(_shown(stored.endpoint, stored.secret), 201)


class WebhookView(ApiView):
    """`/webhooks/{id}`"""

    scopes = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}

    @operation(
        "get_webhook",
        "Read a webhook",
        tag=TAG,
        scope=READ[0],
        responses={200: WebhookOutput},
        also=(404,),
        examples=[OpenApiExample("Enabled", examples.WEBHOOK, response_only=True)],
    )
    def get(self, request: Request, webhook_id: int) -> Response:
        return Response(_shown(webhook_of(account_of(request), webhook_id)))

    @operation(
        "change_webhook",
        "Change a webhook",
        tag=TAG,
        scope=WRITE[0],
        request=WebhookChangeInput,
        responses={200: WebhookOutput},
        also=(404, 409),
        description="What is left out stays. Enabling a disabled one goes on where it stopped.",
        examples=[
            OpenApiExample("Enabled again", {"is_enabled": True}, request_only=True),
            OpenApiExample("Changed", examples.WEBHOOK, response_only=True, status_codes=["200"]),
        ],
    )
    def patch(self, request: Request, webhook_id: int) -> Response:
        endpoint = webhook_change(
            account=account_of(request), endpoint_id=webhook_id, values=body(request, _CHANGE)
        )
        return Response(_shown(endpoint))

    @operation(
        "delete_webhook",
        "Remove a webhook",
        tag=TAG,
        scope=WRITE[0],
        responses={204: None},
        also=(404,),
        description="Its deliveries go too; the event log stays.",
    )
    def delete(self, request: Request, webhook_id: int) -> Response:
        webhook_delete(account=account_of(request), endpoint_id=webhook_id)
        return Response(status=204)


class WebhookRotateView(ApiView):
    """`/webhooks/{id}/rotate`"""

    scopes = {"POST": WRITE}

    @operation(
        "rotate_webhook_secret",
        "Replace the secret",
        tag=TAG,
        scope=WRITE[0],
        responses={200: WebhookOutput},
        also=(404,),
        description="The new `secret` is in the answer, once. For 24 hours bodies are signed with "
        "both, so that nothing is refused while the new one spreads.",
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        stored = webhook_rotate(account=account_of(request), endpoint_id=webhook_id)
        return Response(_shown(stored.endpoint, stored.secret))


class WebhookTestView(ApiView):
    """`/webhooks/{id}/test`"""

    scopes = {"POST": WRITE}

    @operation(
        "test_webhook",
        "Post a test event",
        tag=TAG,
        scope=WRITE[0],
        responses={200: WebhookTestOutput},
        also=(404, 409),
        description="Posts a signed `webhook.test` event at once and says what came back. It is "
        "not part of the event log and not retried.",
        examples=[OpenApiExample("Taken", examples.TESTED, response_only=True)],
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        answer = webhook_test(account=account_of(request), endpoint_id=webhook_id)
        return Response(
            {
                "is_success": answer.is_success,
                "status": answer.status,
                "error": answer.error or None,
                "ms": answer.milliseconds,
                "headers": dict(answer.headers),
                "body": answer.body,
            }
        )
