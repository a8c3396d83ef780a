"""Rule packs: what holds in each country, what comes, and who decides about it."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.admin.rule_actions import PackActions
from compliance.admin.rule_edit_pages import (
    case_page,
    differences_page,
    new_upload_page,
    policies_page,
    rule_page,
    upload_page,
)
from compliance.admin.rule_version_page import COLOURS, version_page
from compliance.models import RulePackVersion
from compliance.scoping import PlatformScopedAdmin
from compliance.selectors.access import permitted_accounts
from compliance.selectors.rule_packs import country_standings, name_for, versions_for
from config.common.console.labels import coloured

_PAGES = {
    "rule": rule_page,
    "policies": policies_page,
    "case": case_page,
    "upload": upload_page,
    "differences": differences_page,
}


@admin.register(RulePackVersion)
class RulePackVersionAdmin(PackActions, PlatformScopedAdmin):
    """A country's rules: to read for everybody, to write as new versions for officers, to put in
    force for administrators."""

    list_display = ("country", "version", "status_label", "terms", "origin", "written_by")
    list_display_links = ("country", "version")
    list_filter = ("status", "country", "origin")
    list_select_related = ("author",)
    search_fields = ("country", "version", "purpose")
    search_help_text = _("A country (VN), a version, or what it changed.")
    ordering = ("country", "-pk")
    readonly_fields = ("country", "version", "status_label")
    autocomplete_fields = ()
    change_list_template = "admin/compliance/rulepackversion/list.html"
    change_form_outer_after_template = "admin/compliance/rulepackversion/version.html"
    empty_title = _("No rule pack yet")
    empty_text = _("Load what ships with the product: python manage.py load_rules.")
    fieldsets = ((None, {"fields": (("country", "version", "status_label"),)}),)

    @coloured(_("status"), COLOURS, ordering="status")
    def status_label(self, obj: RulePackVersion) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=_("in force"))
    def terms(self, obj: RulePackVersion) -> str:
        days = [
            _("from the first run") if one.active_from is None else date_format(one.active_from)
            for one in obj.activations.all()
            if one.canceled_at is None
        ]
        return ", ".join(str(day) for day in days) or "–"

    @display(description=_("author"))
    def written_by(self, obj: RulePackVersion) -> str:
        return getattr(obj, "author_name", "")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RulePackVersion]:
        rows = super().get_queryset(request).prefetch_related("activations")
        return versions_for(request.user, rows)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Names of authors as this person may see them."""
        found = super().get_changelist_instance(request)
        for row in found.result_list:
            row.author_name = name_for(request.user, row.author)
        return found

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"countries": country_standings(), "can_upload": self._may_upload(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    # Versions are made and changed on pages of their own, never in the plain form.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may_upload(self, request: HttpRequest) -> bool:
        return permitted_accounts(request.user, self.permission("add")) is None

    def get_urls(self) -> list[Any]:
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(partial(_shown, page, self)),
                name=f"compliance_rulepackversion_{name}",
            )
            for name, page in _PAGES.items()
        ]
        upload = path(
            "from-file/",
            self.admin_site.admin_view(self.upload_view),
            name="compliance_rulepackversion_from_file",
        )
        return [upload, *own, *super().get_urls()]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """A pack of a country that may have none yet."""
        if not self._may_upload(request):
            raise Http404
        return new_upload_page(self, request)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        obj = context.get("original")
        if obj is not None:
            context["page"] = version_page(request, obj)
        context["show_history"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The steps stand on the version's own page, without names of other accounts."""
        raise Http404

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """As `history_view`."""
        raise Http404


def _shown(page: Any, own: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    answer: TemplateResponse = page(own, request, object_id)
    return answer
