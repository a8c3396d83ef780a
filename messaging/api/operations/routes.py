"""Routes, the versions they are in, and why a message would go which way."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass
from config.common import clock
from config.common.api.fields import (
    Moment,
    OutputSerializer,
    StrictSerializer,
    Text,
    Truth,
    Whole,
    Word,
)
from config.common.api.pagination import PageInput, query
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations import examples
from messaging.api.operations.common import (
    OperationsView,
    account_named,
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
from messaging.api.operations.fields import columns_of, input_of, output_of
from routing.explained import Explained, Question
from routing.models import Route, RoutePolicy
from routing.readable_policies import policy_differences
from routing.services.explain import PRETENDED, route_explain
from routing.services.policies import (
    RouteValues,
    policy_activate,
    policy_change,
    policy_check,
    policy_discard,
    policy_draft,
    policy_schedule,
    policy_undo,
    route_put,
    route_remove,
)

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
_TERMS = (
    "spread",
    "price_weight",
    "quality_weight",
    "speed_weight",
    "conversion_weight",
    "capacity_weight",
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
_ROUTES = Route.objects.select_related("carrier", "network", "account", "policy")


class PolicyFilter(PageInput):
    """Which version's routes."""

    policy = Whole(min_value=1, required=False, help_text="A version; absent: the one in force.")


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


class ActivateInput(StrictSerializer):
    """Now, or at a time."""

    at = Moment(required=False, help_text="Absent: now.")
    despite_problems = Truth(required=False, default=False)


class NoteInput(StrictSerializer):
    """Why."""

    note = Text(max_length=1000, required=False, default="")


class DiffInput(StrictSerializer):
    """With which version."""

    to = Whole(min_value=1, required=False, help_text="A version; absent: the one in force.")


class DifferenceOutput(OutputSerializer):
    """A route, or the way of sharing (without a name), that differs."""

    change = serializers.CharField(source="kind", help_text="added, changed or removed.")
    route = serializers.CharField(source="name")
    what = serializers.CharField(source="sentence")


class DiffOutput(OutputSerializer):
    """What differs."""

    differences = DifferenceOutput(many=True)


_PROBLEM: Final = PolicyProblemOutput()
_DIFFERENCE: Final = DifferenceOutput()
_ROUTE: Final = OperationsRouteOutput()
_POLICY: Final = PolicyOutput()


class RoutesView(OperationsView):
    """`/routes`"""

    @reads(
        "list_routes",
        "List routes",
        query=PolicyFilter,
        responses={200: page_of("OperationsRoute", OperationsRouteOutput)},
    )
    def get(self, request: Request) -> Response:
        number = query(request, PolicyFilter()).get("policy")
        rows = _ROUTES.filter(policy=_policy(number))
        return page(request, rows, _ROUTE.to_representation, PolicyFilter())

    @posts(
        "add_route",
        "Add a route",
        examples=shown("add_route", examples.ROUTE),
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
        policy = _policy(query(request, DiffInput()).get("to"))
        return Response(_ROUTE.to_representation(found(_ROUTES, policy=policy, name=name)))

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


def _policy(number: int | None) -> RoutePolicy:
    if number is None:
        return RoutePolicy.objects.in_force_or_first()
    return found(RoutePolicy.objects.all(), number=number)


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
        policy=None if number is None else _policy(number),
        note=note,
    )
    return _ROUTE.to_representation(_ROUTES.get(pk=made.pk))


class PoliciesView(OperationsView):
    """`/policies`"""

    @reads(
        "list_policies",
        "List versions of the routing",
        query=PageInput,
        responses={200: page_of("Policy", PolicyOutput)},
    )
    def get(self, request: Request) -> Response:
        rows = RoutePolicy.objects.select_related("based_on")
        return page(request, rows, _POLICY.to_representation)

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
                based_on=None if base is None else _policy(base),
                actor=who(request),
                note=values["note"],
            )
            return 201, _POLICY.to_representation(made)

        return once(request, "draft_policy", work)


class PolicyView(OperationsView):
    """`/policies/{number}`"""

    @reads("get_policy", "Read a version", responses={200: PolicyDetailOutput}, also=(404,))
    def get(self, request: Request, number: int) -> Response:
        row = _policy(number)
        routes = [_ROUTE.to_representation(one) for one in _ROUTES.filter(policy=row)]
        problems = [_PROBLEM.to_representation(one) for one in policy_check(row)]
        return Response({**_POLICY.to_representation(row), "routes": routes, "problems": problems})

    @writes(
        "change_policy",
        "Change a draft",
        request=PolicyChangeInput,
        responses={200: PolicyOutput},
        also=(404, 409),
    )
    def patch(self, request: Request, number: int) -> Response:
        values = body(request, PolicyChangeInput())
        row = policy_change(policy=_policy(number), actor=who(request), **values)
        return Response(_POLICY.to_representation(row))

    @writes("discard_policy", "Discard a draft", responses={204: None}, also=(404, 409))
    def delete(self, request: Request, number: int) -> Response:
        policy_discard(policy=_policy(number), actor=who(request))
        return Response(status=204)


