from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from compliance.models import Program
from compliance.reach import compact
from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common.console.labels import coloured


class ProgramForm(ScopedForm):
    def clean_code(self) -> str:
        """One word that people can write on any phone."""
        code = str(self.cleaned_data["code"]).strip()
        if " " in code or not compact(code):
            self.add_error("code", _("Write one word of letters and digits, such as SALE."))
        return code.upper()


@admin.register(Program)
class ProgramAdmin(AccountScopedAdmin):
    """Subjects that people take or refuse by themselves."""

    form = ProgramForm
    list_display = ("name", "code", "advertiser", "state", "account")
    list_filter = ("advertiser", "is_active", "account")
    list_select_related = ("account", "advertiser")
    search_fields = ("name", "code")
    readonly_fields = ()
    autocomplete_fields = ("advertiser",)
    ordering = ("name",)
    fieldsets = (
        (
            None,
            {
                "fields": ("account", "advertiser", ("name", "code"), "is_active"),
                "description": _(
                    "With a program people can refuse one subject and keep the rest: “HUY SALE”"
                    " ends the sales alone. Its templates name it, and the preference page"
                    " shows it."
                ),
            },
        ),
    )

    @coloured(_("state"), {True: "success", False: ""})
    def state(self, obj: Program) -> tuple[bool, object]:
        return obj.is_active, _("Active") if obj.is_active else _("Inactive")

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Refusals and templates name it: it is made inactive instead."""
        return False
