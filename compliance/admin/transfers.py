from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from compliance.models import DataTransfer
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin


@admin.register(DataTransfer)
class DataTransferAdmin(ReadOnlyMixin, AccountScopedAdmin):
    """The transfer register: which personal data went where, by whose hand."""

    list_display = ("at", "what", "place", "recipient", "rows", "by", "account")
    list_filter = ("what", "country", ("at", RangeDateFilter), "account")
    list_select_related = ("actor", "account")
    search_fields = ("what", "recipient")
    search_help_text = _("What went, or to whom.")
    autocomplete_fields = ()
    ordering = ("-id",)
    empty_title = _("Nothing has left yet")
    empty_text = _("Every export of personal data is entered here with its place and recipient.")
    fieldsets = (
        (None, {"fields": ("account", ("what", "rows"), ("place", "recipient"), ("by", "at"))}),
    )
    readonly_fields = ("place", "by")

    @display(description=_("to"), ordering="country")
    def place(self, obj: DataTransfer) -> str:
        return obj.country or gettext("not declared")

    @display(description=_("by"), ordering="actor__username")
    def by(self, obj: DataTransfer) -> str:
        return obj.actor.get_username() if obj.actor else gettext("the system")
