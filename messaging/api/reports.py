"""Reports: counts of an account's messages, as JSON or CSV."""

from collections.abc import Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass, Scope
from compliance.models import Account
from config.common import clock
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole, Word
from config.common.api.pagination import parameters, query
from config.common.api.schema import operation
from config.common.api.views import ApiView
from config.common.errors import InvalidError
from messaging.api import report_examples
from messaging.api.common import account_of
from messaging.api.outputs import PriceOutput, amount
from messaging.models import Template
from messaging.selectors.money.standing import zone_of
from messaging.selectors.reports import (
    DIMENSIONS,
    Figures,
    Report,
    ReportRow,
    ReportWish,
    report_make,
)
from messaging.services.report_files import report_csv
from routing.models import Network, Sender

_USUAL_DAYS: Final = 7
CSV: Final = "text/csv"


class Day(serializers.DateField):
    """A day, as 2027-01-31."""

    default_error_messages = {
        "invalid": _("The value is not a day: write it like 2027-01-31."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)


class Dimensions(Text):
    """Names with commas between them."""

    default_error_messages = {
        "unknown_dimension": _("“{name}” is not one of: {names}. Did you mean “{near}”?"),
        "dimension_twice": _("“{name}” stands there twice: once is enough."),
    }

    def to_internal_value(self, data: Any) -> Any:  # whatever a query holds
        names = [one.strip() for one in super().to_internal_value(data).split(",") if one.strip()]
        for name in names:
            if name not in DIMENSIONS:
                near = get_close_matches(name.lower(), DIMENSIONS, n=1, cutoff=0.0)[0]
                self.fail(
                    "unknown_dimension", name=name[:40], names=", ".join(DIMENSIONS), near=near
                )
            if names.count(name) > 1:
                self.fail("dimension_twice", name=name)
        return tuple(names)


class ReportQuery(StrictSerializer):
    """Which days, by what, and of which messages."""

    from_ = Day(required=False, help_text=_("First day. Absent: six days before `to`."))
    to = Day(required=False, help_text=_("Last day, included. Absent: today."))
    by = Dimensions(
        max_length=100,
        required=False,
        help_text=_(
            "Up to three of day, hour, network, country, sender, template, campaign, class, with"
            " commas between them. Absent: day."
        ),
    )
    network = Text(max_length=50, required=False, help_text=_("A network's code."))
    country = Text(max_length=2, required=False, help_text=_("ISO 3166-1 alpha-2."))
    sender = Text(max_length=15, required=False, help_text=_("A sender's address."))
    template = Text(max_length=50, required=False, help_text=_("A template's short name."))
    campaign = Whole(min_value=1, max_value=2**63 - 1, required=False)
    class_ = Word(choices=MessageClass.choices, required=False)
    format = Word(
        choices=[("json", "JSON"), ("csv", "CSV")],
        required=False,
        help_text=_("Absent: by `Accept`, which may be `text/csv`."),
    )


class MessageFiguresOutput(OutputSerializer):
    """Messages by what became of them. `accepted` is all; `sent` is what a carrier took, and holds
    `delivered` and `undelivered`; `open` has not ended yet."""

    accepted = serializers.IntegerField()
    sent = serializers.IntegerField()
    delivered = serializers.IntegerField()
    undelivered = serializers.IntegerField()
    failed = serializers.IntegerField()
    expired = serializers.IntegerField()
    blocked = serializers.IntegerField()
    canceled = serializers.IntegerField()
    unknown = serializers.IntegerField()
    open = serializers.IntegerField()
    segments = serializers.IntegerField(help_text="As billed, of what a carrier took.")
    price = PriceOutput(help_text="What was charged.")
    delivery_rate = serializers.FloatField(
        allow_null=True, help_text="`delivered` of `sent`; null where nothing was sent."
    )
    receipt_seconds = serializers.FloatField(
        allow_null=True,
        help_text="Half of the receipts of delivery came within; right to within a factor of two.",
    )


class ReportRowOutput(MessageFiguresOutput):
    """Figures of what has the named things in common; only those asked for by `by` are there."""

    day = serializers.DateField(required=False)
    hour = serializers.CharField(required=False, help_text="When it begins, with its zone.")
    network = serializers.CharField(
        required=False, allow_null=True, help_text="Its code. Null: it is not known."
    )
    country = serializers.CharField(required=False)
    sender = serializers.CharField(required=False)
    template = serializers.CharField(
        required=False, allow_null=True, help_text="Its short name. Null: sent without one."
    )
    campaign = serializers.IntegerField(
        required=False, allow_null=True, help_text="Null: sent without one."
    )
    campaign_name = serializers.CharField(required=False, allow_null=True)
    class_ = serializers.ChoiceField(MessageClass.choices, required=False)


class ReportOutput(OutputSerializer):
    """A report: its lines and their sum."""

    data_ = ReportRowOutput(many=True)
    totals = MessageFiguresOutput()
    from_ = serializers.DateField()
    to = serializers.DateField()
    timezone = serializers.CharField(help_text="The account's: days and hours are of it.")
    counted_until = Moment(
        allow_null=True,
        help_text="Everything that was known then is in these figures. Null: nothing is yet.",
    )


_COUNTS: Final = tuple(
    str(name)
    for name in MessageFiguresOutput().fields
    if str(name) not in ("price", "delivery_rate", "receipt_seconds")
)
_EXAMPLE: Final = [
    OpenApiExample(
        "By day and network", report_examples.REPORT, response_only=True, status_codes=["200"]
    )
]


class MessageReportView(ApiView):
    """`/reports/messages`"""

    scopes = {"GET": (Scope.REPORTS_READ.value,)}

    @operation(
        "report_messages",
        "Count messages",
        tag="reports",
        scope=Scope.REPORTS_READ.value,
        query=ReportQuery,
        responses={200: ReportOutput, (200, CSV): OpenApiTypes.STR},
        description="By day, hour, network, country, sender, template, campaign and class of "
        "what was accepted on the days asked for: at most 400 days, 31 by hour. Counted by the "
        "minute; late outcomes of older messages change the figures of the day on which these "
        "were accepted, within an hour for yesterday and six for older days.",
        examples=_EXAMPLE,
    )
    def get(self, request: Request) -> HttpResponseBase:
        wanted = dict(query(request, ReportQuery()))
        account = account_of(request)
        with parameters():
            report = report_make(_wish(account, wanted))
        if form_wanted(request, wanted) == "csv":
            return _file(report, account)
        return Response(_shown(report, account))


def form_wanted(request: Request, wanted: Mapping[str, Any]) -> str:
    """csv or json: `format`, or else what the caller accepts."""
    accepted = "csv" if CSV in request.headers.get("Accept", "") else "json"
    return str(wanted.get("format", accepted))


def days_wanted(zone: str, wanted: Mapping[str, Any]) -> tuple[date, date]:
    """The first day and the last: as asked for, else the last seven."""
    last: date = wanted.get("to") or clock.now().astimezone(ZoneInfo(zone)).date()
    before = timedelta(days=min(_USUAL_DAYS, last.toordinal()) - 1)
    return wanted.get("from") or last - before, last


def _wish(account: Account, wanted: Mapping[str, Any]) -> ReportWish:
    zone = zone_of(account)
    first, last = days_wanted(zone, wanted)
    return ReportWish(
        accounts=[account.pk],
        zone=zone,
        first=first,
        last=last,
        by=wanted.get("by", ("day",)),
        filters=_filters(account, wanted),
    )


def _filters(account: Account, wanted: Mapping[str, Any]) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    for name in ("country", "campaign", "class"):
        if name in wanted:
            filters[name] = wanted[name]
    named = {
        "network": ("code", Network.objects.all()),
        "template": ("slug", Template.objects.filter(account=account)),
    }
    for name, (field, rows) in named.items():
        if name in wanted:
            filters[name] = _named(name, rows, field, wanted[name])
    senders = senders_named(account, wanted)
    return filters if senders is None else filters | {"sender": senders}


def senders_named(account: Account, wanted: Mapping[str, Any]) -> list[int] | None:
    """The account's senders with the address asked for, shared ones too; None: any. Raises
    InvalidError."""
    if "sender" not in wanted:
        return None
    own = Q(account=account) | Q(account=None)
    return _named("sender", Sender.objects.filter(own), "address", wanted["sender"])


def _named(name: str, rows: QuerySet[Any], field: str, value: str) -> list[int]:
    found = list(rows.filter(**{field: value}).values_list("pk", flat=True))
    if not found:
        raise InvalidError(
            f"unknown_{name}",
            gettext("“%(value)s” is not known here: check how it is written.") % {"value": value},
            field=name,
        )
    return found


def _shown(report: Report, account: Account) -> dict[str, Any]:
    until = report.counted_until
    return {
        "data": [_row(row, report, account.currency) for row in report.rows],
        "totals": _figures(report.totals, account.currency),
        "from": report.wish.first.isoformat(),
        "to": report.wish.last.isoformat(),
        "timezone": report.wish.zone,
        "counted_until": None if until is None else Moment().to_representation(until),
    }


def _row(row: ReportRow, report: Report, currency: str) -> dict[str, Any]:
    names: dict[str, Any] = dict(row.names)
    if "campaign" in names:
        names["campaign"] = row.keys["campaign"]
        names["campaign_name"] = report.campaign_names.get(row.keys["campaign"] or 0)
    return names | _figures(row.figures, currency)


def _figures(figures: Figures, currency: str) -> dict[str, Any]:
    rate, seconds = figures.delivery_rate, figures.receipt_seconds
    return {name: getattr(figures, name) for name in _COUNTS} | {
        "price": {"amount": amount(figures.charged_micros), "currency": currency},
        "delivery_rate": None if rate is None else round(rate, 4),
        "receipt_seconds": None if seconds is None else round(seconds, 1),
    }


def _file(report: Report, account: Account) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(
        report_csv(report, account.currency), content_type=f"{CSV}; charset=utf-8"
    )
    name = f"messages-{report.wish.first}-{report.wish.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
