"""Orders to traffic, temperatures with pins, and quality."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.models import Carrier
from compliance.constants import MessageClass
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Truth, Word
from config.common.api.pagination import PageInput
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations import examples
from messaging.api.operations.common import (
    OperationsView,
    carrier_named,
    found,
    network_named,
    once,
    page,
    posts,
    reads,
    who,
    writes,
)
from messaging.api.operations.examples import shown
from messaging.api.operations.fields import Decimal, output_of
from routing.constants import HeatState, OrderKind
from routing.models import CarrierOrder, Network, RouteQuality, Temperature
from routing.services.orders import (
    drain_order,
    order_lift,
    shift_order,
    temperature_pin,
    temperature_unpin,
)


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


class PinInput(StrictSerializer):
    """A state to hold a carrier in, whatever happens."""

    carrier = Text(max_length=50, help_text="The carrier's code.")
    state = Word(choices=HeatState.choices)
    network = Text(max_length=50, required=False, allow_null=True)
    class_ = Word(choices=[("", ""), *MessageClass.choices], required=False, default="")
    reason = Text(max_length=200)
    until = Moment(required=False, allow_null=True, default=None)


TemperatureOutput = output_of(
    "TemperatureOutput",
    Temperature,
    (
        "id",
        "message_class",
        "value",
        "state",
        "share",
        "reasons",
        "changed_at",
        "updated_at",
        "pinned_state",
        "pinned_until",
        "pin_reason",
    ),
    {
        "carrier": serializers.CharField(source="carrier.code"),
        "network": serializers.CharField(source="network.code", allow_null=True, default=None),
    },
)
_ORDER: Final = OrderOutput()
_HEAT: Final = TemperatureOutput()
_ORDERS = CarrierOrder.objects.select_related("carrier", "to_carrier", "network")
_HEATS = Temperature.objects.select_related("carrier", "network")


class QualityOutput(OutputSerializer):
    """How a carrier does; null where there are too few samples."""

    id = serializers.IntegerField()
    carrier = serializers.CharField()
    network = serializers.CharField(allow_null=True, help_text="Null: over all networks.")
    class_ = serializers.CharField()
    delivery_rate = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True)
    coverage = serializers.FloatField(allow_null=True)
    conversion = serializers.FloatField(allow_null=True)
    samples = serializers.IntegerField()
    computed_at = Moment()


class OrdersView(OperationsView):
    """`/orders`"""

    @reads(
        "list_orders",
        "List orders",
        query=PageInput,
        responses={200: page_of("Order", OrderOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, _ORDERS, _ORDER.to_representation)

    @posts(
        "give_order",
        "Drain or shift a carrier",
        examples=shown("give_order", examples.ORDER),
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


class TemperaturesView(OperationsView):
    """`/temperatures`"""

    @reads(
        "list_temperatures",
        "List temperatures",
        query=PageInput,
        responses={200: page_of("Temperature", TemperatureOutput)},
        description="Of each carrier, network and class; without a network: over all of them.",
    )
    def get(self, request: Request) -> Response:
        return page(request, _HEATS, _HEAT.to_representation)


class TemperaturePinView(OperationsView):
    """`/temperatures/pin`"""

    @writes(
        "pin_temperature",
        "Pin a temperature",
        examples=shown("pin_temperature", examples.PIN),
        request=PinInput,
        responses={200: TemperatureOutput(many=True)},
    )
    def post(self, request: Request) -> Response:
        values = body(request, PinInput())
        rows = temperature_pin(
            carrier=carrier_named(values["carrier"]),
            state=values["state"],
            reason=values["reason"],
            actor=who(request),
            network=network_named(values.get("network")),
            message_class=values["class"],
            until=values["until"],
        )
        pinned = _HEATS.filter(pk__in=[row.pk for row in rows]).order_by("pk")
        return Response([_HEAT.to_representation(row) for row in pinned])


class TemperatureUnpinView(OperationsView):
    """`/temperatures/{id}/unpin`"""

    @writes(
        "unpin_temperature",
        "Unpin a temperature",
        request=None,
        responses={200: TemperatureOutput},
        also=(404, 409),
    )
    def post(self, request: Request, temperature_id: int) -> Response:
        row = found(_HEATS, pk=temperature_id)
        temperature_unpin(row.pk, actor=who(request))
        return Response(_HEAT.to_representation(_HEATS.get(pk=row.pk)))


class QualitiesView(OperationsView):
    """`/quality`"""

    @reads(
        "list_qualities",
        "List quality",
        query=PageInput,
        responses={200: page_of("Quality", QualityOutput)},
    )
    def get(self, request: Request) -> Response:
        carriers = dict(Carrier.objects.values_list("pk", "code"))
        networks = dict(Network.objects.values_list("pk", "code"))

        def quality(row: RouteQuality) -> dict[str, Any]:
            return {
                "id": row.pk,
                "carrier": carriers.get(row.carrier_id, ""),
                "network": networks.get(row.network_id),
                "class": row.message_class,
                "delivery_rate": row.delivery_rate,
                "median_seconds": row.median_seconds,
                "coverage": row.coverage,
                "conversion": row.conversion,
                "samples": row.samples,
                "computed_at": Moment().to_representation(row.computed_at),
            }

        return page(request, RouteQuality.objects.all(), quality)
