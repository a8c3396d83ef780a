from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from compliance.number_lists import NumberListMixin
from compliance.scoping import PlatformScopedAdmin
from config.common import clock
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured
from config.common.zone_checks import zone_cleaned
from routing.models import Network, NumberOverride
from routing.services.number_imports import overrides_csv


class NetworkForm(ServiceForm):
    class Meta:
        model = Network
        fields = ("name", "code", "country", "kind", "mcc_mnc", "timezone")

    def clean_timezone(self) -> str:
        return zone_cleaned(self.cleaned_data["timezone"])


@admin.register(Network)
class NetworkAdmin(PlatformScopedAdmin):
    form = NetworkForm
    list_display = ("name", "code", "country", "kind", "mcc_mnc")
    list_filter = ("country", "kind")
    list_select_related = ()
    search_fields = ("name", "code", "mcc_mnc")
    readonly_fields = ()
    autocomplete_fields = ()
    fieldsets = (
        (
            None,
            {
                "fields": (("name", "code"), ("country", "kind"), ("mcc_mnc", "timezone")),
                "description": _(
                    "A mobile network, or a virtual one that rides on another. Routes, rates and"
                    " registrations of senders speak of networks."
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Number plans name networks by their code, so it stays."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "code"] if obj else fields


@admin.register(NumberOverride)
class NumberOverrideAdmin(NumberListMixin, PlatformScopedAdmin):
    """Single numbers that moved to another network."""

    list_display = ("number", "network", "source", "validity")
    list_filter = ("network",)
    list_select_related = ("network",)
    search_fields = ("source",)
    readonly_fields = ()
    autocomplete_fields = ("network",)
    ordering = ("msisdn",)
    actions_list = ("upload", "export")
    empty_text = _("Upload a file of ported numbers, or add single ones.")
    fieldsets = (
        (
            None,
            {
                "fields": ("msisdn", "network", "source", "valid_until"),
                "description": _(
                    "A number that is on another network than its prefix says. It wins over the"
                    " prefix until the date, or for good."
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The number is the key of the row."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "msisdn"] if obj else fields

    @action(description=_("Upload a file"), url_path="upload", icon="upload_file")
    def upload(self, request: HttpRequest) -> HttpResponse:
        """To the page where what a file changes is shown first."""
        return HttpResponseRedirect(reverse("admin:routing_numberimport_add"))

    @action(description=_("Download"), url_path="export", icon="download")
    def export(self, request: HttpRequest) -> HttpResponseBase:
        """All of them, in the form that uploads take."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        response = StreamingHttpResponse(overrides_csv(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="ported-numbers.csv"'
        return response

    @coloured(_("valid until"), {"valid": "success", "expired": "warning"}, ordering="valid_until")
    def validity(self, obj: NumberOverride) -> tuple[str, Any]:
        if obj.valid_until is None:
            return "valid", _("For good")
        day = obj.valid_until.date().isoformat()
        return ("valid" if obj.valid_until > clock.now() else "expired"), day
