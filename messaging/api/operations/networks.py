"""Networks and number plans, to read."""

from typing import Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import OutputSerializer
from config.common.api.schema import page_of
from messaging.api.operations.common import OperationsView, page, reads
from messaging.api.operations.fields import output_of
from messaging.api.operations.filters import by_country, by_network, by_truth, filters
from messaging.api.operations.named import found
from routing.models import Network, NumberPlan, NumberPrefix

NetworkOutput = output_of(
    "OperationsNetworkOutput",
    Network,
    ("id", "code", "name", "country", "kind", "mcc_mnc", "timezone"),
)
NumberPlanOutput = output_of(
    "NumberPlanOutput",
    NumberPlan,
    ("id", "country", "version", "effective_from", "is_active", "notes"),
)


class PrefixOutput(OutputSerializer):
    """A prefix and the network it was given to."""

    id = serializers.IntegerField()
    prefix = serializers.CharField()
    network = serializers.CharField(source="network.code")
    source_ = serializers.CharField()
    confidence = serializers.CharField()


_NETWORK: Final = NetworkOutput()
_PLAN: Final = NumberPlanOutput()
_PREFIX: Final = PrefixOutput()
_FILTERS: Final = filters("Networks", country=by_country())
_PLAN_FILTERS: Final = filters("NumberPlans", country=by_country(), is_active=by_truth("is_active"))
_PREFIX_FILTERS: Final = filters("Prefixes", network=by_network())


class NetworksView(OperationsView):
    """`/networks`"""

    @reads(
        "list_networks",
        "List networks",
        query=_FILTERS.query,
        responses={200: page_of("OperationsNetwork", NetworkOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, Network.objects.all(), _NETWORK.to_representation, _FILTERS)


class NumberPlansView(OperationsView):
    """`/number-plans`"""

    @reads(
        "list_number_plans",
        "List number plans",
        query=_PLAN_FILTERS.query,
        responses={200: page_of("NumberPlan", NumberPlanOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, NumberPlan.objects.all(), _PLAN.to_representation, _PLAN_FILTERS)


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
        plan = found(NumberPlan.objects.all(), pk=plan_id)
        rows = NumberPrefix.objects.filter(plan=plan).select_related("network")
        return page(request, rows, _PREFIX.to_representation, _PREFIX_FILTERS)
