from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.admin.number_form import NumberForm
from compliance.constants import SuppressionSource
from compliance.models import Suppression
from compliance.number_lists import NumberListMixin
from compliance.scoping import AccountScopedAdmin
from compliance.services.suppressions import suppression_add, suppression_lift
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured, plain


class SuppressionForm(NumberForm):
    class Meta:
        model = Suppression
        fields = ("account", "advertiser", "msisdn", "purpose", "reason")


class LiftForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


class InForceFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("in_force", _("In force")), ("lifted", _("Lifted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "in_force":
            return queryset.filter(lifted_at=None)
        return queryset.filter(~Q(lifted_at=None)) if self.value() == "lifted" else queryset


@admin.register(Suppression)
class SuppressionAdmin(NumberListMixin, AccountScopedAdmin):
    """Who must not be written to, and who took that back and why."""

    form = SuppressionForm
    list_display = (
        "number",
        "purpose",
        "brand",
        "state",
        "source",
        "created_at",
        "account",
    )
    list_filter = (InForceFilter, "purpose", "source", "advertiser", "account")
    list_select_related = ("account", "advertiser")
    search_fields = ("msisdn",)
    readonly_fields = (
        "number",
        "state",
        "source",
        "created_at",
        "by",
        "lifted_at",
        "lifter",
        "lifted_reason",
    )
    autocomplete_fields = ("advertiser",)
    ordering = ("-id",)
    actions_detail = ("lift",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("account", "advertiser", "msisdn", "purpose", "reason"),
                "description": _(
                    "Takes effect at once, also for messages that are waiting to be sent."
                ),
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("account", "advertiser", "number", "purpose", "state")}),
        (_("Why"), {"fields": ("source", "reason", "created_at", "by")}),
        (_("Lifted"), {"fields": ("lifted_at", "lifter", "lifted_reason")}),
    )

    by = plain("created_by", _("by"))
    lifter = plain("lifted_by", _("lifted by"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Who lifted it is told once somebody did."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets[:-1] if obj and not obj.lifted_at else fieldsets

    @display(description=_("advertiser"), ordering="advertiser__name")
    def brand(self, obj: Suppression) -> SafeString | str:
        return obj.advertiser.name if obj.advertiser else format_html("<i>{}</i>", _("all"))

    @coloured(_("state"), {"in_force": "danger", "lifted": "success"})
    def state(self, obj: Suppression) -> tuple[str, Any]:
        return ("lifted", _("Lifted")) if obj.lifted_at else ("in_force", _("In force"))

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in SuppressionForm.Meta.fields}
        made = suppression_add(**values, source=SuppressionSource.CONSOLE, actor=actor_of(request))
        obj.pk = made.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """No button where there is nothing to lift."""
        found = self.get_object(request, str(object_id))
        can = found is not None and not found.lifted_at and self.may(request, "lift", found)
        return super().get_actions_detail(request, object_id) if can else []

    @action(description=_("Lift"), url_path="lift", icon="undo")
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        suppression = object_or_404(self, request, object_id, "lift")
        return confirm(
            request,
            self,
            suppression,
            Question(
                title=_("Lift this suppression?"),
                text=_(
                    "The number may get these messages again where consent is on record."
                    " Say why; the reason is kept."
                ),
                submit=_("Lift"),
                done=_("The suppression is lifted."),
            ),
            lambda values: suppression_lift(
                suppression=suppression,
                reason=values["reason"],
                actor=actor_of(request),
            ),
            LiftForm,
        )
