"""Replies from phones."""

from typing import Final

from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from config.common.api.pagination import cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView
from messaging.api.common import account_of, msisdn, uuid_cursor
from messaging.api.inputs import InboundQuery
from messaging.api.outputs import InboundOutput
from messaging.selectors.messages import inbound_page

_SHOWN: Final = InboundOutput()


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
        description="Newest first. New ones also come as `inbound.received` events.",
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, InboundQuery())
        account = account_of(request)
        sender = wanted.get("sender")
        rows = inbound_page(
            account,
            sender=None if sender is None else msisdn(sender, account, field="from"),
            destination=wanted.get("to"),
            before=uuid_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda reply: reply.pk)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])
