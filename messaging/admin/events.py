from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from messaging.admin.deliveries import EventTypeFilter, json_shown
from messaging.admin.labels import change_page, link
from messaging.admin.pages import DayRangeFilter, ListPage, uuid_of
from messaging.constants import EventType
from messaging.models import Event


@admin.register(Event)
class EventAdmin(ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """The numbered log of what happened, as webhooks and polling give it."""

    list_display = ("happened", "type_label", "sequence", "message_link", "account")
    list_filter = (DayRangeFilter, EventTypeFilter, "account")
    list_select_related = ("account",)
    search_fields = ("sequence",)
    search_help_text = _("A sequence number, or an event's id.")
    autocomplete_fields = ()
    ordering = ("-id",)
    sortable_by = ()
    empty_title = _("No event in the last seven days")
    empty_text = _("Choose other days to see older ones.")
    fieldsets = (
        (None, {"fields": (("type_label", "sequence"), ("at", "message_link"), "owner")}),
        (_("Body"), {"fields": ("body_shown",)}),
    )
    readonly_fields = (
        "at",
        "type_label",
        "sequence",
        "message_link",
        "owner",
        "body_shown",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By exact number or id."""
        term = search_term.strip()
        if not term:
            return queryset, False
        event_id = uuid_of(term)
        if event_id is not None:
            return queryset.filter(pk=event_id), False
        is_number = term.isascii() and term.isdecimal()
        return (queryset.filter(sequence=int(term)) if is_number else queryset.none()), False

    @display(description=_("at"))
    def happened(self, obj: Event) -> Any:
        return obj.at

    @display(description=_("account"))
    def owner(self, obj: Event) -> str:
        return obj.account.name

    @display(description=_("event"))
    def type_label(self, obj: Event) -> str:
        return str(EventType(obj.type).label) if obj.type in EventType.values else obj.type

    @display(description=_("message"))
    def message_link(self, obj: Event) -> SafeString | str:
        if obj.message_id is None:
            return "–"
        return link(obj.message_id, change_page("messaging.message", obj.message_id))

    @display(description=_("body"))
    def body_shown(self, obj: Event) -> SafeString:
        return json_shown(obj.body)
