from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget

from carriers.models import Carrier
from compliance.constants import MessageClass
from compliance.scoping import PlatformScopedAdmin
from config.common import clock
from config.common.console.pages import ReadOnlyMixin
from config.common.errors import InvalidError
from routing.models import Network, RouteQuality, Sender
from routing.selectors.sla import SlaReport, period_check, sla_report
from routing.services.qualities import ENOUGH_SAMPLES
from routing.services.sla_papers import csv_of, pdf_of, period_of, sections_of, title_of

_DAYS = 7


class PeriodForm(forms.Form):
    """Whose report, and of which days."""

    carrier = forms.ModelChoiceField(
        Carrier.objects.all(), label=_("Carrier"), empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    sender = forms.ModelChoiceField(
        Sender.objects.all(),
        label=_("Sender"),
        required=False,
        empty_label=_("Every sender"),
        widget=UnfoldAdminSelectWidget,
    )
    first = forms.DateField(label=_("From"), widget=UnfoldAdminSingleDateWidget)
    last = forms.DateField(label=_("To"), widget=UnfoldAdminSingleDateWidget)

    def clean(self) -> dict[str, Any]:
        """A period that is one, and not too long."""
        values = super().clean() or self.cleaned_data
        first, last = values.get("first"), values.get("last")
        if first and last:
            try:
                period_check(first, last)
            except InvalidError as error:
                self.add_error(error.field, str(error.message))
        return values


@admin.register(RouteQuality)
class RouteQualityAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """How carriers do, and the report for one of them over a period."""

    list_display = ("carrier_id",)
    fieldsets = ()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The report of a carrier, with what routing knows of it now; also as CSV and PDF."""
        if not self.has_view_permission(request):
            raise Http404
        form = self._form(request)
        report: SlaReport | None = None
        if form is not None and form.is_valid():
            report = sla_report(**form.cleaned_data)
        if report is not None and request.GET.get("format") in ("csv", "pdf"):
            return _file(report, request.GET["format"])
        query = request.GET.copy()
        query.pop("format", None)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Quality and SLA"),
            "opts": self.opts,
            "media": self.media + form.media if form is not None else self.media,
            "form": form,
            "report": report,
            "report_title": title_of(report) if report else "",
            "period": period_of(report) if report else "",
            "sections": sections_of(report) if report else (),
            "qualities": _qualities(report.carrier) if report else (),
            "query": query.urlencode(),
            "enough": ENOUGH_SAMPLES,
        }
        return TemplateResponse(request, "admin/routing/quality/page.html", context)

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A row has no page: all of them stand on one."""
        raise Http404

    @staticmethod
    def _form(request: HttpRequest) -> PeriodForm | None:
        first_carrier = Carrier.objects.filter(is_active=True).first() or Carrier.objects.first()
        if first_carrier is None:
            return None
        today = clock.now().date()
        usual = {
            "carrier": str(first_carrier.pk),
            "first": (today - timedelta(days=_DAYS - 1)).isoformat(),
            "last": today.isoformat(),
        }
        return PeriodForm(usual | {key: value for key, value in request.GET.items() if value})


def _file(report: SlaReport, kind: str) -> HttpResponse:
    name = f"{report.carrier.code}-{report.first}-{report.last}.{kind}"
    if kind == "csv":
        answer = HttpResponse(csv_of(report), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(pdf_of(report), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _qualities(carrier: Carrier) -> list[dict[str, Any]]:
    names = dict(Network.objects.values_list("pk", "name")) | {0: gettext("all networks")}
    classes = dict(MessageClass.choices)
    rows = RouteQuality.objects.filter(carrier_id=carrier.pk).order_by("network_id")
    return [
        {
            "network": names.get(row.network_id, str(row.network_id)),
            "message_class": classes.get(row.message_class, row.message_class),
            "delivery_rate": _percent(row.delivery_rate),
            "coverage": _percent(row.coverage),
            "median": None
            if row.median_seconds is None
            else number_format(round(row.median_seconds, 1), use_l10n=True),
            "samples": row.samples,
        }
        for row in rows
    ]


def _percent(part: float | None) -> str | None:
    return None if part is None else f"{number_format(round(part * 100, 1), use_l10n=True)} %"
