from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.admin.number_form import NumberForm
from compliance.admin.suppression_export import export_page
from compliance.constants import BounceClass, SuppressionCause, SuppressionSource
from compliance.models import Suppression
from compliance.number_lists import NumberListMixin
from compliance.scoping import AccountScopedAdmin
from compliance.services.consent import suppression_enter
from compliance.services.suppressions import (
    EXPIRED,
    REPLACED,
    suppression_lift,
)
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured, plain


class SuppressionForm(NumberForm):
    class Meta:
        model = Suppression
        fields = (
            "account",
            "msisdn",
            "purpose",
            "cause",
            "advertiser",
            "program",
            "sender",
            "reason",
            "expires_at",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cause: Any = self.fields.get("cause")
        if cause is not None:
            cause.choices = [(one.value, one.label) for one in _CAUSES]
            cause.help_text = _("What a person asked for is lifted only after a newer consent.")


_CAUSES = (SuppressionCause.MANUAL, SuppressionCause.COMPLAINT, SuppressionCause.REFUSAL)
_CAUSE_COLOURS = {
    SuppressionCause.REFUSAL: "danger",
    SuppressionCause.COMPLAINT: "danger",
    SuppressionCause.HOLD: "warning",
    SuppressionCause.BOUNCE: "info",
    SuppressionCause.MANUAL: "",
}
_CAUSE_WORDS = {  # short, for labels; the long ones are on the form
    SuppressionCause.REFUSAL.value: _("Refused"),
    SuppressionCause.COMPLAINT.value: _("Complaint"),
    SuppressionCause.HOLD.value: _("Held"),
    SuppressionCause.BOUNCE.value: _("Unreachable"),
    SuppressionCause.MANUAL.value: _("Entered"),
}
_LIFTED_BY_ITSELF = {
    EXPIRED: _("Its time ended."),
    REPLACED: _("Something stronger took its place."),
}


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


class EndFilter(admin.SimpleListFilter):
    title = _("end")
    parameter_name = "end"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ends", _("Ends by itself")), ("stays", _("Stays until lifted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("ends", "stays"):
            return queryset.filter(expires_at__isnull=self.value() == "stays")
        return queryset


@admin.register(Suppression)
class SuppressionAdmin(NumberListMixin, AccountScopedAdmin):
    """Who must not be written to, and who took that back and why."""

    form = SuppressionForm
    list_display = (
        "number",
        "purpose",
        "cause_label",
        "reaches",
        "state",
        "until",
        "source",
        "created_at",
        "account",
    )
    list_filter = (
        InForceFilter,
        "cause",
        "purpose",
        "source",
        EndFilter,
        "advertiser",
        "program",
        "imported_in",
        "account",
    )
    list_select_related = ("account", "advertiser", "program")
    search_fields = ("msisdn",)
    readonly_fields = (
        "number",
        "state",
        "cause_label",
        "reaches",
        "until",
        "why",
        "source",
        "created_at",
        "by",
        "file",
        "lifted_at",
        "lifter",
        "lifted_because",
    )
    autocomplete_fields = ("advertiser", "program")
    ordering = ("-id",)
    empty_title = _("Nobody is suppressed")
    empty_text = _(
        "Who refuses by reply, link, file or call is entered here and written to no more."
    )
    actions_detail = ("lift",)
    actions_list = ("import_list", "export")
    add_fieldsets = (
        (
            None,
            {
                "fields": ("account", ("msisdn", "purpose"), ("cause", "reason"), "expires_at"),
                "description": _(
                    "Takes effect at once, also for messages that are waiting to be sent."
                ),
            },
        ),
        (
            _("How far it reaches"),
            {
                "fields": (("advertiser", "program"), "sender"),
                "description": _(
                    "Leave empty what it is not limited to: then every brand, program and sender"
                    " of the account stops."
                ),
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("account", ("number", "purpose"), ("state", "until"), "reaches")}),
        (_("Why"), {"fields": (("cause_label", "source"), "why", ("created_at", "by"), "file")}),
        (_("Lifted"), {"fields": ("lifted_at", "lifter", "lifted_because")}),
    )

    by = plain("created_by", _("by"))
    lifter = plain("lifted_by", _("lifted by"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Who lifted it is told once somebody did."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets[:-1] if obj and not obj.lifted_at else fieldsets

    @display(description=_("reach"), ordering="advertiser__name")
    def reaches(self, obj: Suppression) -> SafeString | str:
        """The brand, and what narrows it there."""
        parts = [
            *((obj.advertiser.name,) if obj.advertiser else ()),
            *((obj.program.name,) if obj.program else ()),
            *((obj.sender,) if obj.sender else ()),
        ]
        return " · ".join(parts) or format_html("<i>{}</i>", _("every brand"))

    @coloured(_("cause"), _CAUSE_COLOURS, ordering="cause")
    def cause_label(self, obj: Suppression) -> tuple[str, Any]:
        return obj.cause, _CAUSE_WORDS.get(obj.cause, obj.cause)

    @display(description=_("until"), ordering="expires_at")
    def until(self, obj: Suppression) -> str:
        if obj.expires_at is None:
            return "–" if obj.lifted_at else gettext("until lifted")
        return date_format(localtime(obj.expires_at), "DATETIME_FORMAT")

    @display(description=_("reason"))
    def why(self, obj: Suppression) -> str:
        """Bounces are put into words: which failure, and how many in a row."""
        kind, _x, failures = obj.reason.partition(" x")
        if obj.cause == SuppressionCause.BOUNCE and kind in BounceClass.values:
            return gettext("%(kind)s: %(failures)s in a row") % {
                "kind": BounceClass(kind).label,
                "failures": failures,
            }
        return obj.reason or "–"

    @display(description=_("import"))
    def file(self, obj: Suppression) -> SafeString | str:
        if obj.imported_in_id is None:
            return "–"
        page = reverse("admin:compliance_suppressionimport_change", args=[obj.imported_in_id])
        return format_html('<a href="{}" class="text-link">{}</a>', page, obj.imported_in)

    @display(description=_("reason for lifting"))
    def lifted_because(self, obj: Suppression) -> str:
        code = obj.lifted_reason.partition(":")[0]
        return str(_LIFTED_BY_ITSELF.get(code, obj.lifted_reason)) or "–"

    @coloured(_("state"), {"in_force": "danger", "lifted": "success"})
    def state(self, obj: Suppression) -> tuple[str, Any]:
        return ("lifted", _("Lifted")) if obj.lifted_at else ("in_force", _("In force"))

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in SuppressionForm.Meta.fields}
        made = suppression_enter(
            **values, source=SuppressionSource.CONSOLE, actor=actor_of(request)
        )
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

    @action(description=_("Import a list"), url_path="import", icon="upload_file")
    def import_list(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:compliance_suppressionimport_add"))

    @action(description=_("Export"), url_path="export", icon="download")
    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Those in force of one account, as a file that can be imported again."""
        if not self.may(request, "view"):
            raise PermissionDenied
        return export_page(self, request)

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
                    "The number may get these messages again where consent is on record. What a"
                    " person asked for is lifted only after they agreed anew. Say why; the reason"
                    " is kept."
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
