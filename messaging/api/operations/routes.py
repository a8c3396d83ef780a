"""Routes: each change of a live one makes a new version of the routing."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import StrictSerializer, Text, Whole
from config.common.api.pagination import query
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
from messaging.api.operations.filters import (
    Filters,
    by_carrier,
    by_country,
    by_network,
    by_truth,
    filters,
)
from messaging.api.operations.named import (
    account_named,
    carrier_named,
    found,
    network_named,
    policy_numbered,
)
from routing.models import Route
from routing.services.policies import RouteValues, route_put, route_remove

_COLUMNS = (
    "is_active",
    "tier",
    "weight",
    "country",
    "prefix",
    "message_classes",
    "sender_kinds",
    "traffic_kind",
)


def _relations(*, is_new: bool) -> dict[str, Any]:
    return {
        "carrier": Text(max_length=50, required=is_new, help_text="The carrier's code."),
        "network": Text(
            max_length=50, required=False, allow_null=True, help_text="The network's code."
        ),
        "account": Text(
            max_length=50,
            required=False,
            allow_null=True,
            help_text="An account's short name: only its messages.",
        ),
        "policy": Whole(
            required=False,
            min_value=1,
            help_text="Number of a draft; absent: the version in force, changed at once.",
        ),
        "note": Text(
            max_length=1000, required=False, default="", help_text="What changes and why."
        ),
    }


RouteInput = input_of(
    "RouteInput", Route, ("name", *_COLUMNS), required=("name",), more=_relations(is_new=True)
)
RouteChangeInput = input_of(
    "RouteChangeInput", Route, ("name", *_COLUMNS), more=_relations(is_new=False)
)
OperationsRouteOutput = output_of(
    "OperationsRouteOutput",
    Route,
    ("name", *_COLUMNS),
    {
        "carrier": serializers.CharField(source="carrier.code"),
        "network": serializers.CharField(source="network.code", allow_null=True, default=None),
        "account": serializers.CharField(source="account.slug", allow_null=True, default=None),
        "policy": serializers.IntegerField(source="policy.number"),
    },
)
ROUTES = Route.objects.select_related("carrier", "network", "account", "policy")


_BY: Final = filters(
    "Routes",
    carrier=by_carrier(),
    network=by_network(),
    country=by_country(),
    is_active=by_truth("is_active"),
)


class RoutesQuery(_BY.query):  # type: ignore[misc,name-defined]
    """Which version's routes."""

    policy = Whole(min_value=1, required=False, help_text="A version; absent: the one in force.")


class DiffInput(StrictSerializer):
    """With which version."""

    to = Whole(min_value=1, required=False, help_text="A version; absent: the one in force.")


ROUTE: Final = OperationsRouteOutput()
_FILTERS: Final = Filters(RoutesQuery, _BY.by)


class RoutesView(OperationsView):
    """`/routes`"""

    @reads(
        "list_routes",
        "List routes",
        query=_FILTERS.query,
        responses={200: page_of("OperationsRoute", OperationsRouteOutput)},
    )
    def get(self, request: Request) -> Response:
        number = query(request, _FILTERS.query()).get("policy")
        rows = ROUTES.filter(policy=policy_numbered(number))
        return page(request, rows, ROUTE.to_representation, _FILTERS)

    @posts(
        "add_route",
        "Add a route",
        request=RouteInput,
        responses={201: OperationsRouteOutput},
        also=(404, 409),
        description="To a draft, or to the version in force: that makes a new version with the "
        "route in it, which is in force at once and can be taken back.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, RouteInput())
        return once(request, "add_route", lambda: (201, _put(request, "", values)))


class RouteView(OperationsView):
    """`/routes/{name}`"""

    @reads(
        "get_route",
        "Read a route",
        query=DiffInput,
        responses={200: OperationsRouteOutput},
        also=(404,),
    )
    def get(self, request: Request, name: str) -> Response:
        policy = policy_numbered(query(request, DiffInput()).get("to"))
        return Response(ROUTE.to_representation(found(ROUTES, policy=policy, name=name)))

    @writes(
        "change_route",
        "Change a route",
        request=RouteChangeInput,
        responses={200: OperationsRouteOutput},
        also=(404, 409),
        description="What is left out stays.",
    )
    def patch(self, request: Request, name: str) -> Response:
        return Response(_put(request, name, body(request, RouteChangeInput())))

    @writes("remove_route", "Remove a route", responses={204: None}, also=(404, 409))
    def delete(self, request: Request, name: str) -> Response:
        route_remove(name=name, actor=who(request))
        return Response(status=204)


def _put(request: Request, name: str, values: dict[str, Any]) -> Any:
    number, note = values.pop("policy", None), values.pop("note", "")
    columns = columns_of(values)
    if "carrier" in columns:
        columns["carrier_id"] = carrier_named(columns.pop("carrier")).pk
    if "network" in columns:
        network = network_named(columns.pop("network"))
        columns["network_id"] = network.pk if network else None
    if "account" in columns:
        account = account_named(columns.pop("account"))
        columns["account_id"] = account.pk if account else None
    made = route_put(
        values=RouteValues(**columns),  # type: ignore[typeddict-item]  # the input has its fields
        actor=who(request),
        name=name,
        policy=None if number is None else policy_numbered(number),
        note=note,
    )
    return ROUTE.to_representation(ROUTES.get(pk=made.pk))
