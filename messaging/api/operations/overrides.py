"""Single numbers that are elsewhere than their prefix says."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import (
    OperationsView,
    page,
    reads,
    who,
    writes,
)
from messaging.api.operations.filters import by_network, by_text, by_time, filters
from messaging.api.operations.named import found, msisdn_of, network_named
from routing.models import NumberOverride
from routing.services.overrides import override_delete, override_put


class OverrideInput(StrictSerializer):
    """Where a number is, whatever its prefix says."""

    network = Text(max_length=50, help_text="The network's code.")
    source_ = Text(max_length=60, required=False, default="API", help_text="Who says so.")
    valid_until = Moment(required=False, allow_null=True, default=None)


class OverrideOutput(OutputSerializer):
    """A number that is elsewhere than its prefix says."""

    number = serializers.SerializerMethodField()
    network = serializers.CharField(source="network.code")
    source_ = serializers.CharField()
    valid_until = Moment(allow_null=True)

    def get_number(self, row: Any) -> str:
        return f"+{row.msisdn}"


_OVERRIDE: Final = OverrideOutput()
_ROWS: Final = NumberOverride.objects.select_related("network")
_FILTERS: Final = filters(
    "Overrides",
    network=by_network(),
    source=by_text("source", "Who says so.", 60),
    ends_before=by_time("valid_until__lt", "That have run out by then, or will have."),
)


class OverridesView(OperationsView):
    """`/overrides`"""

    @reads(
        "list_overrides",
        "List overrides",
        query=_FILTERS.query,
        responses={200: page_of("Override", OverrideOutput)},
        description="Single numbers that are elsewhere than their prefix says, by number.",
    )
    def get(self, request: Request) -> Response:
        return page(request, _ROWS, _OVERRIDE.to_representation, _FILTERS)


class OverrideView(OperationsView):
    """`/overrides/{number}`"""

    @reads("get_override", "Read an override", responses={200: OverrideOutput}, also=(404,))
    def get(self, request: Request, number: str) -> Response:
        return Response(_OVERRIDE.to_representation(found(_ROWS, msisdn=msisdn_of(number))))

    @writes(
        "put_override",
        "Say where a number is",
        request=OverrideInput,
        responses={200: OverrideOutput},
    )
    def put(self, request: Request, number: str) -> Response:
        values = body(request, OverrideInput())
        network = network_named(values.pop("network"))
        assert network is not None  # the field is not empty
        row = override_put(msisdn=msisdn_of(number), network=network, actor=who(request), **values)
        return Response(_OVERRIDE.to_representation(row))

    @writes("delete_override", "Take an override back", responses={204: None}, also=(404,))
    def delete(self, request: Request, number: str) -> Response:
        row = found(NumberOverride.objects.all(), msisdn=msisdn_of(number))
        override_delete(row, actor=who(request))
        return Response(status=204)
