"""Reports of messages: by time, sender, network and more, with the way to the messages behind."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget

from compliance.constants import MessageClass
from compliance.models import Account
from compliance.selectors.access import related_choices, visible
from config.common import clock
from config.common.errors import InvalidError
from messaging.admin.labels import amount, moment
from messaging.admin.sight import sight_of
from messaging.models import TemplateVersion
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

_DAYS: Final = 7
_SHOWN_ROWS: Final = 500
_WORDS: Final[Mapping[str, Any]] = {
    "day": _("Day"),
    "hour": _("Hour"),
    "network": _("Network"),
    "country": _("Country"),
    "sender": _("Sender"),
    "template": _("Template"),
    "campaign": _("Campaign"),
    "class": _("Class"),
}
_CHOICES: Final = [(name, _WORDS[name]) for name in DIMENSIONS]
# What the fields of the form are called where a service names them.
_FIELDS: Final[Mapping[str, str]] = {"from": "first", "to": "last", "by": "by"}


class ReportForm(forms.Form):
    """Whose messages, of which days, by what, and which of them."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Account"), required=False,
        empty_label=_("Every account"), widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    first = forms.DateField(label=_("From"), widget=UnfoldAdminSingleDateWidget)
    last = forms.DateField(label=_("To"), widget=UnfoldAdminSingleDateWidget)
    by = forms.ChoiceField(label=_("Split by"), choices=_CHOICES, widget=UnfoldAdminSelectWidget)
    then = forms.ChoiceField(
        label=_("then by"), choices=[("", "–"), *_CHOICES], required=False,
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    sender = forms.ModelChoiceField(
        Sender.objects.none(), label=_("Sender"), required=False,
        empty_label=_("Every sender"), widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    network = forms.ModelChoiceField(
        Network.objects.order_by("name"), label=_("Network"), required=False,
        empty_label=_("Every network"), widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    message_class = forms.ChoiceField(
        label=_("Class"), choices=[("", _("Every class")), *MessageClass.choices], required=False,
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip

    def __init__(self, user: Any, accounts: Any, **options: Any) -> None:
        super().__init__(**options)
        self.accounts = accounts
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]
        if len(accounts) == 1:
            del self.fields["account"]
        self.fields["sender"].queryset = visible(  # type: ignore[attr-defined]
            Sender.objects.order_by("address"), user
        )

    def wish(self) -> ReportWish:
        """What valid values ask for."""
        values = self.cleaned_data
        account = values.get("account")
        accounts: Collection[Account] = [account] if account is not None else self.accounts
        filters: dict[str, Any] = {}
        for name in ("sender", "network"):
            if values[name]:
                filters[name] = [values[name].pk]
        if values["message_class"]:
            filters["class"] = values["message_class"]
        then = values["then"]
        return ReportWish(
            accounts=[one.pk for one in accounts],
            zone=_zone(accounts),
            first=values["first"],
            last=values["last"],
            by=(values["by"], then) if then and then != values["by"] else (values["by"],),
            filters=filters,
        )


def reports_page(page: Any, request: HttpRequest) -> HttpResponseBase:
    """`/admin/messaging/message/reports`: the report that the form asks for; also as CSV."""
    if not page.has_view_permission(request):
        raise Http404
    accounts = related_choices(
        Account.objects.order_by("name"), request.user, page.permission("view")
    )
    form = ReportForm(request.user, accounts, data=_asked(request, accounts))
    report = _made(form) if form.is_valid() else None
    currency = _currency(request, report)
    if report is not None and request.GET.get("format") == "csv":
        return _file(report, currency)
    query = request.GET.copy()
    query.pop("format", None)
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Reports"),
        "opts": page.opts,
        "media": page.media + form.media,
        "form": form,
        "query": query.urlencode(),
        "report": report,
        **(_table(report, currency) if report else {}),
    }
    return TemplateResponse(request, "admin/messaging/report/page.html", context)


def _zone(accounts: Collection[Account]) -> str:
    zones = {zone_of(one) for one in accounts}
    return zones.pop() if len(zones) == 1 else settings.TIME_ZONE


def _asked(request: HttpRequest, accounts: Collection[Account]) -> dict[str, Any]:
    today = clock.now().astimezone(ZoneInfo(_zone(accounts))).date()
    usual = {
        "first": (today - timedelta(days=_DAYS - 1)).isoformat(),
        "last": today.isoformat(),
        "by": "day",
    }
    return usual | {key: value for key, value in request.GET.items() if value}


def _made(form: ReportForm) -> Report | None:
    try:
        return report_make(form.wish())
    except InvalidError as error:
        form.add_error(_FIELDS.get(error.field, "by"), str(error.message))
        return None


def _currency(request: HttpRequest, report: Report | None) -> str | None:
    """Prices are for people of the account, and those of two cannot be added."""
    if report is None or report.wish.accounts is None or len(report.wish.accounts) != 1:
        return None
    (account_id,) = report.wish.accounts
    if not sight_of(request.user).has_texts_of(account_id):
        return None
    return str(Account.objects.get(pk=account_id).currency)


def _file(report: Report, currency: str | None) -> StreamingHttpResponse:
    lines = report_csv(report, currency)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"messages-{report.wish.first}-{report.wish.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _table(report: Report, currency: str | None) -> dict[str, Any]:
    most = max((row.figures.accepted for row in report.rows), default=0)
    versions = _versions(report)
    has_price = currency is not None
    return {
        "heads": [_WORDS[name] for name in report.wish.by],
        "rows": [
            {
                "names": [_name(row, name, report) for name in report.wish.by],
                "link": _messages_of(row, report, versions),
                "share": round(100 * row.figures.accepted / most),
                "delivered_share": round(100 * row.figures.delivered / row.figures.accepted),
                **_cells(row.figures, has_price=has_price),
            }
            for row in report.rows[:_SHOWN_ROWS]
        ],
        "more": max(0, len(report.rows) - _SHOWN_ROWS),
        "totals": _cells(report.totals, has_price=has_price),
        "has_price": has_price,
        "currency": currency,
        "zone": report.wish.zone,
        "counted_until": moment(report.counted_until) if report.counted_until else "",
    }


def _cells(figures: Figures, *, has_price: bool) -> dict[str, Any]:
    rate = figures.delivery_rate
    return {
        "figures": figures,
        "rate": "–" if rate is None else f"{number_format(round(rate * 100, 1), use_l10n=True)} %",
        "lost": figures.failed + figures.expired + figures.canceled,
        "price": amount(figures.charged_micros) if has_price else "",
    }


def _name(row: ReportRow, dimension: str, report: Report) -> str:
    name, key = row.names[dimension], row.keys[dimension]
    if name is None:
        return "–"
    if dimension == "day":
        return str(date_format(date.fromisoformat(name), "SHORT_DATE_FORMAT"))
    if dimension == "hour":
        zone = ZoneInfo(report.wish.zone)
        return str(date_format(key.astimezone(zone), "SHORT_DATETIME_FORMAT"))
    if dimension == "class":
        return str(dict(MessageClass.choices).get(name, name))
    if dimension == "campaign":
        return report.campaign_names.get(key, name)
    return name


def _versions(report: Report) -> dict[int, list[int]]:
    """Ids of the versions of each template that the report names."""
    found: dict[int, list[int]] = {}
    named = (row.keys.get("template") for row in report.rows)
    ids = {template_id for template_id in named if template_id is not None}
    rows = TemplateVersion.objects.filter(template_id__in=ids)
    for template_id, version_id in rows.values_list("template_id", "pk"):
        found.setdefault(template_id, []).append(version_id)
    return found


def _messages_of(row: ReportRow, report: Report, versions: Mapping[int, list[int]]) -> str:
    """The list of messages with what the row has in common; of an hour its day."""
    wish, zone = report.wish, ZoneInfo(report.wish.zone)
    first, last = wish.first, wish.last
    query: dict[str, Any] = {}
    if wish.accounts is not None and len(wish.accounts) == 1:
        query["account__id__exact"] = next(iter(wish.accounts))
    for name, ids in wish.filters.items():
        query |= {"message_class__exact": ids} if name == "class" else {name: ids[0]}
    for name, key in row.keys.items():
        if name in ("day", "hour"):
            first = last = key.astimezone(zone).date()
        elif name == "template" and key is not None:
            query["template_version__in"] = ",".join(map(str, versions.get(key, ())))
        else:
            query |= _condition(name, key)
    query |= {"day_from": first.isoformat(), "day_to": last.isoformat()}
    return f"{reverse('admin:messaging_message_changelist')}?{urlencode(query)}"


def _condition(name: str, key: Any) -> dict[str, Any]:
    field = {"template": "template_version", "campaign": "campaign_id"}.get(name, name)
    if key is None:
        return {f"{field}__isnull": "True"}
    if name == "class":
        return {"message_class__exact": key}
    return {field: key}
