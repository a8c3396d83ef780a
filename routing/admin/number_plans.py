from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.scoping import PlatformScopedAdmin
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured
from config.common.console.pages import PlatformTabularInline
from routing.models import NumberPlan, NumberPrefix
from routing.services.number_plans import number_plan_activate, number_plan_copy

_LONGEST_VERSION = 20


class PrefixInline(PlatformTabularInline):
    """Prefixes; those of the plan in force are only read."""

    model = NumberPrefix
    hide_title = True
    fields = ("prefix", "network", "source", "confidence")
    autocomplete_fields = ("network",)
    per_page = 50
    ordering = ("prefix",)

    def _may(self, request: HttpRequest, action: str, parent: Any) -> bool:
        is_in_force = isinstance(parent, NumberPlan) and parent.is_active
        return super()._may(request, action, parent) and (action == "view" or not is_in_force)


class PlanForm(ServiceForm):
    class Meta:
        model = NumberPlan
        fields = ("country", "version", "effective_from", "notes")


class CopyForm(forms.Form):
    version = forms.CharField(
        label=_("Name of the new version"),
        max_length=_LONGEST_VERSION,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For example the date of the change: 2026-12-01."),
    )


@admin.register(NumberPlan)
class NumberPlanAdmin(PlatformScopedAdmin):
    """Versions of a country's prefixes; exactly one is in force."""

    form = PlanForm
    list_display = ("country", "version", "state", "effective_from", "prefix_count")
    list_filter = ("country", "is_active")
    list_select_related = ()
    search_fields = ("country", "version", "prefixes__prefix")
    search_help_text = _("A version, or a prefix in digits with country code.")
    readonly_fields = ("state",)
    autocomplete_fields = ()
    inlines = (PrefixInline,)
    actions_detail = ("copy", "activate")
    fieldsets = (
        (
            None,
            {
                "fields": (("country", "version"), ("effective_from", "state"), "notes"),
                "description": _(
                    "Which network each prefix was given to; the longest prefix wins. The plan in"
                    " force is not edited: copy it, change the copy, then put that in force."
                    " Numbers are portable, so a prefix is only a hint."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(prefix_total=Count("prefixes"))

    @coloured(_("state"), {"in_force": "success", "draft": "info"}, ordering="is_active")
    def state(self, obj: NumberPlan) -> tuple[str, Any]:
        return ("in_force", _("In force")) if obj.is_active else ("draft", _("Not in force"))

    @display(description=_("prefixes"))
    def prefix_count(self, obj: Any) -> int:
        return int(obj.prefix_total)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Without the plan in force every number would be of an unknown network."""
        if isinstance(obj, NumberPlan) and obj.is_active:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what the person may do, and only what is left to do."""
        plan = self.get_object(request, str(object_id))
        hidden = {
            "copy": not self.may(request, "add"),
            "activate": plan is None or plan.is_active or not self.may(request, "activate", plan),
        }
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if not hidden.get(one.path, False)
        ]

    @action(description=_("Copy as new version"), url_path="copy", icon="content_copy")
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = object_or_404(self, request, object_id, "add")
        return confirm(
            request,
            self,
            plan,
            Question(
                title=_("Copy this plan?"),
                text=_("The copy has the same prefixes and is not in force until you say so."),
                submit=_("Copy"),
                done=_("The plan is copied: open the new version in the list to change it."),
            ),
            lambda values: _copy(plan, values["version"], request),
            CopyForm,
        )

    @action(description=_("Put in force"), url_path="activate", icon="check_circle")
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = object_or_404(self, request, object_id, "activate")
        return confirm(
            request,
            self,
            plan,
            Question(
                title=_("Put this plan in force?"),
                text=_("New messages find their networks by it within a second."),
                submit=_("Put in force"),
                done=_("The plan is in force."),
            ),
            lambda _values: _activate(plan, request),
        )


def _copy(plan: NumberPlan, version: str, request: HttpRequest) -> None:
    number_plan_copy(plan=plan, version=version, actor=actor_of(request))


def _activate(plan: NumberPlan, request: HttpRequest) -> None:
    number_plan_activate(plan=plan, actor=actor_of(request))
