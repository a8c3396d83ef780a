"""Registers of people who want no advertising: how old their lists are, and what follows."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from compliance.models import Register
from compliance.register_words import COLOURS, age_words, consequence
from compliance.scoping import PlatformScopedAdmin
from compliance.selectors.register_ages import register_age
from config.common import clock
from config.common.console.labels import coloured


@admin.register(Register)
class RegisterAdmin(PlatformScopedAdmin):
    """One register per country and key; lists are loaded by file."""

    list_display = ("name", "country", "present", "numbers", "age", "follows")
    list_filter = ("country",)
    list_select_related = ("in_force",)
    search_fields = ("name", "country")
    search_help_text = _("A name or a country (VN).")
    readonly_fields = ("present", "numbers", "age", "follows")
    autocomplete_fields = ()
    ordering = ("country", "key")
    actions_detail = ("upload_list", "show_lists")
    fieldsets = (
        (None, {"fields": ("age", "follows", "present", "numbers")}),
        (
            _("About it"),
            {"fields": ("name", ("country", "key"), "source_note")},
        ),
        (
            _("How its files are read"),
            {"fields": ("unflagged", "largest_loss_percent")},
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("name", ("country", "key"), "source_note")}),
        (_("How its files are read"), {"fields": ("unflagged", "largest_loss_percent")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A register that is not there yet has no list."""
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Country and key are what rules and lists refer to."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "country", "key"] if obj else fields

    @display(description=_("list in force"))
    def present(self, obj: Register) -> SafeString | str:
        if obj.in_force is None:
            return "–"
        page = reverse("admin:compliance_registersnapshot_change", args=[obj.in_force.pk])
        return format_html('<a href="{}" class="text-link">{}</a>', page, obj.in_force.reference)

    @display(description=_("numbers that refuse messages"))
    def numbers(self, obj: Register) -> str:
        return number_format(obj.in_force.numbers_sms, force_grouping=True) if obj.in_force else "–"

    @coloured(_("age"), COLOURS)
    def age(self, obj: Register) -> tuple[str, str]:
        now = clock.now()
        found = register_age(obj, now)
        return found.level, age_words(found, now)

    @display(description=_("what follows"))
    def follows(self, obj: Register) -> str:
        now = clock.now()
        return consequence(register_age(obj, now), now)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a register said is kept."""
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Uploading is for those who may."""
        may_add = request.user.has_perm("compliance.add_registersnapshot")
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if may_add or one.path != "upload-list"
        ]

    @action(description=_("Upload a list"), url_path="upload-list", icon="upload_file")
    def upload_list(self, request: HttpRequest, object_id: str) -> HttpResponse:
        page = reverse("admin:compliance_registersnapshot_add")
        return HttpResponseRedirect(f"{page}?register={int(object_id)}")

    @action(description=_("All its lists"), url_path="lists", icon="list_alt")
    def show_lists(self, request: HttpRequest, object_id: str) -> HttpResponse:
        page = reverse("admin:compliance_registersnapshot_changelist")
        return HttpResponseRedirect(f"{page}?register__id__exact={int(object_id)}")
