from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from compliance.constants import MessageClass
from compliance.scoping import AccountScopedAdmin, ScopedForm, ScopedTabularInline
from config.common import clock
from config.common.console.labels import coloured
from config.common.errors import InvalidError
from routing.constants import PaperState, SenderStatus
from routing.models import Sender, SenderRegistration
from routing.services.senders import sender_check

_ENDS_SOON_DAYS = 60
_STATUS_COLOURS = {
    SenderStatus.DRAFT: "info",
    SenderStatus.ACTIVE: "success",
    SenderStatus.SUSPENDED: "danger",
}


class SenderForm(ScopedForm):
    class Meta:
        model = Sender
        fields = (
            "account",
            "advertiser",
            "kind",
            "address",
            "country",
            "status",
            "lease_start",
            "lease_end",
            "allowed_classes",
            "throughput",
            "receives_replies",
        )

    def clean_country(self) -> str:
        """Two capital letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, Any] | None:
        """The address fits its kind, and the lease its dates."""
        cleaned = super().clean()
        values = self.cleaned_data
        try:
            sender_check(
                kind=values.get("kind", self.instance.kind),
                address=values.get("address", self.instance.address),
                lease_start=values.get("lease_start"),
                lease_end=values.get("lease_end"),
            )
        except InvalidError as error:
            if error.field not in self.errors:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return cleaned


class RegistrationInline(ScopedTabularInline):
    model = SenderRegistration
    hide_title = True
    fields = ("network", "message_class", "state", "reference", "valid_until")
    autocomplete_fields = ("network",)
    readonly_fields = ("state",)
    verbose_name_plural = _("Registrations with networks, per class of traffic")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("network")


@admin.register(Sender)
class SenderAdmin(AccountScopedAdmin):
    """What messages come from: short codes, long codes and brandnames."""

    form = SenderForm
    list_display = (
        "address",
        "kind",
        "country",
        "status_label",
        "lease",
        "classes",
        "networks",
        "account",
    )
    list_filter = ("kind", "status", "country", "account")
    list_select_related = ("account", "advertiser")
    search_fields = ("address", "account__name", "advertiser__name")
    readonly_fields = ("lease", "classes")
    autocomplete_fields = ("advertiser",)
    inlines = (RegistrationInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("account", "advertiser", ("kind", "address"), ("country", "status")),
                "description": _(
                    "In Vietnam an advertisement must come from a registered brandname, never"
                    " from a number; a short code carries codes, notices and care."
                ),
            },
        ),
        (
            _("Lease"),
            {
                "fields": (("lease_start", "lease_end"), "lease"),
                "description": _("Both days are in the lease. Out of it nothing is sent."),
            },
        ),
        (
            _("Use"),
            {"fields": ("allowed_classes", "throughput", "receives_replies")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("registrations__network")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The days left are shown of an existing lease; classes in words to those who read."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None and not self.has_change_permission(request, obj):
            title, options = fieldsets[2]
            fields = ("classes", "throughput", "receives_replies")
            fieldsets[2] = (title, {**options, "fields": fields})
        if obj is None:
            title, options = fieldsets[1]
            fieldsets[1] = (title, {**options, "fields": (("lease_start", "lease_end"),)})
        return fieldsets

    @coloured(_("status"), _STATUS_COLOURS, ordering="status")
    def status_label(self, obj: Sender) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @coloured(
        _("lease"),
        {"open": "success", "soon": "warning", "over": "danger", "not_yet": "info"},
        ordering="lease_end",
    )
    def lease(self, obj: Sender) -> tuple[str, Any]:
        today = clock.now().date()
        if obj.lease_start > today:
            return "not_yet", _("From %(day)s") % {"day": obj.lease_start}
        if obj.lease_end is None:
            return "open", _("Without end")
        days = (obj.lease_end - today).days
        if days < 0:
            return "over", _("Ended %(day)s") % {"day": obj.lease_end}
        text = ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
        return ("soon" if days < _ENDS_SOON_DAYS else "open"), text

    @display(description=_("allowed classes"))
    def classes(self, obj: Sender) -> str:
        return ", ".join(str(MessageClass(name).label) for name in obj.allowed_classes)

    @display(description=_("registered with"))
    def networks(self, obj: Sender) -> str:
        names = {
            one.network.name for one in obj.registrations.all() if one.state == PaperState.APPROVED
        }
        return ", ".join(sorted(names)) or "–"
