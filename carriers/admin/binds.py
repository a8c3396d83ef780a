from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from carriers.admin.labels import SESSION_COLOURS, session_label
from carriers.models import Bind, SessionEvent
from carriers.selectors.sessions import session_of
from carriers.smpp.statuses import StatusClass
from config.common import clock
from config.common.console.forms import ServiceForm
from config.common.console.pages import PlatformScopedAdmin

_EVENTS_SHOWN = 10
_LARGEST_TON = 7  # three bits in practice (SMPP 3.4 §5.2.5)
_LARGEST_NPI = 18  # SMPP 3.4 §5.2.6
_LARGEST_PASSWORD = 16


class BindForm(ServiceForm):
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=_LARGEST_PASSWORD,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Kept encrypted and never shown; leave it empty to keep the present one."
            " SMPP 3.4 allows 8 characters, some SMSCs take 16."
        ),
    )

    def clean_password(self) -> str:
        """Empty keeps what is stored."""
        return self.cleaned_data["password"] or self.instance.password

    def clean_status_classes(self) -> dict[str, str]:
        """Codes as 0x45 or 69, and the known classes."""
        value = self.cleaned_data["status_classes"] or {}
        known = ", ".join(StatusClass)
        if not isinstance(value, dict):
            raise ValidationError(_('Write an object such as {"0x45": "temporary"}.'))
        for code, name in value.items():
            if not _is_code(code) or name not in list(StatusClass):
                raise ValidationError(
                    _(
                        "“%(code)s: %(name)s” is wrong: write a code such as 0x45 and one of %(known)s."
                    )
                    % {"code": code, "name": name, "known": known}
                )
        return value

    def clean_source_ton(self) -> dict[str, list[int]]:
        """By sender kind a pair of TON and NPI."""
        value = self.cleaned_data["source_ton"] or {}
        if not isinstance(value, dict) or not all(_is_ton_npi(one) for one in value.values()):
            raise ValidationError(
                _('Write an object of [TON, NPI] pairs such as {"short_code": [3, 0]}.')
            )
        return value


def _is_code(text: str) -> bool:
    try:
        return 0 <= int(text, 0) <= 0xFFFFFFFF
    except ValueError:
        return False


def _is_ton_npi(pair: object) -> bool:
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    ton, npi = pair
    return (
        isinstance(ton, int)
        and isinstance(npi, int)
        and 0 <= ton <= _LARGEST_TON
        and 0 <= npi <= _LARGEST_NPI
    )


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

    @display(description=_("session"), label=SESSION_COLOURS)
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
