import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.models import AuditEntry
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from config.common.console.labels import plain


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyMixin, AccountScopedAdmin):
    """Who did what and when; nobody changes it, the database itself refuses."""

    list_display = ("at", "action", "subject", "by", "account")
    list_filter = ("account",)
    list_select_related = ("actor", "account")
    search_fields = ("action__startswith", "subject", "actor__username")
    search_help_text = _("An action (campaign.launched), an object (campaign:12) or a user name.")
    readonly_fields = ("at", "action", "subject", "by", "account", "detail_text")
    autocomplete_fields = ()
    date_hierarchy = None
    fieldsets = ((None, {"fields": ("at", "action", "subject", "by", "account", "detail_text")}),)

    by = plain("actor", _("actor"))

    @display(description=_("detail"))
    def detail_text(self, obj: AuditEntry) -> SafeString:
        text = json.dumps(obj.detail, ensure_ascii=False, indent=2)
        return format_html("<pre>{}</pre>", text)
