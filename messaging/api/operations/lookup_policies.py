"""When providers are asked about numbers."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Whole
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import OperationsView, once, page, posts, reads, who, writes
from messaging.api.operations.fields import columns_of, input_of, output_of
from messaging.api.operations.filters import by_class, by_country, by_whole, filters
from messaging.api.operations.named import found, named
from routing.models import LookupPolicy, LookupProvider
from routing.services.kept_rows import row_delete
from routing.services.lookup_settings import policy_save

_COLUMNS = (
    "country",
    "message_class",
    "asks",
    "difference_percent",
    "deadline_seconds",
    "refuses_absent",
)


def _provider(*, is_new: bool) -> dict[str, Any]:
    return {"provider": Whole(min_value=1, required=is_new, help_text="The provider's id.")}


LookupPolicyInput = input_of(
    "LookupPolicyInput",
    LookupPolicy,
    _COLUMNS,
    required=("country",),
    more=_provider(is_new=True),
    limits=True,
)
LookupPolicyChangeInput = input_of(
    "LookupPolicyChangeInput", LookupPolicy, _COLUMNS, more=_provider(is_new=False), limits=True
)
LookupPolicyOutput = output_of(
    "LookupPolicyOutput",
    LookupPolicy,
    ("id", *_COLUMNS),
    {"provider": serializers.IntegerField(source="provider_id")},
)
_POLICY: Final = LookupPolicyOutput()
_FILTERS: Final = filters(
    "LookupPolicies",
    country=by_country(),
    class_=by_class(),
    provider=by_whole("provider_id", "A provider's id."),
)


class LookupPoliciesView(OperationsView):
    """`/lookup-policies`"""

    @reads(
        "list_lookup_policies",
        "List lookup policies",
        query=_FILTERS.query,
        responses={200: page_of("LookupPolicy", LookupPolicyOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, LookupPolicy.objects.all(), _POLICY.to_representation, _FILTERS)

    @posts(
        "add_lookup_policy",
        "Add a lookup policy",
        request=LookupPolicyInput,
        responses={201: LookupPolicyOutput},
        also=(409,),
        description="One for a country and class; without a class for all that have none of "
        "their own. A single message never waits for a provider.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = columns_of(body(request, LookupPolicyInput()))
        return once(
            request, "add_lookup_policy", lambda: (201, _kept(request, LookupPolicy(), values))
        )


class LookupPolicyView(OperationsView):
    """`/lookup-policies/{id}`"""

    @reads(
        "get_lookup_policy",
        "Read a lookup policy",
        responses={200: LookupPolicyOutput},
        also=(404,),
    )
    def get(self, request: Request, policy_id: int) -> Response:
        return Response(_POLICY.to_representation(_found(policy_id)))

    @writes(
        "change_lookup_policy",
        "Change a lookup policy",
        request=LookupPolicyChangeInput,
        responses={200: LookupPolicyOutput},
        also=(404, 409),
        description="What is left out stays.",
    )
    def patch(self, request: Request, policy_id: int) -> Response:
        values = columns_of(body(request, LookupPolicyChangeInput()))
        return Response(_kept(request, _found(policy_id), values))

    @writes("delete_lookup_policy", "Delete a lookup policy", responses={204: None}, also=(404,))
    def delete(self, request: Request, policy_id: int) -> Response:
        row_delete(_found(policy_id), actor=who(request))
        return Response(status=204)


def _found(policy_id: int) -> LookupPolicy:
    return found(LookupPolicy.objects.all(), pk=policy_id)


def _kept(request: Request, row: LookupPolicy, values: dict[str, Any]) -> Any:
    if "provider" in values:
        number = values.pop("provider")
        values["provider"] = named(
            LookupProvider.objects.all(), "provider", "unknown_provider", pk=number
        )
    return _POLICY.to_representation(policy_save(row, values, actor=who(request)))
