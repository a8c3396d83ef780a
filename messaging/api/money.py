"""Money of an account: what is left, statements by day, the ledger."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass, Scope
from compliance.models import Account
from config.common import clock
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Word
from config.common.api.pagination import PageInput, cut, page_response, parameters, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView
from messaging.api import money_examples as examples
from messaging.api.common import account_of, int_cursor
from messaging.constants import BillingMode, LedgerKind
from messaging.models import LedgerEntry
from messaging.money.amounts import amount_text
from messaging.money.limits import DAY, MONTH
from messaging.selectors.money.positions import Position, positions_of
from messaging.selectors.money.standing import zone_of
from messaging.selectors.money.statements import (
    StatementFilter,
    StatementLine,
    Total,
    ledger_page,
    period_check,
    statement_lines,
    statement_totals,
)
from messaging.services.money.papers import statement_csv

_READ: Final = (Scope.BILLING_READ.value,)
_USUAL_DAYS: Final = 30
_AMOUNT: Final = "Decimal number in `currency`."


class LimitOutput(OutputSerializer):
    """A limit and how much of it is used."""

    limit = serializers.CharField(help_text=_AMOUNT)
    used = serializers.CharField(help_text="Accepted in it, without what was given back of that.")
    left = serializers.CharField(help_text=_AMOUNT)
    used_percent = serializers.IntegerField()


class BalanceOutput(OutputSerializer):
    """Where the account stands now."""

    mode = serializers.ChoiceField(BillingMode.choices)
    currency = serializers.CharField()
    available = serializers.CharField(
        allow_null=True, help_text="What may still be spent; null: nothing limits it."
    )
    credit = serializers.CharField(
        allow_null=True, help_text="Left of what was paid in; null where that does not end sending."
    )
    reserved = serializers.CharField(help_text="Held for messages on their way.")
    used_percent = serializers.IntegerField(help_text="Of the narrowest limit.")
    alert_percents = serializers.ListField(child=serializers.IntegerField())
    day = LimitOutput(allow_null=True, help_text="Of today in the account's time zone.")
    month = LimitOutput(allow_null=True)


class StatementQuery(StrictSerializer):
    """Which days, in the account's time zone, and what of them."""

    from_ = serializers.DateField(required=False, help_text=_("Absent: 29 days before `to`."))
    to = serializers.DateField(required=False, help_text=_("Included. Absent: today."))
    class_ = Word(choices=MessageClass.choices, required=False)
    sender = Text(max_length=15, required=False, help_text=_("The address of a sender."))
    format = Word(
        choices=[("json", "JSON"), ("csv", "CSV")],
        required=False,
        help_text=_("`csv` also by `Accept: text/csv`."),
    )


class _SumsOutput(OutputSerializer):
    accepted = serializers.IntegerField(help_text="Messages for which money was reserved.")
    reserved = serializers.SerializerMethodField(help_text=_AMOUNT)
    messages = serializers.IntegerField(help_text="Charged.")
    segments = serializers.IntegerField(help_text="Charged.")
    charged = serializers.SerializerMethodField(help_text=_AMOUNT)
    given_back = serializers.SerializerMethodField(help_text=_AMOUNT)

    def get_reserved(self, line: StatementLine | Total) -> str:
        return amount_text(line.reserved_micros)

    def get_charged(self, line: StatementLine | Total) -> str:
        return amount_text(line.charged_micros)

    def get_given_back(self, line: StatementLine | Total) -> str:
        return amount_text(line.given_back_micros)


class StatementLineOutput(_SumsOutput):
    """One kind of message on one day."""

    day = serializers.DateField()
    sender = serializers.CharField(help_text="Empty: no longer known.")
    network = serializers.CharField(help_text="Its name; empty: not known.")
    country = serializers.CharField(help_text="ISO 3166-1; empty where the network is not known.")
    class_ = serializers.ChoiceField(MessageClass.choices, source="message_class")


class StatementTotalOutput(_SumsOutput):
    """Sums of the lines."""


class StatementOutput(OutputSerializer):
    """A statement, the latest day first."""

    currency = serializers.CharField()
    timezone = serializers.CharField(help_text="In which its days begin.")
    from_ = serializers.DateField()
    to = serializers.DateField()
    data_ = StatementLineOutput(many=True)
    total = StatementTotalOutput()


