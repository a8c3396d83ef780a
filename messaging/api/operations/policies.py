"""Versions of the routing: drafted, compared, put in force, brought back."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common import clock
from config.common.api.fields import OutputSerializer, StrictSerializer, Text, Whole
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
from messaging.api.operations.fields import input_of, output_of
from messaging.api.operations.filters import by_word, filters
from messaging.api.operations.named import policy_numbered
from messaging.api.operations.routes import ROUTE, ROUTES, OperationsRouteOutput
from routing.constants import PolicyState
from routing.models import RoutePolicy
from routing.services.policies import (
    policy_change,
    policy_check,
    policy_discard,
    policy_draft,
)

_TERMS = (
    "spread",
    "price_weight",
    "quality_weight",
    "speed_weight",
    "conversion_weight",
    "capacity_weight",
)


class PolicyInput(StrictSerializer):
    """A new draft."""

    based_on = Whole(min_value=1, required=False, help_text="A version; absent: the one in force.")
    note = Text(max_length=1000, required=False, default="")


PolicyChangeInput = input_of("PolicyChangeInput", RoutePolicy, ("note", *_TERMS))
PolicyOutput = output_of(
    "PolicyOutput",
    RoutePolicy,
    ("number", "state", "active_from", "note", *_TERMS, "created_at"),
    {
        "based_on": serializers.IntegerField(
            source="based_on.number", allow_null=True, default=None
        ),
        "is_in_force": serializers.SerializerMethodField(),
    },
)


def _is_in_force(_self: Any, row: RoutePolicy) -> bool:
    present = RoutePolicy.objects.in_force(clock.now())
    return present is not None and present.pk == row.pk


PolicyOutput.get_is_in_force = _is_in_force  # type: ignore[attr-defined]


class PolicyProblemOutput(OutputSerializer):
    """What the check of a version found; an error keeps it from coming into force."""

    code = serializers.CharField()
    text = serializers.CharField()
    route = serializers.CharField(help_text="Empty: of the whole version.")
    is_error = serializers.BooleanField()


class PolicyDetailOutput(PolicyOutput):  # type: ignore[misc,valid-type]
    """A version with its routes and what its check finds."""

    routes = OperationsRouteOutput(many=True)
    problems = PolicyProblemOutput(many=True)


_PROBLEM: Final = PolicyProblemOutput()
POLICY: Final = PolicyOutput()
_FILTERS: Final = filters("Policies", state=by_word("state", PolicyState.choices))


class PoliciesView(OperationsView):
    """`/policies`"""

    @reads(
        "list_policies",
        "List versions of the routing",
        query=_FILTERS.query,
        responses={200: page_of("Policy", PolicyOutput)},
    )
    def get(self, request: Request) -> Response:
        rows = RoutePolicy.objects.select_related("based_on")
        return page(request, rows, POLICY.to_representation, _FILTERS)

    @posts(
        "draft_policy",
        "Draft a version",
        request=PolicyInput,
        responses={201: PolicyOutput},
        also=(404,),
        description="A copy to change freely: nothing is routed by it before it is activated.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, PolicyInput())
        base = values.get("based_on")

        def work() -> tuple[int, Any]:
            made = policy_draft(
                based_on=None if base is None else policy_numbered(base),
                actor=who(request),
                note=values["note"],
            )
            return 201, POLICY.to_representation(made)

        return once(request, "draft_policy", work)


class PolicyView(OperationsView):
    """`/policies/{number}`"""

    @reads("get_policy", "Read a version", responses={200: PolicyDetailOutput}, also=(404,))
    def get(self, request: Request, number: int) -> Response:
        row = policy_numbered(number)
        routes = [ROUTE.to_representation(one) for one in ROUTES.filter(policy=row)]
        problems = [_PROBLEM.to_representation(one) for one in policy_check(row)]
        return Response({**POLICY.to_representation(row), "routes": routes, "problems": problems})

    @writes(
        "change_policy",
        "Change a draft",
        request=PolicyChangeInput,
        responses={200: PolicyOutput},
        also=(404, 409),
    )
    def patch(self, request: Request, number: int) -> Response:
        values = body(request, PolicyChangeInput())
        row = policy_change(policy=policy_numbered(number), actor=who(request), **values)
        return Response(POLICY.to_representation(row))

    @writes("discard_policy", "Discard a draft", responses={204: None}, also=(404, 409))
    def delete(self, request: Request, number: int) -> Response:
        policy_discard(policy=policy_numbered(number), actor=who(request))
        return Response(status=204)
