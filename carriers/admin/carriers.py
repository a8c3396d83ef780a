from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from carriers.admin.binds import page_links
from carriers.labels import SESSION_COLOURS, detail_words, session_label
from carriers.models import Carrier
from carriers.selectors.sessions import LIVE, session_of
from carriers.services.binds import carrier_delete, carrier_save
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.labels import coloured
from config.common.console.pages import PlatformScopedAdmin
from config.common.errors import DomainError

# Pages of other apps about a carrier: the page's name, its filter, what the link says.
_ELSEWHERE = (
    ("admin:routing_route_changelist", "carrier__id__exact", _("Routes over this carrier")),
    ("admin:routing_rate_changelist", "carrier__id__exact", _("What it costs")),
    ("admin:routing_temperature_changelist", "carrier__id__exact", _("Temperature")),
    ("admin:carriers_sessionevent_changelist", "bind__carrier__id__exact", _("Session events")),
)


@admin.register(Carrier)
class CarrierAdmin(PlatformScopedAdmin):
    list_display = (
        "name",
        "code",
        "active_label",
        "sessions",
        "throughput",
        "receipt_trust",
        "data_country",
    )
    list_filter = ("is_active",)
    list_select_related = ()
    search_fields = ("name", "code")
    readonly_fields = ("bind_list", "elsewhere")
    autocomplete_fields = ()
    fieldsets = (
        (
            None,
            {
                "fields": (("name", "code"), ("is_active", "currency")),
                "description": _(
                    "A company that takes messages from us. Its connections are binds; which"
                    " messages it gets is decided by routes."
                ),
            },
        ),
        (_("Binds"), {"fields": ("bind_list", "elsewhere")}),
        (_("Contract"), {"fields": ("throughput", "data_country", "contact", "note")}),
        (_("Receipts"), {"fields": ("receipt_trust", "reports_every_segment", "receipt_group")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("binds__lease")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A carrier that is not saved yet has no binds."""
        fieldsets = list(super().get_fieldsets(request, obj))
        return fieldsets if obj else [one for one in fieldsets if one[0] != _("Binds")]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"code": ("name",)}

    def save_model(self, request: HttpRequest, obj: Carrier, form: Any, change: bool) -> None:
        stored = carrier_save(obj if change else None, form.cleaned_data, actor_of(request))
        obj.pk = stored.pk

    def delete_model(self, request: HttpRequest, obj: Carrier) -> None:
        carrier_delete(obj, actor_of(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Says why a carrier cannot go, on its own page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            messages.error(request, str(error))
            page = reverse("admin:carriers_carrier_change", args=[object_id])
            return HttpResponseRedirect(page)

    def get_actions(self, request: HttpRequest) -> Any:
        """Carriers are deleted one by one: each may have messages that wait for it."""
        found = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    @coloured(_("state"), {"active": "success", "inactive": "danger"}, ordering="is_active")
    def active_label(self, obj: Carrier) -> tuple[str, Any]:
        return ("active", _("Active")) if obj.is_active else ("inactive", _("Inactive"))

    @coloured(_("sessions"), {"all": "success", "some": "warning", "none": "danger"})
    def sessions(self, obj: Carrier) -> tuple[str, Any]:
        now = clock.now()
        binds = [bind for bind in obj.binds.all() if bind.is_enabled]
        live = sum(session_of(bind, now).state in LIVE for bind in binds)
        kind = "none" if not live else "all" if live == len(binds) else "some"
        return kind, _("%(live)d of %(all)d bound") % {"live": live, "all": len(binds)}

    @display(description=_("binds"))
    def bind_list(self, obj: Carrier) -> str:
        now = clock.now()
        rows = []
        for bind in obj.binds.all():
            found = session_of(bind, now)
            rows.append(
                {
                    "name": bind.name,
                    "url": reverse("admin:carriers_bind_change", args=[bind.pk]),
                    "state": session_label(found) if bind.is_enabled else _("Switched off"),
                    "colour": SESSION_COLOURS[found.state] if bind.is_enabled else "",
                    "detail": detail_words(found.detail),
                    "type": bind.get_bind_type_display(),
                    "throughput": bind.throughput,
                }
            )
        add = reverse("admin:carriers_bind_add") + f"?carrier={obj.pk}"
        return render_to_string("admin/carriers/bind/list.html", {"rows": rows, "add": add})

    @display(description=_("see also"))
    def elsewhere(self, obj: Carrier) -> str:
        links = page_links(_ELSEWHERE, obj.pk)
        return render_to_string("admin/carriers/bind/links.html", {"links": links})
