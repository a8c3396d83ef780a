from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from compliance.admin.content_rule_actions import ReasonForm
from compliance.models import RulePackVersion
from compliance.readable_rules import readable_pack
from compliance.scoping import PlatformScopedAdmin, ReadOnlyMixin
from compliance.services.rules import rule_pack_activate
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured


@admin.register(RulePackVersion)
class RulePackVersionAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """A country's rules, to read: what is allowed when, for whom, and where that is written."""

    list_display = ("country", "version", "status_label", "effective_from", "rule_count")
    list_filter = ("status", "country")
    list_select_related = ()
    search_fields = ("country", "version")
    readonly_fields = ("country", "version", "status_label", "effective_from", "loaded_at")
    autocomplete_fields = ()
    actions_detail = ("activate",)
    change_form_outer_after_template = "admin/rule_pack.html"
    fieldsets = (
        (
            None,
            {
                "fields": (("country", "version"), ("status_label", "effective_from"), "loaded_at"),
                "description": _(
                    "Not legal advice. Each rule says where it was read and how sure that is."
                ),
            },
        ),
    )

    @coloured(
        _("status"),
        {
            RulePackVersion.Status.ACTIVE: "success",
            RulePackVersion.Status.DRAFT: "info",
            RulePackVersion.Status.RETIRED: "",
        },
        ordering="status",
    )
    def status_label(self, obj: RulePackVersion) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=_("rules"))
    def rule_count(self, obj: RulePackVersion) -> int:
        return len(obj.data.get("rules", []))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        obj = context.get("original")
        if obj is not None:
            context["pack"] = readable_pack(obj.data)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """No button on the version in force."""
        found = self.get_object(request, str(object_id))
        can = (
            found is not None
            and found.status != RulePackVersion.Status.ACTIVE
            and self.may(request, "activate", found)
        )
        return super().get_actions_detail(request, object_id) if can else []

    @action(description=_("Put in force"), url_path="activate", icon="gavel")
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "activate")
        return confirm(
            request,
            self,
            version,
            Question(
                title=_("Put this version in force?"),
                text=_(
                    "It replaces the country's present rules at once. Messages that wait are"
                    " decided again."
                ),
                submit=_("Put in force"),
                done=_("The rules are in force."),
            ),
            lambda values: _activate(version, request, values["reason"]),
            ReasonForm,
        )


def _activate(version: RulePackVersion, request: HttpRequest, reason: str) -> None:
    rule_pack_activate(version=version, actor=actor_of(request), reason=reason)
