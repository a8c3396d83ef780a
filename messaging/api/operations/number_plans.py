"""Number plans: versions of a country's prefixes, of which one is in force."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import OutputSerializer, StrictSerializer, Text, Whole
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import OperationsView, once, page, posts, reads, who, writes
from messaging.api.operations.fields import columns_of, input_of, output_of
from messaging.api.operations.filters import by_country, by_network, by_truth, filters
from messaging.api.operations.named import found, named, network_named
from routing.models import NumberPlan, NumberPrefix
from routing.services.number_plans import (
    number_plan_activate,
    number_plan_copy,
    number_plan_delete,
    number_plan_save,
    prefix_delete,
    prefix_put,
)

_COLUMNS = ("country", "version", "effective_from", "notes")
NumberPlanInput = input_of(
    "NumberPlanInput",
    NumberPlan,
    _COLUMNS,
    required=("version",),
    more={
        "copy_of": Whole(
            min_value=1,
            required=False,
            help_text="The id of a plan whose country, day and prefixes it begins with.",
        )
    },
)
NumberPlanChangeInput = input_of("NumberPlanChangeInput", NumberPlan, _COLUMNS)
NumberPlanOutput = output_of(
    "NumberPlanOutput",
    NumberPlan,
    ("id", "country", "version", "effective_from", "is_active", "notes"),
)


class PrefixInput(StrictSerializer):
    """To which network a prefix was given."""

    network = Text(max_length=50, help_text="The network's code.")
    source_ = Text(max_length=200, required=False, default="API", help_text="Who says so.")
    confidence = Text(max_length=20, required=False, default="", allow_blank=True)


class PrefixOutput(OutputSerializer):
    """A prefix and the network it was given to."""

    id = serializers.IntegerField()
    prefix = serializers.CharField()
    network = serializers.CharField(source="network.code")
    source_ = serializers.CharField()
    confidence = serializers.CharField()


_PLAN: Final = NumberPlanOutput()
_PREFIX: Final = PrefixOutput()
_FILTERS: Final = filters("NumberPlans", country=by_country(), is_active=by_truth("is_active"))
_PREFIX_FILTERS: Final = filters("Prefixes", network=by_network())
_PREFIXES: Final = NumberPrefix.objects.select_related("network", "plan")


class NumberPlansView(OperationsView):
    """`/number-plans`"""

    @reads(
        "list_number_plans",
        "List number plans",
        query=_FILTERS.query,
        responses={200: page_of("NumberPlan", NumberPlanOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, NumberPlan.objects.all(), _PLAN.to_representation, _FILTERS)

    @posts(
        "add_number_plan",
        "Add a number plan",
        request=NumberPlanInput,
        responses={201: NumberPlanOutput},
        also=(409,),
        description="Not in force until it is put in force; empty, or with the prefixes of "
        "`copy_of`.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = columns_of(body(request, NumberPlanInput()))
        return once(request, "add_number_plan", lambda: (201, _made(request, values)))


class NumberPlanView(OperationsView):
    """`/number-plans/{id}`"""

    @reads("get_number_plan", "Read a number plan", responses={200: NumberPlanOutput}, also=(404,))
    def get(self, request: Request, plan_id: int) -> Response:
        return Response(_PLAN.to_representation(_plan(plan_id)))

    @writes(
        "change_number_plan",
        "Change a number plan",
        request=NumberPlanChangeInput,
        responses={200: NumberPlanOutput},
        also=(404, 409),
        description="What is left out stays. The plan in force is not changed: copy it.",
    )
    def patch(self, request: Request, plan_id: int) -> Response:
        values = columns_of(body(request, NumberPlanChangeInput()))
        row = number_plan_save(_plan(plan_id), values, actor=who(request))
        return Response(_PLAN.to_representation(row))

    @writes(
        "delete_number_plan",
        "Delete a number plan",
        responses={204: None},
        also=(404, 409),
        description="Not the one in force: every number would be of an unknown network.",
    )
    def delete(self, request: Request, plan_id: int) -> Response:
        number_plan_delete(_plan(plan_id), actor=who(request))
        return Response(status=204)


class NumberPlanActivateView(OperationsView):
    """`/number-plans/{id}/activate`"""

    @writes(
        "activate_number_plan",
        "Put a number plan in force",
        responses={200: NumberPlanOutput},
        also=(404,),
        description="New messages find their networks by it within a second. Its country's former "
        "plan stays, to go back to.",
    )
    def post(self, request: Request, plan_id: int) -> Response:
        row = number_plan_activate(plan=_plan(plan_id), actor=who(request))
        return Response(_PLAN.to_representation(row))


class PrefixesView(OperationsView):
    """`/number-plans/{id}/prefixes`"""

    @reads(
        "list_prefixes",
        "List the prefixes of a plan",
        query=_PREFIX_FILTERS.query,
        responses={200: page_of("Prefix", PrefixOutput)},
        also=(404,),
    )
    def get(self, request: Request, plan_id: int) -> Response:
        rows = _PREFIXES.filter(plan=_plan(plan_id))
        return page(request, rows, _PREFIX.to_representation, _PREFIX_FILTERS)


class PrefixView(OperationsView):
    """`/number-plans/{id}/prefixes/{prefix}`"""

    @writes(
        "put_prefix",
        "Say to which network a prefix was given",
        request=PrefixInput,
        responses={200: PrefixOutput},
        also=(404, 409),
        description="In digits with the country code; the longest prefix of a number counts.",
    )
    def put(self, request: Request, plan_id: int, prefix: str) -> Response:
        values = body(request, PrefixInput())
        network = network_named(values.pop("network"))
        assert network is not None  # the field is not empty
        row = prefix_put(
            plan=_plan(plan_id), prefix=prefix, network=network, values=values, actor=who(request)
        )
        return Response(_PREFIX.to_representation(row))

    @writes("delete_prefix", "Take a prefix out of a plan", responses={204: None}, also=(404, 409))
    def delete(self, request: Request, plan_id: int, prefix: str) -> Response:
        row = found(_PREFIXES.filter(plan=_plan(plan_id)), prefix=prefix)
        prefix_delete(row, actor=who(request))
        return Response(status=204)


def _plan(plan_id: int) -> NumberPlan:
    return found(NumberPlan.objects.all(), pk=plan_id)


def _made(request: Request, values: dict[str, Any]) -> Any:
    number = values.pop("copy_of", None)
    if number is None:
        row = number_plan_save(NumberPlan(), values, actor=who(request))
    else:
        model = named(NumberPlan.objects.all(), "copy_of", "unknown_plan", pk=number)
        row = number_plan_copy(plan=model, version=values.pop("version"), actor=who(request))
        row = number_plan_save(row, values, actor=who(request)) if values else row
    return _PLAN.to_representation(row)