class PolicyActivateView(OperationsView):
    """`/policies/{number}/activate`"""

    @posts(
        "activate_policy",
        "Put a version in force",
        examples=shown("activate_policy", examples.ACTIVATE),
        request=ActivateInput,
        responses={200: PolicyOutput},
        also=(404, 409),
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        values = body(request, ActivateInput())
        row, at = _policy(number), values.pop("at", None)

        def work() -> tuple[int, Any]:
            if at is None:
                made = policy_activate(policy=row, actor=who(request), **values)
            else:
                made = policy_schedule(policy=row, at=at, actor=who(request), **values)
            return 200, _POLICY.to_representation(made)

        return once(request, "activate_policy", work)


class PolicyUndoView(OperationsView):
    """`/policies/{number}/undo`"""

    @posts(
        "bring_policy_back",
        "Bring a version back",
        request=NoteInput,
        responses={200: PolicyOutput},
        also=(404, 409),
        description="A copy of a version that was in force comes into force at once.",
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        values = body(request, NoteInput())
        row = _policy(number)
        return once(
            request,
            "bring_policy_back",
            lambda: (
                200,
                _POLICY.to_representation(
                    policy_undo(policy=row, actor=who(request), note=values["note"])
                ),
            ),
        )


class PolicyDiffView(OperationsView):
    """`/policies/{number}/diff`"""

    @reads(
        "compare_policies",
        "Compare versions",
        query=DiffInput,
        responses={200: DiffOutput},
        also=(404,),
        description="What another version (or the one in force) has that this one has not.",
    )
    def get(self, request: Request, number: int) -> Response:
        other = _policy(query(request, DiffInput()).get("to"))
        differences = policy_differences(other, _policy(number))
        rows = [_DIFFERENCE.to_representation(one) for one in differences]
        return Response({"differences": rows})


class ExplainInput(StrictSerializer):
    """What to try; nothing is sent."""

    to = Text(max_length=25)
    class_ = Word(choices=MessageClass.choices, default=MessageClass.TRANSACTIONAL.value)
    from_ = Text(max_length=15, required=False, default="", help_text="A sender's address.")
    account = Text(max_length=50, required=False, allow_null=True, help_text="Its short name.")
    network = Text(max_length=50, required=False, allow_null=True, help_text="A network's code.")
    at = Moment(required=False)
    policy = Whole(min_value=1, required=False, help_text="Another version of the routing.")
    deadline_seconds = Whole(min_value=1, required=False)
    segments = Whole(min_value=1, max_value=10, required=False, default=1)
    down = serializers.ListField(
        child=Text(max_length=50),
        required=False,
        default=list,
        help_text="Carriers without a bind.",
    )
    heats = serializers.DictField(
        child=Word(choices=[(one, one) for one in PRETENDED]),
        required=False,
        default=dict,
        help_text="By carrier: cool, warm or hot.",
    )


class WayOutput(OutputSerializer):
    """A route that was considered: its terms, its share, or why it was left out."""

    route = serializers.CharField()
    carrier = serializers.CharField()
    tier = serializers.IntegerField(source="candidate.tier")
    weight = serializers.IntegerField(source="candidate.weight")
    share = serializers.FloatField(source="candidate.share")
    cost_micros = serializers.IntegerField(source="candidate.cost_micros", allow_null=True)
    cost_currency = serializers.CharField()
    is_available = serializers.BooleanField(source="candidate.is_available")
    is_chosen = serializers.BooleanField()
    exclusion = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField()

    def get_exclusion(self, row: Any) -> str:
        return str(row.candidate.exclusion or "")

    def get_terms(self, row: Any) -> dict[str, float]:
        return dict(row.candidate.terms)


class ExplainOutput(OutputSerializer):
    """How the message would go, with everything that was weighed."""

    at = Moment()
    to = serializers.CharField()
    country = serializers.CharField()
    network = serializers.CharField()
    network_source = serializers.CharField()
    class_ = serializers.CharField()
    policy = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    price_micros = serializers.IntegerField(allow_null=True)
    price_currency = serializers.CharField()
    candidates = WayOutput(many=True)


class ExplainView(OperationsView):
    """`/routing/explain`"""

    scopes = {"POST": OperationsView.scopes["GET"]}

    @reads(
        "explain_route",
        "Explain a choice of route",
        examples=shown("explain_route", examples.EXPLAIN),
        request=ExplainInput,
        responses={200: ExplainOutput},
        also=(404,),
        description="By the engine that routes messages, over the same snapshot.",
    )
    def post(self, request: Request) -> Response:
        values = body(request, ExplainInput())
        account, network = (
            account_named(values.get("account")),
            network_named(values.get("network")),
        )
        explained = route_explain(
            Question(
                to=values["to"],
                message_class=values["class"],
                sender=values["from"],
                account_id=account.pk if account else None,
                at=values.get("at"),
                policy_version=values.get("policy"),
                network_id=network.pk if network else None,
                deadline_seconds=values.get("deadline_seconds"),
                segments=values["segments"],
                down=frozenset(carrier_named(code, field="down").pk for code in values["down"]),
                heats={
                    carrier_named(code, field="heats").pk: state
                    for code, state in values["heats"].items()
                },
            )
        )
        return Response(_explained(explained))


def _explained(found: Explained) -> dict[str, Any]:
    way = WayOutput()
    return {
        "at": Moment().to_representation(found.at),
        "to": f"+{found.msisdn}",
        "country": found.country,
        "network": found.network_code,
        "network_source": found.network_source,
        "class": found.message_class,
        "policy": found.policy_version,
        "reasons": [str(reason) for reason in found.decision.reasons],
        "price_micros": found.price_micros,
        "price_currency": found.price_currency,
        "candidates": [way.to_representation(one) for one in found.ways],
    }
