"""The senders an account may send from."""

from typing import Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass
from config.common.api.fields import OutputSerializer
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView
from messaging.api.common import READ_CATALOG, account_of, int_cursor
from messaging.api.outputs import sender_address
from messaging.selectors.catalog import senders_page
from routing.constants import SenderKind, SenderStatus
from routing.models import Sender


class SenderOutput(OutputSerializer):
    """A sender on lease."""

    address = serializers.SerializerMethodField(help_text="What goes into `from`.")
    kind = serializers.ChoiceField(SenderKind.choices)
    country = serializers.CharField()
    advertiser = serializers.CharField(source="advertiser.name")
    status = serializers.ChoiceField(SenderStatus.choices)
    allowed_classes = serializers.ListField(child=serializers.ChoiceField(MessageClass.choices))
    lease_start = serializers.DateField()
    lease_end = serializers.DateField(allow_null=True)
    receives_replies = serializers.BooleanField()

    def get_address(self, sender: Sender) -> str:
        return sender_address(sender.kind, sender.address)


_SENDER: Final = SenderOutput()


class SendersView(ApiView):
    """`/senders`"""

    scopes = {"GET": READ_CATALOG}

    @operation(
        "list_senders",
        "List senders",
        tag="catalog",
        scope=READ_CATALOG[0],
        query=PageInput,
        responses={200: page_of("Sender", SenderOutput)},
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = senders_page(
            account_of(request),
            after=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda sender: sender.pk)
        return page_response(request, page, [_SENDER.to_representation(row) for row in page.rows])
