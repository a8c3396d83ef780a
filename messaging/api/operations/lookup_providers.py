"""Whom to ask which network a number is on."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Text, Word
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import OperationsView, once, page, posts, reads, who, writes
from messaging.api.operations.fields import columns_of, input_of, output_of
from messaging.api.operations.filters import By, by_truth, by_word, filters
from messaging.api.operations.named import found
from routing.lookups import KIND_CHOICES
from routing.models import LookupProvider
from routing.services.kept_rows import row_delete
from routing.services.lookup_settings import provider_save

_OPEN = tuple(
    one.name
    for one in LookupProvider._meta.concrete_fields
    if one.name not in {"id", "secret", "kind"}
)


def _kind() -> dict[str, Any]:
    return {"kind": Word(choices=KIND_CHOICES, required=False)}


LookupProviderInput = input_of(
    "LookupProviderInput",
    LookupProvider,
    (*_OPEN, "secret"),
    required=("name",),
    more=_kind(),
    limits=True,
)
LookupProviderChangeInput = input_of(
    "LookupProviderChangeInput",
    LookupProvider,
    (*_OPEN, "secret"),
    more=_kind(),
    limits=True,
)
LookupProviderOutput = output_of(
    "LookupProviderOutput",
    LookupProvider,
    ("id", "kind", *_OPEN),
    {
        "is_secret_set": serializers.SerializerMethodField(
            help_text="Whether there is a secret; it is never shown."
        )
    },
)


def _is_secret_set(_self: Any, row: LookupProvider) -> bool:
    return bool(row.secret)


LookupProviderOutput.get_is_secret_set = _is_secret_set  # type: ignore[attr-defined]
_PROVIDER: Final = LookupProviderOutput()
_FILTERS: Final = filters(
    "LookupProviders",
    kind=by_word("kind", KIND_CHOICES),
    is_active=by_truth("is_active"),
    country=By(
        "countries__contains",
        Text(min_length=2, max_length=2, required=False, help_text="Named by the provider."),
        lambda given: [given.upper()],
    ),
)


class LookupProvidersView(OperationsView):
    """`/lookup-providers`"""

    @reads(
        "list_lookup_providers",
        "List lookup providers",
        query=_FILTERS.query,
        responses={200: page_of("LookupProvider", LookupProviderOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, LookupProvider.objects.all(), _PROVIDER.to_representation, _FILTERS)

    @posts(
        "add_lookup_provider",
        "Add a lookup provider",
        request=LookupProviderInput,
        responses={201: LookupProviderOutput},
        also=(409,),
        description="When it is asked is said by lookup policies. The secret is stored encrypted "
        "and never shown.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = columns_of(body(request, LookupProviderInput()))
        return once(
            request,
            "add_lookup_provider",
            lambda: (201, _kept(request, LookupProvider(), values)),
        )


class LookupProviderView(OperationsView):
    """`/lookup-providers/{id}`"""

    @reads(
        "get_lookup_provider",
        "Read a lookup provider",
        responses={200: LookupProviderOutput},
        also=(404,),
    )
    def get(self, request: Request, provider_id: int) -> Response:
        return Response(_PROVIDER.to_representation(_found(provider_id)))

    @writes(
        "change_lookup_provider",
        "Change a lookup provider",
        request=LookupProviderChangeInput,
        responses={200: LookupProviderOutput},
        also=(404, 409),
        description="What is left out stays, an empty secret too; null takes it away.",
    )
    def patch(self, request: Request, provider_id: int) -> Response:
        values = columns_of(body(request, LookupProviderChangeInput()))
        return Response(_kept(request, _found(provider_id), values))

    @writes(
        "delete_lookup_provider",
        "Delete a lookup provider",
        responses={204: None},
        also=(404, 409),
        description="One that no lookup policy names.",
    )
    def delete(self, request: Request, provider_id: int) -> Response:
        row_delete(_found(provider_id), actor=who(request))
        return Response(status=204)


def _found(provider_id: int) -> LookupProvider:
    return found(LookupProvider.objects.all(), pk=provider_id)


def _kept(request: Request, row: LookupProvider, values: dict[str, Any]) -> Any:
    return _PROVIDER.to_representation(provider_save(row, values, actor=who(request)))
