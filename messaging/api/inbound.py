"""Replies from phones."""

from typing import Final
from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from config.common.api.pagination import cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView
from messaging.api.common import account_of, key_of, msisdn, uuid_cursor
from messaging.api.inbound_examples import DETAIL, LIST
from messaging.api.inputs import InboundQuery
from messaging.api.outputs import InboundDetailOutput, InboundOutput
from messaging.selectors.inbound import InboundFilter, inbound_get, inbound_page

_SHOWN: Final = InboundOutput()
_SHOWN_WHOLE: Final = InboundDetailOutput()


class InboundView(ApiView):
    """`/inbound`"""

    scopes = {"GET": (Scope.MESSAGES_READ.value,)}

    @operation(
        "list_inbound",
        "List replies",
        tag="inbound",
        scope=Scope.MESSAGES_READ.value,
        query=InboundQuery,
        responses={200: page_of("Inbound", InboundOutput)},
        description="Newest first. New ones also come as `inbound.received` events, and late parts "
        "of incomplete ones as `inbound.amended`.",
        examples=[OpenApiExample("Replies", LIST, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, InboundQuery())
        account = account_of(request)
        sender = wanted.get("sender")
        rows = inbound_page(
            account,
            InboundFilter(
                sender=None if sender is None else msisdn(sender, account, field="from"),
                destination=wanted.get("to"),
                state=wanted.get("state"),
                network=wanted.get("network"),
                received_after=wanted.get("received_after"),
                received_before=wanted.get("received_before"),
                is_test=key_of(request).is_test,
            ),
            before=uuid_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda reply: reply.pk)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])


class InboundDetailView(ApiView):
    """`/inbound/{id}`"""

    scopes = {"GET": (Scope.MESSAGES_READ.value,)}

    @operation(
        "get_inbound",
        "Read a reply with its parts",
        tag="inbound",
        scope=Scope.MESSAGES_READ.value,
        responses={200: InboundDetailOutput},
        also=(404,),
        examples=[OpenApiExample("Incomplete", DETAIL, response_only=True)],
    )
    def get(self, request: Request, reply_id: UUID) -> Response:
        reply = inbound_get(account_of(request), reply_id, is_test=key_of(request).is_test)
        return Response(_SHOWN_WHOLE.to_representation(reply))
