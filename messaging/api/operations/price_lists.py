"""Price lists: uploaded, compared, confirmed, taken back."""

from typing import Any, Final

from django.core.files.base import ContentFile
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Moment, StrictSerializer, Text, Truth, Whole
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import (
    OperationsView,
    once,
    page,
    posts,
    reads,
    who,
)
from messaging.api.operations.fields import output_of
from messaging.api.operations.filters import by_account, by_carrier, by_word, filters
from messaging.api.operations.named import account_named, carrier_named, found
from routing.constants import PriceChange, PriceKind, PriceListState
from routing.models import PriceLine, PriceList
from routing.services.prices import (
    PriceListValues,
    price_list_read,
    price_list_upload,
)

PriceListOutput = output_of(
    "PriceListOutput",
    PriceList,
    (
        "id",
        "name",
        "kind",
        "currency",
        "is_full",
        "zone",
        "effective_from",
        "jump_percent",
        "charges_rejected",
        "charges_undelivered",
        "charges_unknown",
        "state",
        "file_name",
        "lines_read",
        "counts",
        "error",
        "created_at",
        "confirmed_at",
        "undone_at",
    ),
    {
        "carrier": serializers.CharField(source="carrier.code", allow_null=True, default=None),
        "account": serializers.CharField(source="account.slug", allow_null=True, default=None),
    },
)
PriceLineOutput = output_of(
    "PriceLineOutput",
    PriceLine,
    (
        "id",
        "change",
        "line",
        "country",
        "message_class",
        "amount_micros",
        "old_micros",
        "problem",
        "content",
    ),
    {
        "network": serializers.CharField(source="network.code", allow_null=True, default=None),
        "sender": serializers.CharField(source="sender.address", allow_null=True, default=None),
    },
)


class PriceListInput(StrictSerializer):
    """A price list; `csv` is the file's text. With a carrier it is costs, else prices."""

    name = Text(max_length=120)
    currency = Text(min_length=3, max_length=3)
    carrier = Text(max_length=50, required=False, allow_null=True, help_text="The carrier's code.")
    account = Text(
        max_length=50, required=False, allow_null=True, help_text="The account's short name."
    )
    is_full = Truth(
        required=False, default=True, help_text="Rates that are not in the list end with it."
    )
    zone = Text(max_length=64, required=False, default="Asia/Ho_Chi_Minh")
    effective_from = Moment(
        required=False, allow_null=True, default=None, help_text="Absent: when it is confirmed."
    )
    jump_percent = Whole(min_value=1, max_value=1000, required=False, default=20)
    charges_rejected = Truth(
        required=False, default=False, help_text="What an SMSC refused is charged all the same."
    )
    charges_undelivered = Truth(
        required=False, default=True, help_text="False: what did not arrive is given back."
    )
    charges_unknown = Truth(
        required=False, default=True, help_text="False: what no receipt came for is given back."
    )
    csv = Text(
        max_length=8_000_000,
        trim_whitespace=False,
        help_text="With a header: country, network (or MCC-MNC), class, sender, amount.",
    )


LIST: Final = PriceListOutput()
_LINE: Final = PriceLineOutput()
LISTS = PriceList.objects.select_related("carrier", "account")
_FILTERS: Final = filters(
    "PriceLists",
    kind=by_word("kind", PriceKind.choices),
    state=by_word("state", PriceListState.choices),
    carrier=by_carrier(),
    account=by_account(),
)
_LINE_FILTERS: Final = filters("PriceLines", change=by_word("change", PriceChange.choices))


class PriceListsView(OperationsView):
    """`/price-lists`"""

    @reads(
        "list_price_lists",
        "List price lists",
        query=_FILTERS.query,
        responses={200: page_of("PriceList", PriceListOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, LISTS, LIST.to_representation, _FILTERS)

    @posts(
        "upload_price_list",
        "Upload a price list",
        request=PriceListInput,
        responses={201: PriceListOutput},
        description="Compares the list with the rates that hold: read its lines, then confirm it. "
        "Nothing is priced by it before.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, PriceListInput())
        text, carrier = values.pop("csv"), values.pop("carrier", None)
        account = account_named(values.pop("account", None))

        def work() -> tuple[int, Any]:
            made = price_list_upload(
                values=PriceListValues(
                    carrier=carrier_named(carrier) if carrier else None, account=account, **values
                ),
                file=ContentFile(text.encode(), name="api.csv"),
                file_name="api.csv",
                actor=who(request),
                is_read_now=True,
            )
            price_list_read(made.pk)
            return 201, LIST.to_representation(LISTS.get(pk=made.pk))

        return once(request, "upload_price_list", work)


class PriceListView(OperationsView):
    """`/price-lists/{id}`"""

    @reads("get_price_list", "Read a price list", responses={200: PriceListOutput}, also=(404,))
    def get(self, request: Request, list_id: int) -> Response:
        return Response(LIST.to_representation(found(LISTS, pk=list_id)))


class PriceLinesView(OperationsView):
    """`/price-lists/{id}/lines`"""

    @reads(
        "read_price_lines",
        "Read what a list changes",
        query=_LINE_FILTERS.query,
        responses={200: page_of("PriceLine", PriceLineOutput)},
        also=(404,),
        description="Line by line: new, changed, the same, ended, or bad with the reason.",
    )
    def get(self, request: Request, list_id: int) -> Response:
        lines = found(LISTS, pk=list_id).lines.select_related("network", "sender")
        return page(request, lines, _LINE.to_representation, _LINE_FILTERS)
