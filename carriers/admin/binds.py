from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from carriers.admin.bind_form import BindForm
from carriers.labels import SESSION_COLOURS, session_label
from carriers.models import Bind, SessionEvent
from carriers.selectors.sessions import session_of
from config.common import clock
from config.common.console.labels import coloured
from config.common.console.pages import PlatformScopedAdmin

_EVENTS_SHOWN = 10


@admin.register(Bind)
class BindAdmin(PlatformScopedAdmin):
    form = BindForm
    list_display = (
        "name",
        "carrier",
        "session",
        "session_detail",
        "endpoint",
        "bind_type",
        "window",
        "throughput",
        "is_enabled",
    )
    list_filter = ("carrier", "is_enabled", "bind_type")
    list_select_related = ("carrier", "lease")
    search_fields = ("name", "carrier__name", "host", "system_id")
    readonly_fields = ("session", "session_detail", "recent_events")
    autocomplete_fields = ("carrier",)
    fieldsets = (
        (
            None,
            {
                "fields": (("carrier", "name"), "is_enabled"),
                "description": _(
                    "A configured SMPP connection. A carrier worker holds its session; a change"
                    " here is taken over within seconds, by binding again where that is needed."
                ),
            },
        ),
        (_("Session"), {"fields": (("session", "session_detail"), "recent_events")}),
        (
            _("Connection"),
            {
                "fields": (
                    ("host", "port"),
                    ("use_tls", "tls_verify"),
                    "bind_type",
                    ("system_id", "password"),
                    ("system_type", "address_range"),
                )
            },
        ),
        (_("Pace"), {"fields": (("window", "throughput"), "throttle_delay_seconds")}),
        (
            _("Texts"),
            {
                "fields": (
                    ("default_alphabet", "long_messages"),
                    ("data_coding_gsm7", "data_coding_ucs2"),
                    "has_latin1",
                    ("single_shifts", "locking_shifts"),
                )
            },
        ),
        (
            _("Addresses"),
            {
                "fields": (
                    "source_ton",
                    ("destination_ton", "destination_npi"),
                    ("service_type", "protocol_id"),
                )
            },
        ),
        (
            _("Receipts"),
            {
                "fields": (
                    ("registered_delivery", "sends_user_message_reference"),
                    ("response_id_form", "receipt_id_form"),
                    ("receipt_grace_seconds", "validity_seconds"),
                )
            },
        ),
        (
            _("Timers (SMPP 3.4 §2.9) and limits"),
            {
                "fields": (
                    ("session_init_timer_seconds", "enquire_link_timer_seconds"),
                    ("response_timer_seconds", "pdu_read_timer_seconds"),
                    ("reconnect_base_seconds", "shutdown_drain_seconds"),
                    "status_classes",
                )
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A bind that is not saved yet has no session."""
        fieldsets = list(super().get_fieldsets(request, obj))
        return fieldsets if obj else [one for one in fieldsets if one[0] != _("Session")]

    @coloured(_("session"), SESSION_COLOURS)
    def session(self, obj: Bind) -> tuple[str, Any]:
        found = session_of(obj, clock.now())
        return found.state, session_label(found)

    @display(description=_("detail"))
    def session_detail(self, obj: Bind) -> str:
        found = session_of(obj, clock.now())
        return " · ".join(part for part in (found.detail, found.worker) if part) or "–"

    @display(description=_("endpoint"))
    def endpoint(self, obj: Bind) -> str:
        return f"{obj.host}:{obj.port}" + (" TLS" if obj.use_tls else "")

    @display(description=_("recent events"))
    def recent_events(self, obj: Bind) -> str:
        events = SessionEvent.objects.filter(bind=obj).order_by("-id")[:_EVENTS_SHOWN]
        return render_to_string("admin/session_events.html", {"events": events})
