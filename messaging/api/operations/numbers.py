"""Networks and number plans to read; ported numbers, and what is known of a number."""

from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common import audit
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text
from config.common.api.pagination import PageInput
from config.common.api.schema import page_of
from config.common.api.views import body
from config.common.errors import InvalidError, NotFoundError
from messaging.api.operations import examples
from messaging.api.operations.common import (
    OperationsView,
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
from messaging.api.operations.fields import output_of
from messaging.selectors.number_page import country_of_number
from routing.constants import NetworkSource
from routing.models import Network, NumberImport, NumberOverride, NumberPlan, NumberPrefix
from routing.numbers import MESSAGES, NumberError, normalize
from routing.selectors.numbers import number_index, number_lines, numbers_known
from routing.services.number_imports import (
    number_import_apply,
    number_import_check,
    number_import_drop,
)

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


class OverrideInput(StrictSerializer):
    """Where a number is, whatever its prefix says."""

    network = Text(max_length=50, help_text="The network's code.")
    source_ = Text(max_length=60, required=False, default="API", help_text="Who says so.")
    valid_until = Moment(required=False, allow_null=True, default=None)


class OverrideOutput(OutputSerializer):
    """A number that is elsewhere than its prefix says."""

    number = serializers.SerializerMethodField()
    network = serializers.CharField(source="network.code")
    source_ = serializers.CharField()
    valid_until = Moment(allow_null=True)

    def get_number(self, row: Any) -> str:
        return f"+{row.msisdn}"


class KnownOutput(OutputSerializer):
    """One thing known of a number."""

    source_ = serializers.ChoiceField(choices=NetworkSource.choices)
    finding = serializers.CharField()
    network = serializers.CharField()
    detail = serializers.CharField()
    known_since = Moment(allow_null=True)
    until = Moment(allow_null=True)
    counts = serializers.BooleanField(help_text="False: it has run out.")


class NumberOutput(OutputSerializer):
    """The network messages to a number go to, and why."""

    number = serializers.CharField()
    country = serializers.CharField()
    network = serializers.CharField(allow_null=True)
    source_ = serializers.ChoiceField(choices=NetworkSource.choices)
    is_absent = serializers.BooleanField(help_text="A provider says that it is nobody's.")
    known = KnownOutput(many=True)


class NumberImportInput(StrictSerializer):
    """A file of ported numbers as text."""

    csv = Text(
        max_length=8_000_000,
        trim_whitespace=False,
        help_text="With a header: number, network, source, valid_until; an empty network takes the "
        "number back.",
    )
    country = Text(
        min_length=2, max_length=2, required=False, default="VN", help_text="Of local numbers."
    )


NumberImportOutput = output_of(
    "NumberImportOutput",
    NumberImport,
    ("id", "file_name", "state", "lines", "added", "changed", "same", "removed", "bad"),
    {"bad_lines": serializers.JSONField(help_text="Line, code and content of the first thousand.")},
)
_NETWORK: Final = NetworkOutput()
_PLAN: Final = NumberPlanOutput()
_PREFIX: Final = PrefixOutput()
_OVERRIDE: Final = OverrideOutput()
_KNOWN: Final = KnownOutput()
_IMPORT: Final = NumberImportOutput()


class NetworksView(OperationsView):
    """`/networks`"""

    @reads(
        "list_networks",
        "List networks",
        query=PageInput,
        responses={200: page_of("OperationsNetwork", NetworkOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, Network.objects.all(), _NETWORK.to_representation)


class NumberPlansView(OperationsView):
    """`/number-plans`"""

    @reads(
        "list_number_plans",
        "List number plans",
        query=PageInput,
        responses={200: page_of("NumberPlan", NumberPlanOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, NumberPlan.objects.all(), _PLAN.to_representation)


class PrefixesView(OperationsView):
    """`/number-plans/{id}/prefixes`"""

    @reads(
        "list_prefixes",
        "List the prefixes of a plan",
        query=PageInput,
        responses={200: page_of("Prefix", PrefixOutput)},
        also=(404,),
    )
    def get(self, request: Request, plan_id: int) -> Response:
        plan = found(NumberPlan.objects.all(), pk=plan_id)
        rows = NumberPrefix.objects.filter(plan=plan).select_related("network")
        return page(request, rows, _PREFIX.to_representation)


class OverrideView(OperationsView):
    """`/overrides/{number}`"""

    @reads("get_override", "Read an override", responses={200: OverrideOutput}, also=(404,))
    def get(self, request: Request, number: str) -> Response:
        rows = NumberOverride.objects.select_related("network")
        return Response(_OVERRIDE.to_representation(found(rows, msisdn=_msisdn(number))))

    @writes(
        "put_override",
        "Say where a number is",
        examples=shown("put_override", examples.OVERRIDE),
        request=OverrideInput,
        responses={200: OverrideOutput},
    )
    @transaction.atomic
    def put(self, request: Request, number: str) -> Response:
        values = body(request, OverrideInput())
        msisdn, network = _msisdn(number), network_named(values["network"])
        assert network is not None  # the field is not empty
        row, _is_new = NumberOverride.objects.update_or_create(
            msisdn=msisdn,
            defaults={
                "network": network,
                "source": values["source"],
                "valid_until": values["valid_until"],
            },
        )
        audit.record(
            action="ported_number.put",
            actor=who(request),
            subject=f"numberoverride:{msisdn}",
            detail={"network": values["network"]},
        )
        return Response(_OVERRIDE.to_representation(row))

    @writes("delete_override", "Take an override back", responses={204: None}, also=(404,))
    @transaction.atomic
    def delete(self, request: Request, number: str) -> Response:
        row = found(NumberOverride.objects.all(), msisdn=_msisdn(number))
        audit.record(
            action="ported_number.deleted",
            actor=who(request),
            subject=f"numberoverride:{row.msisdn}",
        )
        row.delete()
        return Response(status=204)


class OverrideImportsView(OperationsView):
    """`/overrides/imports`"""

    @posts(
        "check_overrides",
        "Upload ported numbers",
        examples=shown("check_overrides", examples.IMPORT),
        request=NumberImportInput,
        responses={201: NumberImportOutput},
        description="Compares the file with the overrides; nothing counts before it is confirmed. "
        "Bad lines are set aside.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, NumberImportInput())

        def work() -> tuple[int, Any]:
            made = number_import_check(
                file_name="api.csv",
                content=values["csv"].encode(),
                provider=None,
                country=_country(values["country"]),
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


class LookupView(OperationsView):
    """`/lookups/{number}`"""

    @reads(
        "look_number_up",
        "Read what is known of a number",
        responses={200: NumberOutput},
        description="The network by override, fresh lookup, carriers' answers or prefix, and all "
        "that is known; nobody is asked.",
    )
    def get(self, request: Request, number: str) -> Response:
        msisdn = _msisdn(number)
        country, index = country_of_number(msisdn), number_index()
        hint = index.network_of(msisdn, country, numbers_known([msisdn]).get(msisdn))
        return Response(
            {
                "number": f"+{msisdn}",
                "country": country,
                "network": index.code_of(hint.network_id) if hint.network_id else None,
                "source": hint.source,
                "is_absent": hint.is_absent,
                "known": [_KNOWN.to_representation(line) for line in number_lines(msisdn)],
            }
        )


def _msisdn(raw: str) -> str:
    try:
        return normalize(raw if raw.startswith("+") else f"+{raw}", default_country=None).msisdn
    except NumberError as error:
        sentence = _(MESSAGES[error.code]) % error.params
        raise NotFoundError(error.code, sentence) from error


def _country(code: str) -> str:
    if not code.isalpha():
        raise InvalidError(
            "unknown_country", _("Write a country in two letters, such as VN."), field="country"
        )
    return code.upper()
