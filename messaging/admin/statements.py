"""Statements by day: a table with totals, by filter, and as CSV."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget

from compliance.constants import MessageClass
from compliance.models import Account
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.selectors.access import permitted_accounts
from config.common import clock
from config.common.errors import InvalidError
from messaging.admin.labels import amount, money
from messaging.models import Charge
from messaging.selectors.money.statements import (
    StatementFilter,
    StatementLine,
    Total,
    period_check,
    statement_lines,
    statement_totals,
)
from messaging.services.money.papers import statement_csv
from routing.models import Network

_DAYS, _ROWS_A_PAGE = 30, 200
_EVERY = ("", _("Every class"))


class StatementForm(forms.Form):
    """Whose statement, which days, and what of them."""

    account = forms.ModelChoiceField(
        Account.objects.none(),
        label=_("Account"),
        required=False,
        empty_label=_("Every account"),
        widget=UnfoldAdminSelectWidget,
    )
    first = forms.DateField(label=_("From"), widget=UnfoldAdminSingleDateWidget)
    last = forms.DateField(label=_("To"), widget=UnfoldAdminSingleDateWidget)
    network = forms.ModelChoiceField(
        Network.objects.all(),
        label=_("Network"),
        required=False,
        empty_label=_("Every network"),
        widget=UnfoldAdminSelectWidget,
    )
    sender = forms.CharField(
        label=_("Sender"), required=False, max_length=15, widget=forms.HiddenInput
    )
    message_class = forms.ChoiceField(
        label=_("Class"),
        required=False,
        choices=[_EVERY, *MessageClass.choices],
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, accounts: Any, data: Any) -> None:
        super().__init__(data)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]
        if len(accounts) == 1:
            self.fields["account"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """A period that is one, and not too long."""
        values = super().clean() or self.cleaned_data
        first, last = values.get("first"), values.get("last")
        if first and last:
            try:
                period_check(first, last)
            except InvalidError as error:
                self.add_error("first" if error.field == "from" else "last", str(error.message))
        return values


@admin.register(Charge)
class StatementAdmin(ReadOnlyMixin, AccountScopedAdmin):
    """What was reserved, charged and given back; days are those of each account's zone."""

    list_display = ("day",)
    list_select_related = ("account", "network", "sender")
    autocomplete_fields = ()
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "day"),
                    ("sender", "network", "message_class"),
                    ("accepted", "reserved"),
                    ("messages", "segments", "charged"),
                    "given_back",
                )
            },
        ),
    )
    readonly_fields = ("reserved", "charged", "given_back")

    @display(description=_("reserved"))
    def reserved(self, obj: Charge) -> str:
        return money(obj.reserved_micros, obj.account.currency)

    @display(description=_("charged"))
    def charged(self, obj: Charge) -> str:
        return money(obj.charged_micros, obj.account.currency)

    @display(description=_("given back"))
    def given_back(self, obj: Charge) -> str:
        return money(obj.given_back_micros, obj.account.currency)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The lines of the filter, with their totals; also as a file."""
        if not self.has_view_permission(request):
            raise Http404
        permitted = permitted_accounts(request.user, self.permission("view"))
        accounts = Account.objects.order_by("name")
        if permitted is not None:
            accounts = accounts.filter(pk__in=permitted)
        form = StatementForm(accounts, _asked(request))
        lines: list[StatementLine] = []
        totals: list[Total] = []
        page = Paginator(range(0), _ROWS_A_PAGE).get_page(1)
        if form.is_valid():
            wanted = _filter(form.cleaned_data)
            chosen = form.cleaned_data["account"]
            owners = [chosen.pk] if chosen else permitted
            if request.GET.get("format") == "csv":
                return _file(statement_lines(owners, wanted), wanted)
            totals = statement_totals(owners, wanted)
            every = range(sum(one.lines for one in totals))
            page = Paginator(every, _ROWS_A_PAGE).get_page(request.GET.get("p"))
            start = page.start_index() - 1 if every else 0
            lines = statement_lines(owners, wanted, start=start, limit=_ROWS_A_PAGE)
        query = request.GET.copy()
        query.pop("format", None)
        query.pop("p", None)
        # With one currency it is said once: columns of numbers alone are narrow and read well.
        currency = totals[0].currency if len(totals) == 1 else ""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Statements"),
            "opts": self.opts,
            "media": self.media + form.media,
            "form": form,
            "rows": [_row(line) for line in lines],
            "totals": [_sums(one) for one in totals],
            "currency": currency,
            "page": page,
            "query": query.urlencode(),
            "has_many": len(accounts) > 1,
        }
        return TemplateResponse(request, "admin/messaging/statements.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    today = timezone.localdate(clock.now())
    usual = {
        "first": (today - timedelta(days=_DAYS - 1)).isoformat(),
        "last": today.isoformat(),
    }
    return usual | {key: str(value) for key, value in request.GET.items() if value}


def _filter(values: dict[str, Any]) -> StatementFilter:
    network = values["network"]
    return StatementFilter(
        first=values["first"],
        last=values["last"],
        message_class=values["message_class"],
        sender=values["sender"],
        network_id=network.pk if network else None,
    )


def _file(lines: list[StatementLine], wanted: StatementFilter) -> HttpResponse:
    answer = HttpResponse(statement_csv(lines), content_type="text/csv; charset=utf-8")
    name = f"statement-{wanted.first}-{wanted.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _row(line: StatementLine) -> dict[str, Any]:
    return _sums(line) | {
        "day": date_format(line.day, "SHORT_DATE_FORMAT"),
        "account": line.account,
        "sender": line.sender or "–",
        "network": line.network or "–",
        "country": line.country,
        "message_class": MessageClass(line.message_class).label,
    }


def _sums(line: StatementLine | Total) -> dict[str, Any]:
    return {
        "currency": line.currency,
        "accepted": number_format(line.accepted, force_grouping=True),
        "reserved": amount(line.reserved_micros),
        "messages": number_format(line.messages, force_grouping=True),
        "segments": number_format(line.segments, force_grouping=True),
        "charged": amount(line.charged_micros),
        "given_back": amount(line.given_back_micros),
    }
