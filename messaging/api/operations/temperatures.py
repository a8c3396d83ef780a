"""Temperatures, and pins on them."""

from typing import Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass
from config.common.api.fields import Moment, StrictSerializer, Text, Truth, Word
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import (
    OperationsView,
    page,
    reads,
    who,
    writes,
)
from messaging.api.operations.fields import output_of
from messaging.api.operations.filters import By, by_carrier, by_class, by_network, by_word, filters
from messaging.api.operations.named import carrier_named, found, network_named
from routing.constants import HeatState
from routing.models import Temperature
from routing.services.orders import temperature_pin, temperature_unpin


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
_HEAT: Final = TemperatureOutput()
_HEATS = Temperature.objects.select_related("carrier", "network")
_FILTERS: Final = filters(
    "Temperatures",
    carrier=by_carrier(),
    network=by_network(),
    class_=by_class(),
    state=by_word("state", HeatState.choices),
    is_pinned=By(
        "pinned_state__in",
        Truth(required=False, help_text="Held by an operator."),
        lambda given: HeatState.values if given else [""],
    ),
)


class TemperaturesView(OperationsView):
    """`/temperatures`"""

    @reads(
        "list_temperatures",
        "List temperatures",
        query=_FILTERS.query,
        responses={200: page_of("Temperature", TemperatureOutput)},
        description="Of each carrier, network and class; without a network: over all of them.",
    )
    def get(self, request: Request) -> Response:
        return page(request, _HEATS, _HEAT.to_representation, _FILTERS)


class TemperaturePinView(OperationsView):
    """`/temperatures/pin`"""

    @writes(
        "pin_temperature",
        "Pin a temperature",
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
