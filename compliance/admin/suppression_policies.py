"""Policies of suppressions: the platform's to read, an account's own to change."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from compliance.admin.own_account import own_account_only
from compliance.constants import Purpose
from compliance.models import SuppressionPolicy
from compliance.scoping import AccountScopedAdmin, ScopedForm
from compliance.selectors.access import permitted_accounts
from compliance.services.suppression_policies import PolicyValues, policy_save
from config.common.console.actors import actor_of
from config.common.console.labels import coloured

_STOPPABLE = (Purpose.MARKETING, Purpose.CARE, Purpose.TRANSACTIONAL)


class PolicyForm(ScopedForm):
    errors_text = forms.CharField(
        label=_("Errors counted as this kind"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "Receipt errors or answers of carriers that mean this kind of failure whatever their"
            " usual meaning, separated by commas: 006, 0x0B."
        ),
    )
    purposes = forms.MultipleChoiceField(
        label=_("Kinds of messages stopped"),
        choices=[(one.value, one.label) for one in _STOPPABLE],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text=_("One-time codes are never stopped: the person is asking for them."),
    )

    class Meta:
        model = SuppressionPolicy
        fields = (
            "account",
            "cause",
            "error_class",
            "threshold",
            "within_days",
            "ends_after_days",
            "purposes",
            "is_active",
            "note",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["errors_text"].initial = ", ".join(self.instance.errors or ())
        if "error_class" in self.fields:
            self.fields["error_class"].help_text = _("For numbers that cannot be reached.")
        if self.instance.pk is None:
            own_account_only(self, "compliance.add_suppressionpolicy")


@admin.register(SuppressionPolicy)
class SuppressionPolicyAdmin(AccountScopedAdmin):
    """When failures suppress a number, and how long suppressions last."""

    form = PolicyForm
    list_display = ("about", "rule", "ends", "state", "whose", "note")
    list_filter = ("cause", "is_active", "account")
    list_select_related = ("account",)
    search_fields = ("note",)
    search_help_text = _("Words of the reason.")
    autocomplete_fields = ()
    ordering = ("cause", "error_class", "account")
    fieldsets = (
        (
            None,
            {
                "fields": ("account", ("cause", "error_class"), "is_active"),
                "description": _(
                    "A policy of an account stands before the platform's. What a person refused"
                    " never ends by time."
                ),
            },
        ),
        (
            _("Numbers that cannot be reached"),
            {"fields": (("threshold", "within_days"), "errors_text", "purposes")},
        ),
        (_("End"), {"fields": ("ends_after_days", "note")}),
    )

    @display(description=_("about"), ordering="cause")
    def about(self, obj: SuppressionPolicy) -> str:
        return str(obj)

    @display(description=_("suppresses after"))
    def rule(self, obj: SuppressionPolicy) -> str:
        if not obj.error_class:
            return "–"
        return gettext("%(count)s in a row within %(days)s days") % {
            "count": obj.threshold,
            "days": obj.within_days,
        }

    @display(description=_("ends"), ordering="ends_after_days")
    def ends(self, obj: SuppressionPolicy) -> str:
        if obj.ends_after_days is None:
            return gettext("not by itself")
        return gettext("after %(days)s days") % {"days": obj.ends_after_days}

    @coloured(_("state"), {True: "success"})
    def state(self, obj: SuppressionPolicy) -> tuple[bool, Any]:
        return obj.is_active, _("On") if obj.is_active else _("Off")

    @display(description=_("account"), ordering="account__name")
    def whose(self, obj: SuppressionPolicy) -> SafeString | str:
        return obj.account.name if obj.account else format_html("<i>{}</i>", _("every account"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The platform's rows are the administrator's."""
        allowed = super().has_change_permission(request, obj)
        if obj is None or obj.account_id is not None or not allowed:
            return allowed
        return permitted_accounts(request.user, "compliance.change_suppressionpolicy") is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Switched off instead: what held stays on record."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What a policy is about stays; another is another policy."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "cause", "error_class"] if obj else fields

    def save_model(
        self, request: HttpRequest, obj: SuppressionPolicy, form: Any, change: bool
    ) -> None:
        values = form.cleaned_data
        errors = [one.strip() for one in values["errors_text"].split(",")]
        made = policy_save(
            policy=obj if change else None,
            account=obj.account,
            cause=obj.cause,
            error_class=obj.error_class,
            values=PolicyValues(
                threshold=values["threshold"],
                within_days=values["within_days"],
                ends_after_days=values["ends_after_days"],
                purposes=tuple(values["purposes"]),
                errors=tuple(one for one in errors if one),
                is_active=values["is_active"],
                note=values["note"],
            ),
            actor=actor_of(request),
        )
        obj.pk = made.pk
