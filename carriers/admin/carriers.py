from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from carriers.labels import session_label
from carriers.models import Carrier
from carriers.selectors.sessions import LIVE, session_of
from config.common import clock
from config.common.console.labels import coloured
from config.common.console.pages import PlatformScopedAdmin


@admin.register(Carrier)
class CarrierAdmin(PlatformScopedAdmin):
    list_display = ("name", "code", "active_label", "sessions", "throughput", "receipt_trust")
    list_filter = ("is_active",)
    list_select_related = ()
    search_fields = ("name", "code")
    readonly_fields = ("bind_list",)
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
        (_("Contract"), {"fields": ("throughput",)}),
        (_("Receipts"), {"fields": ("receipt_trust", "reports_every_segment")}),
        (_("Binds"), {"fields": ("bind_list",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("binds__lease")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A carrier that is not saved yet has no binds."""
        fieldsets = list(super().get_fieldsets(request, obj))
        return fieldsets if obj else fieldsets[:-1]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"code": ("name",)}

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
    def bind_list(self, obj: Carrier) -> SafeString | str:
        now = clock.now()
        rows = ((bind.name, session_label(session_of(bind, now))) for bind in obj.binds.all())
        return format_html_join("", "<div>{} · {}</div>", rows) or str(_("No bind yet."))
