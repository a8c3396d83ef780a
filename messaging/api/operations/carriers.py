"""Carriers."""

from typing import Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.models import Carrier
from carriers.services.binds import carrier_delete, carrier_save
from config.common.api.fields import Text
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import (
    OperationsView,
    once,
    page,
    posts,
    reads,
    who,
    writes,
)
from messaging.api.operations.fields import columns_of, input_of, output_of
from messaging.api.operations.filters import by_truth, filters
from messaging.api.operations.named import found

_CARRIER = tuple(
    one.name
    for one in Carrier._meta.concrete_fields
    if one.editable and one.name not in {"id", "code"}
)
_CODE: Final = Text(max_length=50, help_text="The carrier's short name; it stays.")
CarrierInput = input_of("CarrierInput", Carrier, _CARRIER, required=("name",), more={"code": _CODE})
CarrierChangeInput = input_of("CarrierChangeInput", Carrier, _CARRIER)
CarrierOutput = output_of(
    "CarrierOutput",
    Carrier,
    _CARRIER,
    {
        "id": serializers.IntegerField(),
        "code": serializers.CharField(),
        "is_sandbox": serializers.BooleanField(help_text="It takes messages of test keys only."),
    },
)
_SHOWN: Final = CarrierOutput()
_FILTERS: Final = filters("Carriers", is_active=by_truth("is_active"))


class CarriersView(OperationsView):
    """`/carriers`"""

    @reads(
        "list_carriers",
        "List carriers",
        query=_FILTERS.query,
        responses={200: page_of("Carrier", CarrierOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, Carrier.objects.all(), _SHOWN.to_representation, _FILTERS)

    @posts(
        "add_carrier",
        "Add a carrier",
        request=CarrierInput,
        responses={201: CarrierOutput},
        also=(409,),
    )
    def post(self, request: Request) -> HttpResponse:
        values = columns_of(body(request, CarrierInput()))
        return once(
            request,
            "add_carrier",
            lambda: (201, _SHOWN.to_representation(carrier_save(None, values, who(request)))),
        )


class CarrierView(OperationsView):
    """`/carriers/{code}`"""

    @reads("get_carrier", "Read a carrier", responses={200: CarrierOutput}, also=(404,))
    def get(self, request: Request, code: str) -> Response:
        return Response(_SHOWN.to_representation(found(Carrier.objects.all(), code=code)))

    @writes(
        "change_carrier",
        "Change a carrier",
        request=CarrierChangeInput,
        responses={200: CarrierOutput},
        also=(404,),
        description="What is left out stays.",
    )
    def patch(self, request: Request, code: str) -> Response:
        row = found(Carrier.objects.all(), code=code)
        values = columns_of(body(request, CarrierChangeInput()))
        return Response(_SHOWN.to_representation(carrier_save(row, values, who(request))))

    @writes("delete_carrier", "Delete a carrier", responses={204: None}, also=(404, 409))
    def delete(self, request: Request, code: str) -> Response:
        carrier_delete(found(Carrier.objects.all(), code=code), who(request))
        return Response(status=204)
