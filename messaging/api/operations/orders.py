"""Orders to traffic: drain, shift, and their ends."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass
from config.common.api.fields import Moment, StrictSerializer, Text, Truth, Word
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
from messaging.api.operations.fields import Decimal, output_of
from messaging.api.operations.filters import by_carrier, by_truth, by_word, filters
from messaging.api.operations.named import carrier_named, found, network_named
from routing.constants import OrderKind
from routing.models import CarrierOrder
from routing.services.orders import drain_order, order_lift, shift_order


class OrderInput(StrictSerializer):
    """An order: drain a carrier, or shift a part of its traffic."""

    kind = Word(choices=OrderKind.choices)
    carrier = Text(max_length=50, help_text="The carrier's code.")
    to_carrier = Text(max_length=50, required=False, allow_null=True, help_text="Of a shift.")
    part = Decimal(required=False, default=1.0, help_text="Of a shift: 0.01 to 1.")
    network = Text(max_length=50, required=False, allow_null=True)
    class_ = Word(choices=[("", ""), *MessageClass.choices], required=False, default="")
    reason = Text(max_length=200)
    until = Moment(required=False, allow_null=True, default=None)
    until_cool = Truth(required=False, default=False, help_text="Of a shift.")


OrderOutput = output_of(
    "OrderOutput",
    CarrierOrder,
    (
        "id",
        "kind",
        "part",
        "message_class",
        "reason",
        "until",
        "until_cool",
        "rests",
        "ended_at",
    ),
    {
        "carrier": serializers.CharField(source="carrier.code"),
        "network": serializers.CharField(source="network.code", allow_null=True, default=None),
        "to_carrier": serializers.CharField(
            source="to_carrier.code", allow_null=True, default=None
        ),
    },
)
_ORDER: Final = OrderOutput()
_ORDERS = CarrierOrder.objects.select_related("carrier", "to_carrier", "network")
_FILTERS: Final = filters(
    "Orders",
    kind=by_word("kind", OrderKind.choices),
    carrier=by_carrier(),
    is_open=by_truth("ended_at__isnull", "Orders that hold now."),
)


class OrdersView(OperationsView):
    """`/orders`"""

    @reads(
        "list_orders",
        "List orders",
        query=_FILTERS.query,
        responses={200: page_of("Order", OrderOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, _ORDERS, _ORDER.to_representation, _FILTERS)

    @posts(
        "give_order",
        "Drain or shift a carrier",
        request=OrderInput,
        responses={201: OrderOutput},
        also=(409,),
        description="Ends at `until`, when the carrier has cooled (`until_cool`), or when it is "
        "lifted; traffic returns by itself.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, OrderInput())

        def work() -> tuple[int, Any]:
            row = _order(values, who(request))
            return 201, _ORDER.to_representation(_ORDERS.get(pk=row.pk))

        return once(request, "give_order", work)


def _order(values: dict[str, Any], actor: Any) -> CarrierOrder:
    shared: dict[str, Any] = {
        "carrier": carrier_named(values["carrier"]),
        "reason": values["reason"],
        "actor": actor,
        "until": values["until"],
        "network": network_named(values.get("network")),
        "message_class": values["class"],
    }
    if values["kind"] == OrderKind.DRAIN:
        return drain_order(**shared)
    other = values.get("to_carrier")
    return shift_order(
        **shared,
        to_carrier=carrier_named(other, field="to_carrier") if other else None,
        part=values["part"],
        until_cool=values["until_cool"],
    )


class OrderLiftView(OperationsView):
    """`/orders/{id}/lift`"""

    @writes(
        "lift_order",
        "End an order",
        request=None,
        responses={200: OrderOutput},
        also=(404, 409),
    )
    def post(self, request: Request, order_id: int) -> Response:
        row = found(_ORDERS, pk=order_id)
        order_lift(row.pk, actor=who(request))
        return Response(_ORDER.to_representation(_ORDERS.get(pk=row.pk)))
