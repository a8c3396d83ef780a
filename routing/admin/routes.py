from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.constants import MessageClass
from compliance.scoping import PlatformScopedAdmin
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured
from routing.models import Route

_EVERYWHERE = _("every destination")


class RouteForm(ServiceForm):
    def clean_country(self) -> str:
        """Two capital letters, or none."""
        return str(self.cleaned_data["country"]).upper()


@admin.register(Route)
class RouteAdmin(PlatformScopedAdmin):
    """Which carrier takes what."""

    form = RouteForm
    list_display = (
        "name",
        "carrier",
        "state",
        "tier",
        "weight",
        "destination",
        "classes",
        "account",
    )
    list_filter = ("carrier", "is_active", "tier", "country", "network")
    list_select_related = ("carrier", "network", "account")
    search_fields = ("name", "carrier__name", "prefix")
    readonly_fields = ()
    autocomplete_fields = ("carrier", "network", "account")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "carrier", "is_active"),
                "description": _(
                    "The most specific destination wins: a prefix before a network before a"
                    " country. Inside it the first tier is used, shared out by weight; the next"
                    " tier is the reserve when no carrier of the first can take messages."
                ),
            },
        ),
        (_("Order"), {"fields": (("tier", "weight"),)}),
        (_("Destination"), {"fields": (("country", "prefix"), "network")}),
        (_("Only for"), {"fields": ("message_classes", "sender_kinds", "account")}),
    )

    @coloured(_("state"), {"active": "success", "inactive": "danger"}, ordering="is_active")
    def state(self, obj: Route) -> tuple[str, object]:
        return ("active", _("Active")) if obj.is_active else ("inactive", _("Inactive"))

    @display(description=_("destination"))
    def destination(self, obj: Route) -> str:
        prefix = f"+{obj.prefix}" if obj.prefix else ""
        network = obj.network.name if obj.network else ""
        return " · ".join(part for part in (obj.country, network, prefix) if part) or str(
            _EVERYWHERE
        )

    @display(description=_("classes"))
    def classes(self, obj: Route) -> str:
        names = ", ".join(str(MessageClass(name).label) for name in obj.message_classes)
        return names or str(_("All"))
