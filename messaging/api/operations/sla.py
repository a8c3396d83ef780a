"""What a carrier did over a period against what its contract says, as JSON or CSV."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common import clock
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole, Word
from config.common.api.pagination import query
from config.common.api.problems import FieldProblem, InvalidInput
from config.common.errors import InvalidError
from messaging.api.operations.common import OperationsView, reads
from messaging.api.operations.named import carrier_named, named
from routing.models import Sender
from routing.selectors.sla import Outage, SlaReport, period_check, sla_report
from routing.services.sla_papers import csv_of

_DAYS: Final = 7


class SlaQuery(StrictSerializer):
    """Whose report, and of which days."""

    carrier = Text(max_length=50, help_text="The carrier's code.")
    sender = Whole(min_value=1, required=False, help_text="A sender's id: only what it sent.")
    first = serializers.DateField(required=False, help_text="UTC. Absent: six days before `last`.")
    last = serializers.DateField(required=False, help_text="UTC, included. Absent: today.")
    format = Word(choices=[("json", "JSON"), ("csv", "CSV")], default="json")


class CodeCountOutput(OutputSerializer):
    """How often an error code was answered."""

    code = serializers.CharField()
    count = serializers.IntegerField()


class EndCountOutput(OutputSerializer):
    """How many messages ended so by their receipt."""

    end = serializers.CharField()
    count = serializers.IntegerField()


class OutageOutput(OutputSerializer):
    """A time without a session."""

    since = Moment()
    until = Moment(allow_null=True, help_text="Null: it lasts.")
    seconds = serializers.SerializerMethodField()
    detail = serializers.CharField()

    def get_seconds(self, outage: Outage) -> float:
        return outage.seconds(clock.now())


class SlaOutput(OutputSerializer):
    """Throughput and answers in segments, receipts in messages; null where nothing can be said."""

    carrier = serializers.CharField(source="carrier.code")
    sender = serializers.IntegerField(source="sender.pk", allow_null=True, default=None)
    first = serializers.DateField()
    last = serializers.DateField()
    contracted = serializers.FloatField(allow_null=True, help_text="Segments/s. Null: no limit.")
    peak_second = serializers.IntegerField(help_text="Segments in the busiest second.")
    peak_minute = serializers.IntegerField(help_text="Segments in the busiest minute.")
    used = serializers.FloatField(allow_null=True, help_text="Greatest part of `contracted`.")
    segments = serializers.IntegerField(help_text="Taken by the carrier.")
    messages = serializers.IntegerField(help_text="Taken by the carrier.")
    refused = serializers.IntegerField()
    unanswered = serializers.IntegerField()
    answer_p50 = serializers.FloatField(allow_null=True, help_text="Seconds.")
    answer_p95 = serializers.FloatField(allow_null=True)
    answer_p99 = serializers.FloatField(allow_null=True)
    asked = serializers.IntegerField(help_text="Messages that asked for a receipt.")
    receipts = serializers.IntegerField()
    delivered = serializers.IntegerField()
    coverage = serializers.FloatField(allow_null=True)
    delivery_rate = serializers.FloatField(allow_null=True)
    receipt_p50 = serializers.FloatField(allow_null=True, help_text="Seconds.")
    receipt_p95 = serializers.FloatField(allow_null=True)
    codes = serializers.SerializerMethodField()
    ends = serializers.SerializerMethodField()
    outages = OutageOutput(many=True)
    availability = serializers.FloatField(
        allow_null=True, help_text="Part of the time with a session; null for a sender."
    )

    @extend_schema_field(CodeCountOutput(many=True))
    def get_codes(self, report: SlaReport) -> list[dict[str, Any]]:
        return [{"code": code, "count": count} for code, count in report.codes]

    @extend_schema_field(EndCountOutput(many=True))
    def get_ends(self, report: SlaReport) -> list[dict[str, Any]]:
        return [{"end": end, "count": count} for end, count in report.ends]


_SHOWN: Final = SlaOutput()


class SlaView(OperationsView):
    """`/sla`"""

    @reads(
        "read_sla",
        "Read the service report of a carrier",
        query=SlaQuery,
        responses={200: SlaOutput, (200, "text/csv"): OpenApiTypes.STR},
        description="Days are those of UTC, at most 400. CSV is one line per figure, in the "
        "caller's language.",
    )
    def get(self, request: Request) -> HttpResponseBase:
        wanted = query(request, SlaQuery())
        try:
            report = _report(dict(wanted))
        except InvalidError as error:
            raise _of_parameter(error) from error
        if wanted["format"] == "csv":
            return _file(report)
        return Response(_SHOWN.to_representation(report))


def _report(wanted: dict[str, Any]) -> SlaReport:
    last = wanted.get("last") or clock.now().date()
    first = wanted.get("first") or last - timedelta(days=_DAYS - 1)
    period_check(first, last)
    number = wanted.get("sender")
    rows = Sender.objects.all()
    sender = named(rows, "sender", "unknown_sender", pk=number) if number else None
    return sla_report(carrier_named(wanted["carrier"]), first, last, sender)


def _of_parameter(error: InvalidError) -> InvalidInput:
    problem = FieldProblem(error.field, error.code, str(error.message), "parameter")
    return InvalidInput([problem])


def _file(report: SlaReport) -> HttpResponse:
    answer = HttpResponse(csv_of(report), content_type="text/csv; charset=utf-8")
    name = f"{report.carrier.code}-{report.first}-{report.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
