from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from carriers.models import Bind, Carrier
from compliance.numbers import to_display
from compliance.scoping import PlatformScopedAdmin, ReadOnlyMixin
from messaging.admin.labels import ago
from messaging.admin.pages import ListPage, msisdn_of
from messaging.models import ParkedReceipt


@admin.register(ParkedReceipt)
class ParkedReceiptAdmin(ReadOnlyMixin, ListPage, PlatformScopedAdmin):
    """Receipts that found no message yet: early ones, or of answers that were lost."""

    list_display = (
        "received_at",
        "age",
        "carrier",
        "bind",
        "smsc_message_id",
        "number",
        "state",
        "error",
    )
    list_display_links = ("received_at",)
    list_filter = ("state",)
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
            {"fields": (("smsc_message_id", "number"), ("state", "error"), ("received_at", "age"))},
        ),
        (_("Where it came from"), {"fields": (("carrier", "bind"), "reference", "octets")}),
    )
    readonly_fields = (
        "smsc_message_id",
        "number",
        "state",
        "error",
        "received_at",
        "age",
        "carrier",
        "bind",
        "reference",
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
