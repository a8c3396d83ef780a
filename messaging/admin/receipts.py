from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from carriers.models import Bind, Carrier
from compliance.numbers import to_display
from compliance.scoping import PlatformScopedAdmin, ReadOnlyMixin
from messaging.admin.labels import ago, moment
from messaging.admin.pages import ListPage, msisdn_of
from messaging.models import ParkedReceipt


def _states() -> dict[str, Any]:
    """The receipt parser's final states in the reader's words."""
    return {
        "delivered": _("Delivered"),
        "undelivered": _("Undelivered"),
        "expired": _("Expired"),
        "rejected": _("Rejected"),
        "deleted": _("Deleted"),
    }


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(_states().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(ParkedReceipt)
class ParkedReceiptAdmin(ReadOnlyMixin, ListPage, PlatformScopedAdmin):
    """Receipts that found no message yet: early ones, or of answers that were lost."""

    list_display = (
        "received",
        "age",
        "carrier",
        "bind",
        "carriers_id",
        "number",
        "state_label",
        "error_code",
    )
    list_filter = (StateFilter,)
    list_select_related = ()
    search_fields = ("smsc_message_id",)
    search_help_text = _("The carrier's id, or a number.")
    autocomplete_fields = ()
    ordering = ("-id",)
    empty_title = _("No parked receipt")
    empty_text = _(
        "A receipt that comes before its answer, or for an id we never learned, waits here and is"
        " tried again."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("carriers_id", "number"),
                    ("state_label", "error_code"),
                    ("received_shown", "age"),
                )
            },
        ),
        (_("Where it came from"), {"fields": (("carrier", "bind"), "our_reference", "octets")}),
    )
    readonly_fields = (
        "carriers_id",
        "number",
        "state_label",
        "error_code",
        "received_shown",
        "age",
        "carrier",
        "bind",
        "our_reference",
        "octets",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        carriers = Carrier.objects.filter(pk=OuterRef("carrier_id")).values("name")
        binds = Bind.objects.filter(pk=OuterRef("bind_id")).values("name")
        rows = super().get_queryset(request)
        return rows.annotate(carrier_name=Subquery(carriers), bind_name=Subquery(binds))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the carrier's exact id, or the number."""
        term = search_term.strip()
        if not term:
            return queryset, False
        by_id = queryset.filter(smsc_message_id=term)
        return by_id | queryset.filter(msisdn=msisdn_of(term, request) or ""), False

    @display(description=_("received"), ordering="id")
    def received(self, obj: ParkedReceipt) -> Any:
        return obj.received_at

    @display(description=_("received"))
    def received_shown(self, obj: ParkedReceipt) -> str:
        return moment(obj.received_at)

    @display(description=_("carrier's id"))
    def carriers_id(self, obj: ParkedReceipt) -> str:
        return obj.smsc_message_id

    @display(description=_("state"))
    def state_label(self, obj: ParkedReceipt) -> str:
        return str(_states().get(obj.state, obj.state))

    @display(description=_("error"))
    def error_code(self, obj: ParkedReceipt) -> str:
        return obj.error or "–"

    @display(description=_("user_message_reference"))
    def our_reference(self, obj: ParkedReceipt) -> str:
        return "–" if obj.reference is None else str(obj.reference)

    @display(description=_("waiting"))
    def age(self, obj: ParkedReceipt) -> str:
        return ago(obj.received_at)

    @display(description=_("carrier"))
    def carrier(self, obj: Any) -> str:
        return obj.carrier_name or f"#{obj.carrier_id}"

    @display(description=_("bind"))
    def bind(self, obj: Any) -> str:
        return obj.bind_name or f"#{obj.bind_id}"

    @display(description=_("number"))
    def number(self, obj: ParkedReceipt) -> str:
        return to_display(obj.msisdn)

    @display(description=_("octets"))
    def octets(self, obj: ParkedReceipt) -> str:
        return bytes(obj.raw).hex(" ")