class LedgerEntryOutput(OutputSerializer):
    """Money in, or the messages of a day."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(LedgerKind.choices)
    amount = serializers.SerializerMethodField(help_text="Below zero: taken off.")
    balance = serializers.SerializerMethodField(help_text="After it.")
    currency = serializers.CharField()
    day = serializers.DateField(allow_null=True, help_text="Of `charges`.")
    reference = serializers.CharField()
    reason = serializers.CharField()
    at = Moment()

    def get_amount(self, entry: LedgerEntry) -> str:
        return amount_text(entry.amount_micros)

    def get_balance(self, entry: LedgerEntry) -> str:
        return amount_text(entry.balance_micros)


_LINE: Final = StatementLineOutput()
_TOTAL: Final = StatementTotalOutput()
_ENTRY: Final = LedgerEntryOutput()


class BalanceView(ApiView):
    """`/balance`"""

    scopes = {"GET": _READ}

    @operation(
        "read_balance",
        "Read what may still be spent",
        tag="money",
        scope=Scope.BILLING_READ.value,
        responses={200: BalanceOutput},
        examples=[OpenApiExample("Prepaid", examples.BALANCE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        account = account_of(request)
        return Response(_balance(positions_of([account.pk], clock.now())[account.pk]))


def _balance(position: Position) -> dict[str, Any]:
    standing = position.standing
    return {
        "mode": standing.mode,
        "currency": position.currency,
        "available": _left(standing.available_micros),
        "credit": _written(standing.credit_micros),
        "reserved": amount_text(position.reserved_micros),
        "used_percent": standing.used_percent,
        "alert_percents": list(position.alert_percents),
        "day": _limit(position, DAY, standing.day_micros, standing.day_limit_micros),
        "month": _limit(position, MONTH, standing.month_micros, standing.month_limit_micros),
    }


def _limit(position: Position, name: str, used: int, limit: int | None) -> dict[str, Any] | None:
    if name not in position.standing.rooms or limit is None:
        return None
    return {
        "limit": amount_text(limit),
        "used": amount_text(used),
        "left": amount_text(max(0, limit - used)),
        "used_percent": position.standing.used_percents[name],
    }


def _written(micros: int | None) -> str | None:
    return None if micros is None else amount_text(micros)


def _left(micros: int | None) -> str | None:
    return None if micros is None else amount_text(max(0, micros))


class StatementDaysView(ApiView):
    """`/statements/days`"""

    scopes = {"GET": _READ}

    @operation(
        "read_statement",
        "Read a statement by day",
        tag="money",
        scope=Scope.BILLING_READ.value,
        query=StatementQuery,
        responses={200: StatementOutput, (200, "text/csv"): OpenApiTypes.STR},
        description="One line per day, sender, network, country and class, at most 366 days. "
        "What was reserved on all days less what was charged and given back is what is reserved "
        "now. Lines of the last two seconds may be missing.",
        examples=[
            OpenApiExample(
                "One day", examples.STATEMENT, response_only=True, media_type="application/json"
            )
        ],
    )
    def get(self, request: Request) -> HttpResponseBase:
        account = account_of(request)
        asked = query(request, StatementQuery())
        wanted = _wanted(account, asked)
        owners = [account.pk]
        lines = statement_lines(owners, wanted)
        accepts_csv = "text/csv" in request.headers.get("Accept", "")
        if asked.get("format", "csv" if accepts_csv else "json") == "csv":
            return statement_file(lines, wanted)
        totals = statement_totals(owners, wanted) or [Total(account.currency, *[0] * 7)]
        return Response(
            {
                "currency": account.currency,
                "timezone": zone_of(account),
                "from": wanted.first.isoformat(),
                "to": wanted.last.isoformat(),
                "data": [_LINE.to_representation(line) for line in lines],
                "total": _TOTAL.to_representation(totals[0]),
            }
        )


def _wanted(account: Account, asked: Mapping[str, Any]) -> StatementFilter:
    today = clock.now().astimezone(ZoneInfo(zone_of(account))).date()
    last = asked.get("to") or today
    first = asked.get("from") or last - timedelta(days=_USUAL_DAYS - 1)
    with parameters():
        period_check(first, last)
    return StatementFilter(first, last, asked.get("class", ""), asked.get("sender", ""))


def statement_file(lines: list[StatementLine], wanted: StatementFilter) -> HttpResponse:
    """The lines as a CSV file with the days in its name."""
    answer = HttpResponse(statement_csv(lines), content_type="text/csv; charset=utf-8")
    name = f"statement-{wanted.first}-{wanted.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


class LedgerView(ApiView):
    """`/ledger`"""

    scopes = {"GET": _READ}

    @operation(
        "list_ledger",
        "List top-ups, adjustments and days",
        tag="money",
        scope=Scope.BILLING_READ.value,
        query=PageInput,
        responses={200: page_of("Ledger", LedgerEntryOutput)},
        examples=[OpenApiExample("A top-up", examples.LEDGER, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = ledger_page(
            account_of(request),
            before=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda entry: entry.pk)
        return page_response(request, page, [_ENTRY.to_representation(one) for one in page.rows])
