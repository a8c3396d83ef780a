"""What is done with a version: put in force, brought back, compared."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Truth
from config.common.api.pagination import query
from config.common.api.views import body
from messaging.api.operations.common import (
    OperationsView,
    once,
    posts,
    reads,
    who,
)
from messaging.api.operations.named import policy_numbered
from messaging.api.operations.policies import POLICY, PolicyOutput
from messaging.api.operations.routes import DiffInput
from routing.readable_policies import policy_differences
from routing.services.policies import (
    policy_activate,
    policy_schedule,
    policy_undo,
)


class ActivateInput(StrictSerializer):
    """Now, or at a time."""

    at = Moment(required=False, help_text="Absent: now.")
    despite_problems = Truth(required=False, default=False)


class NoteInput(StrictSerializer):
    """Why."""

    note = Text(max_length=1000, required=False, default="")


class PolicyActivateView(OperationsView):
    """`/policies/{number}/activate`"""

    @posts(
        "activate_policy",
        "Put a version in force",
        request=ActivateInput,
        responses={200: PolicyOutput},
        also=(404, 409),
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        values = body(request, ActivateInput())
        row, at = policy_numbered(number), values.pop("at", None)

        def work() -> tuple[int, Any]:
            if at is None:
                made = policy_activate(policy=row, actor=who(request), **values)
            else:
                made = policy_schedule(policy=row, at=at, actor=who(request), **values)
            return 200, POLICY.to_representation(made)

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
        row = policy_numbered(number)
        return once(
            request,
            "bring_policy_back",
            lambda: (
                200,
                POLICY.to_representation(
                    policy_undo(policy=row, actor=who(request), note=values["note"])
                ),
            ),
        )


class DifferenceOutput(OutputSerializer):
    """A route, or the way of sharing (without a name), that differs."""

    change = serializers.CharField(source="kind", help_text="added, changed or removed.")
    route = serializers.CharField(source="name")
    what = serializers.CharField(source="sentence")


class DiffOutput(OutputSerializer):
    """What differs."""

    differences = DifferenceOutput(many=True)


_DIFFERENCE: Final = DifferenceOutput()


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
        other = policy_numbered(query(request, DiffInput()).get("to"))
        differences = policy_differences(other, policy_numbered(number))
        rows = [_DIFFERENCE.to_representation(one) for one in differences]
        return Response({"differences": rows})
