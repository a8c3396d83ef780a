"""Messages: send one or many, read, list, cancel."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.throttling import Budget
from config.common.api.views import ApiView, body
from messaging.api import examples
from messaging.api.common import (
    KEY_HEADER,
    account_of,
    answer_response,
    key_of,
    msisdn,
    uuid_cursor,
)
from messaging.api.inputs import BatchInput, MessageInput, MessagesQuery
from messaging.api.outputs import BatchOutput, MessageDetailOutput, MessageOutput
from messaging.api.sending import send_batch, send_one
from messaging.selectors.messages import MessageFilter, message_get, messages_page
from messaging.selectors.ways import message_way
from messaging.services.holds import message_cancel
from messaging.services.idempotency import answer_once, answer_settled

_MESSAGE_INPUT: Final = MessageInput()
_BATCH_INPUT: Final = BatchInput()
_SHOWN: Final = MessageOutput()
_TAG = "messages"
_READ = (Scope.MESSAGES_READ.value,)
_SEND = (Scope.MESSAGES_SEND.value,)


class MessagesView(ApiView):
    """`/messages`"""

    scopes = {"GET": _READ, "POST": _SEND}
    budgets = {"POST": Budget.SENDS}
    takes_test_keys = True

    @operation(
        "send_message",
        "Send a message",
        tag=_TAG,
        scope=_SEND[0],
        request=MessageInput,
        responses={201: MessageOutput},
        also=(402, 409),
        parameters=[KEY_HEADER],
        description="Give `text` with `class`, or `template` with `parameters`. The answer is the "
        "stored message; what becomes of it comes as events.",
        examples=[
            OpenApiExample("From a template", examples.MESSAGE_REQUEST, request_only=True),
            OpenApiExample("Free text", examples.TEXT_REQUEST, request_only=True),
            OpenApiExample("Accepted", examples.MESSAGE, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, _MESSAGE_INPUT)
        answer = answer_settled(
            api_key=key_of(request),
            route="messages",
            key=idempotency_key(request),
            payload=request.data,
            work=partial(send_one, account_of(request), values, is_test=key_of(request).is_test),
        )
        return answer_response(answer)

    @operation(
        "list_messages",
        "List messages",
        tag=_TAG,
        scope=_READ[0],
        query=MessagesQuery,
        responses={200: page_of("Message", MessageOutput)},
        description="Newest first.",
        examples=[
            OpenApiExample(
                "A page",
                {"data": [examples.MESSAGE], "next_cursor": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, MessagesQuery())
        rows = messages_page(
            account_of(request),
            _filter(request, wanted),
            before=uuid_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda message: message.id)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])


def _filter(request: Request, wanted: Any) -> MessageFilter:
    values = {name: wanted[name] for name in wanted if name not in {"limit", "cursor"}}
    if "to" in values:
        values["to"] = msisdn(values["to"], account_of(request), field="to")
    if "sender" in values:
        values["sender"] = values["sender"].removeprefix("+")
    # A key sees what keys of its mode have sent.
    return MessageFilter(**values, is_test=key_of(request).is_test)


class BatchView(ApiView):
    """`/messages/batch`"""

    scopes = {"POST": _SEND}
    budgets = {"POST": Budget.ROWS}
    takes_test_keys = True

    @operation(
        "send_batch",
        "Send up to 10,000 messages",
        tag=_TAG,
        scope=_SEND[0],
        request=BatchInput,
        responses={202: BatchOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="Fields beside `messages` hold for every row that has none of its own; "
        "`parameters` are merged. A bad row is set aside and listed in `rejected`; it never "
        "stops the others.",
        examples=[
            OpenApiExample("Two recipients", examples.BATCH_REQUEST, request_only=True),
            OpenApiExample(
                "One set aside", examples.BATCH, response_only=True, status_codes=["202"]
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, _BATCH_INPUT, unread="messages")
        self.rows_take(request, len(values["messages"]))
        answer = answer_once(
            api_key=key_of(request),
            route="messages/batch",
            key=idempotency_key(request),
            payload=request.data,
            work=partial(send_batch, account_of(request), values, is_test=key_of(request).is_test),
        )
        return answer_response(answer)


class MessageView(ApiView):
    """`/messages/{id}`"""

    scopes = {"GET": _READ}

    @operation(
        "get_message",
        "Read a message",
        tag=_TAG,
        scope=_READ[0],
        responses={200: MessageDetailOutput},
        also=(404,),
        examples=[OpenApiExample("Delivered", examples.DELIVERED, response_only=True)],
    )
    def get(self, request: Request, message_id: UUID) -> Response:
        account = account_of(request)
        found = message_get(account, message_id, is_test=key_of(request).is_test)
        shown = _SHOWN.to_representation(found)
        return Response({**shown, "way": message_way(account, message_id, shown["from"])})


class MessageCancelView(ApiView):
    """`/messages/{id}/cancel`"""

    scopes = {"POST": _SEND}
    takes_test_keys = True

    @operation(
        "cancel_message",
        "Cancel a message",
        tag=_TAG,
        scope=_SEND[0],
        responses={200: MessageOutput},
        also=(404, 409),
        description="Possible until it is handed to a carrier; later the answer is 409 with code "
        "`not_cancelable`.",
    )
    def post(self, request: Request, message_id: UUID) -> Response:
        account = account_of(request)
        is_test = key_of(request).is_test
        message_get(account, message_id, is_test=is_test)
        message_cancel(account=account, message_id=message_id, actor=None)
        return Response(_SHOWN.to_representation(message_get(account, message_id)))
