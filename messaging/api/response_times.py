"""How soon people get a first answer: the console's report of conversations, as JSON or CSV."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from config.common.api.fields import OutputSerializer, StrictSerializer, Text, Word
from config.common.api.pagination import parameters, query
from config.common.api.schema import operation
from config.common.api.views import ApiView
from messaging.api import report_examples
from messaging.api.common import account_of
from messaging.api.reports import CSV, Day, days_wanted, form_wanted, senders_named
from messaging.selectors.money.standing import zone_of
from messaging.selectors.response_times import COUNTED_AT_MOST, Figures, Report, response_report
from messaging.services.report_files import response_times_csv


class ResponseTimesQuery(StrictSerializer):
    """Which days, by what, and of which sender."""

    from_ = Day(required=False, help_text=_("First day. Absent: six days before `to`."))
    to = Day(required=False, help_text=_("Last day, included. Absent: today."))
    by = Word(choices=[("day", "day"), ("person", "person")], default="day")
    sender = Text(max_length=15, required=False, help_text=_("A sender's address."))
    format = Word(
        choices=[("json", "JSON"), ("csv", "CSV")],
        required=False,
        help_text=_("Absent: by `Accept`, which may be `text/csv`."),
    )


class ResponseFiguresOutput(OutputSerializer):
    """Waitings by how they ended. `answered` ones have their times, in opening hours where a
    response limit has some."""

    answered = serializers.IntegerField(help_text="A person answered.")
    automatic = serializers.IntegerField(help_text="A keyword rule answered.")
    unanswered = serializers.IntegerField(help_text="Closed without an answer.")
    waiting = serializers.IntegerField(help_text="Nobody has answered yet.")
    escalated = serializers.IntegerField(help_text="Somebody was told that the limit has passed.")
    median_seconds = serializers.IntegerField(
        allow_null=True, help_text="Half of the answers came within; null where there is none."
    )
    p90_seconds = serializers.IntegerField(
        allow_null=True, help_text="Nine of ten answers came within."
    )
    limited = serializers.IntegerField(
        help_text="Those that a response limit was for, and that are decided."
    )
    in_time = serializers.IntegerField(help_text="Of these, answered within it.")
    in_time_rate = serializers.FloatField(
        allow_null=True, help_text="`in_time` of `limited`; null where none had a limit."
    )


class ResponseRowOutput(ResponseFiguresOutput):
    """Figures of a day on which people began to wait, or of who answered them."""

    day = serializers.DateField(required=False)
    person = serializers.CharField(required=False, help_text="The name they sign in with.")


class ResponseTimesOutput(OutputSerializer):
    """The lines and their sum; by person, the sum counts those whom nobody answered, too."""

    data_ = ResponseRowOutput(many=True)
    totals = ResponseFiguresOutput()
    from_ = serializers.DateField()
    to = serializers.DateField()
    timezone = serializers.CharField(help_text="The account's: days are of it.")
    is_cut = serializers.BooleanField(
        help_text=f"There were more than {COUNTED_AT_MOST:,}: the oldest are left out."
    )


class ResponseTimesView(ApiView):
    """`/reports/response-times`"""

    scopes = {"GET": (Scope.REPORTS_READ.value,)}

    @operation(
        "report_response_times",
        "Measure first answers",
        tag="reports",
        scope=Scope.REPORTS_READ.value,
        query=ResponseTimesQuery,
        responses={200: ResponseTimesOutput, (200, CSV): OpenApiTypes.STR},
        description="How long people who wrote on the days asked for waited for their first "
        "answer, by day or by who answered: at most 400 days. As the console shows it.",
        examples=[
            OpenApiExample(
                "By day",
                report_examples.RESPONSE_TIMES,
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> HttpResponseBase:
        wanted = dict(query(request, ResponseTimesQuery()))
        account, by = account_of(request), wanted["by"]
        zone = zone_of(account)
        with parameters():
            first, last = days_wanted(zone, wanted)
            report = response_report(
                [account.pk],
                zone=zone,
                period=(first, last),
                sender_ids=senders_named(account, wanted),
            )
        if form_wanted(request, wanted) == "csv":
            answer = StreamingHttpResponse(
                response_times_csv(by, _lines(report, by)), content_type=f"{CSV}; charset=utf-8"
            )
            name = f"response-times-{first}-{last}.csv"
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
            return answer
        return Response(
            {
                "data": [{by: name, **_shown(one)} for name, one in _lines(report, by)],
                "totals": _shown(report.total),
                "from": first.isoformat(),
                "to": last.isoformat(),
                "timezone": zone,
                "is_cut": report.is_cut,
            }
        )


_COUNTS: Final = ("answered", "automatic", "unanswered", "waiting", "escalated")


def _lines(report: Report, by: str) -> Sequence[tuple[str, Figures]]:
    """Days from the first to the last, as the other reports have them."""
    if by == "person":
        return report.by_person
    return [(day.isoformat(), one) for day, one in reversed(report.by_day)]


def _shown(figures: Figures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in _COUNTS} | {
        "median_seconds": _seconds(figures.median),
        "p90_seconds": _seconds(figures.slow),
        "limited": figures.limited,
        "in_time": figures.in_time,
        "in_time_rate": figures.in_time_rate,
    }


def _seconds(took: timedelta | None) -> int | None:
    return None if took is None else round(took.total_seconds())
