"""Files of ported numbers: compared first, then taken over or dropped."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

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
from messaging.api.operations.fields import output_of
from messaging.api.operations.filters import by_whole, by_word, filters
from messaging.api.operations.named import found, named
from routing.models import LookupProvider, NumberImport
from routing.services.kept_rows import country_of
from routing.services.number_imports import (
    PROBLEMS,
    number_import_apply,
    number_import_check,
    number_import_drop,
)


class NumberImportInput(StrictSerializer):
    """A file of ported numbers as text."""

    csv = Text(
        max_length=8_000_000,
        trim_whitespace=False,
        help_text="With a header: number, network, source, valid_until; an empty network takes the "
        "number back.",
    )
    provider = Whole(
        min_value=1,
        required=False,
        allow_null=True,
        help_text="A lookup provider's id: its numbers count as its lookups. Absent: overrides.",
    )
    country = Text(
        min_length=2, max_length=2, required=False, default="VN", help_text="Of local numbers."
    )


class NumberBadLineOutput(OutputSerializer):
    """A line that was set aside."""

    line = serializers.IntegerField()
    code = serializers.CharField()
    content = serializers.CharField()
    reason = serializers.SerializerMethodField(help_text="The rule and the fix, for people.")

    def get_reason(self, row: Any) -> str:
        return str(PROBLEMS.get(row["code"], ""))


NumberImportOutput = output_of(
    "NumberImportOutput",
    NumberImport,
    ("id", "file_name", "state", "lines", "added", "changed", "same", "removed", "bad"),
    {
        "provider": serializers.IntegerField(source="provider_id", allow_null=True),
        "bad_lines": NumberBadLineOutput(many=True, help_text="The first thousand."),
    },
)
_IMPORT: Final = NumberImportOutput()


_FILTERS: Final = filters(
    "OverrideImports",
    state=by_word("state", NumberImport.State.choices),
    provider=by_whole("provider_id", "A provider's id."),
)


class OverrideImportsView(OperationsView):
    """`/overrides/imports`"""

    @reads(
        "list_override_imports",
        "List uploads",
        query=_FILTERS.query,
        responses={200: page_of("NumberImport", NumberImportOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, NumberImport.objects.all(), _IMPORT.to_representation, _FILTERS)

    @posts(
        "check_overrides",
        "Upload ported numbers",
        request=NumberImportInput,
        responses={201: NumberImportOutput},
        description="Compares the file with the overrides; nothing counts before it is confirmed. "
        "Bad lines are set aside.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, NumberImportInput())
        provider = _provider(values.get("provider"))

        def work() -> tuple[int, Any]:
            made = number_import_check(
                file_name="api.csv",
                content=values["csv"].encode(),
                provider=provider,
                country=country_of(values["country"]),
                actor=who(request),
            )
            return 201, _IMPORT.to_representation(made)

        return once(request, "check_overrides", work)


class OverrideImportView(OperationsView):
    """`/overrides/imports/{id}`"""

    @reads(
        "get_override_import", "Read an upload", responses={200: NumberImportOutput}, also=(404,)
    )
    def get(self, request: Request, import_id: int) -> Response:
        row = found(NumberImport.objects.all(), pk=import_id)
        return Response(_IMPORT.to_representation(row))

    @writes("drop_overrides", "Drop an upload", responses={204: None}, also=(404, 409))
    def delete(self, request: Request, import_id: int) -> Response:
        row = found(NumberImport.objects.all(), pk=import_id)
        number_import_drop(number_import=row, actor=who(request))
        return Response(status=204)


class OverrideConfirmView(OperationsView):
    """`/overrides/imports/{id}/confirm`"""

    @writes(
        "confirm_overrides",
        "Take an upload over",
        request=None,
        responses={200: NumberImportOutput},
        also=(404, 409),
    )
    def post(self, request: Request, import_id: int) -> Response:
        row = found(NumberImport.objects.all(), pk=import_id)
        number_import_apply(number_import=row, actor=who(request))
        row.refresh_from_db()
        return Response(_IMPORT.to_representation(row))


def _provider(number: int | None) -> LookupProvider | None:
    if number is None:
        return None
    return named(LookupProvider.objects.all(), "provider", "unknown_provider", pk=number)
