"""Networks: what routes, rates and registrations speak of."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import OperationsView, once, page, posts, reads, who, writes
from messaging.api.operations.fields import columns_of, input_of, output_of
from messaging.api.operations.filters import by_country, filters
from messaging.api.operations.named import found
from routing.models import Network
from routing.services.networks import network_save

_COLUMNS = ("name", "country", "kind", "mcc_mnc", "timezone")
OperationsNetworkInput = input_of(
    "OperationsNetworkInput",
    Network,
    ("code", *_COLUMNS),
    required=("code", "name", "country"),
)
OperationsNetworkChangeInput = input_of("OperationsNetworkChangeInput", Network, _COLUMNS)
NetworkOutput = output_of("OperationsNetworkOutput", Network, ("id", "code", *_COLUMNS))
_NETWORK: Final = NetworkOutput()
_FILTERS: Final = filters("Networks", country=by_country())


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

    @posts(
        "add_network",
        "Add a network",
        request=OperationsNetworkInput,
        responses={201: NetworkOutput},
        also=(409,),
        description="It stays: messages name it. Its code stays as it is, for number plans and "
        "files of ported numbers.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = columns_of(body(request, OperationsNetworkInput()))
        return once(request, "add_network", lambda: (201, _kept(request, Network(), values)))


class NetworkView(OperationsView):
    """`/networks/{code}`"""

    @reads("get_network", "Read a network", responses={200: NetworkOutput}, also=(404,))
    def get(self, request: Request, code: str) -> Response:
        return Response(_NETWORK.to_representation(found(Network.objects.all(), code=code)))

    @writes(
        "change_network",
        "Change a network",
        request=OperationsNetworkChangeInput,
        responses={200: NetworkOutput},
        also=(404,),
        description="What is left out stays.",
    )
    def patch(self, request: Request, code: str) -> Response:
        row = found(Network.objects.all(), code=code)
        values = columns_of(body(request, OperationsNetworkChangeInput()))
        return Response(_kept(request, row, values))


def _kept(request: Request, row: Network, values: dict[str, Any]) -> Any:
    return _NETWORK.to_representation(network_save(row, values, actor=who(request)))
