"""What is done with a price list: confirmed, discarded, taken back."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from config.common.api.fields import StrictSerializer, Text
from config.common.api.views import body
from messaging.api.operations.common import (
    OperationsView,
    once,
    posts,
    who,
)
from messaging.api.operations.named import found
from messaging.api.operations.price_lists import LIST, LISTS, PriceListOutput
from routing.services.prices import (
    price_list_confirm,
    price_list_discard,
    price_list_undo,
)


class ReasonInput(StrictSerializer):
    """Why."""

    reason = Text(max_length=300)


class NothingInput(StrictSerializer):
    """An empty object."""


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
        row = found(LISTS, pk=list_id)
        return once(
            request,
            "confirm_price_list",
            lambda: (
                200,
                LIST.to_representation(price_list_confirm(found=row, actor=who(request))),
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
        row = found(LISTS, pk=list_id)

        def work() -> tuple[int, Any]:
            price_list_discard(found=row, actor=who(request))
            return 200, LIST.to_representation(LISTS.get(pk=row.pk))

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
        row = found(LISTS, pk=list_id)
        return once(
            request,
            "undo_price_list",
            lambda: (
                200,
                LIST.to_representation(
                    price_list_undo(found=row, actor=who(request), reason=values["reason"])
                ),
            ),
        )
