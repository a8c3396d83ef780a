"""Rates in force, and price lists: uploaded, compared, confirmed, taken back."""

from typing import Any, Final

from django.core.files.base import ContentFile
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Moment, StrictSerializer, Text, Truth, Whole
from config.common.api.pagination import PageInput
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations import examples
from messaging.api.operations.common import (
    OperationsView,
    account_named,
    carrier_named,
    found,
    once,
    page,
    posts,
    reads,
    who,
)
from messaging.api.operations.examples import shown
from messaging.api.operations.fields import output_of
from routing.models import PriceLine, PriceList, Rate
from routing.services.prices import (
    PriceListValues,
    price_list_confirm,
    price_list_discard,
    price_list_read,
    price_list_undo,
    price_list_upload,
)

RateOutput = output_of(
    "RateOutput",
    Rate,
    ("id", "country", "message_class", "amount_micros", "currency", "effective_from"),
    {
        "carrier": serializers.CharField(source="carrier.code", allow_null=True, default=None),
        "account": serializers.CharField(source="account.slug", allow_null=True, default=None),
        "network": serializers.CharField(source="network.code", allow_null=True, default=None),
        "price_list": serializers.IntegerField(source="price_list_id", allow_null=True),
    },
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
    {"network": serializers.CharField(source="network.code", allow_null=True, default=None)},
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
    csv = Text(
        max_length=8_000_000,
        trim_whitespace=False,
        help_text="With a header: country, network (or MCC-MNC), class, amount.",
    )


class ReasonInput(StrictSerializer):
    """Why."""

    reason = Text(max_length=300)


class NothingInput(StrictSerializer):
    """An empty object."""


_RATE: Final = RateOutput()
_LIST: Final = PriceListOutput()
_LINE: Final = PriceLineOutput()
_LISTS = PriceList.objects.select_related("carrier", "account")


class RatesView(OperationsView):
    """`/rates`"""

    @reads(
        "list_rates", "List rates", query=PageInput, responses={200: page_of("Rate", RateOutput)}
    )
    def get(self, request: Request) -> Response:
        rows = Rate.objects.select_related("carrier", "account", "network")
        return page(request, rows, _RATE.to_representation)


class PriceListsView(OperationsView):
    """`/price-lists`"""

    @reads(
        "list_price_lists",
        "List price lists",
        query=PageInput,
        responses={200: page_of("PriceList", PriceListOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, _LISTS, _LIST.to_representation)

    @posts(
        "upload_price_list",
        "Upload a price list",
        examples=shown("upload_price_list", examples.PRICE_LIST),
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
            return 201, _LIST.to_representation(_LISTS.get(pk=made.pk))

        return once(request, "upload_price_list", work)


class PriceListView(OperationsView):
    """`/price-lists/{id}`"""

    @reads("get_price_list", "Read a price list", responses={200: PriceListOutput}, also=(404,))
    def get(self, request: Request, list_id: int) -> Response:
        return Response(_LIST.to_representation(found(_LISTS, pk=list_id)))


class PriceLinesView(OperationsView):
    """`/price-lists/{id}/lines`"""

    @reads(
        "read_price_lines",
        "Read what a list changes",
        query=PageInput,
        responses={200: page_of("PriceLine", PriceLineOutput)},
        also=(404,),
        description="Line by line: new, changed, the same, ended, or bad with the reason.",
    )
    def get(self, request: Request, list_id: int) -> Response:
        lines = found(_LISTS, pk=list_id).lines.select_related("network")
        return page(request, lines, _LINE.to_representation)


class PriceListConfirmView(OperationsView):
    """`/price-lists/{id}/confirm`"""

    @posts(
        "confirm_price_list",
        "Confirm a price list",
        request=NothingInput,
        responses={200: PriceListOutput},
        also=(404, 409),
    )
    def post(self, request: Request, list_id: int) -> HttpResponse:
        body(request, NothingInput())
        row = found(_LISTS, pk=list_id)
        return once(
            request,
            "confirm_price_list",
            lambda: (
                200,
                _LIST.to_representation(price_list_confirm(found=row, actor=who(request))),
            ),
        )


class PriceListDiscardView(OperationsView):
    """`/price-lists/{id}/discard`"""

    @posts(
        "discard_price_list",
        "Discard a price list",
        request=NothingInput,
        responses={200: PriceListOutput},
        also=(404, 409),
        description="One that was never confirmed.",
    )
    def post(self, request: Request, list_id: int) -> HttpResponse:
        body(request, NothingInput())
        row = found(_LISTS, pk=list_id)

        def work() -> tuple[int, Any]:
            price_list_discard(found=row, actor=who(request))
            return 200, _LIST.to_representation(_LISTS.get(pk=row.pk))

        return once(request, "discard_price_list", work)


class PriceListUndoView(OperationsView):
    """`/price-lists/{id}/undo`"""

    @posts(
        "undo_price_list",
        "Take a price list back",
        request=ReasonInput,
        responses={200: PriceListOutput},
        also=(404, 409),
        description="From now on exactly those rates hold that would hold without it.",
    )
    def post(self, request: Request, list_id: int) -> HttpResponse:
        values = body(request, ReasonInput())
        row = found(_LISTS, pk=list_id)
        return once(
            request,
            "undo_price_list",
            lambda: (
                200,
                _LIST.to_representation(
                    price_list_undo(found=row, actor=who(request), reason=values["reason"])
                ),
            ),
        )
