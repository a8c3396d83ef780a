"""What people say to the shield: modes by country, holds, and overrides of whatever it stops."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import label
from messaging.admin.pages import ListPage
from messaging.admin.shield_page import hold_place, hold_sentence
from messaging.constants import ShieldMode
from messaging.models import ShieldRule, VerificationHold, VerificationOverride
from messaging.services.verification.settings import (
    hold_add,
    hold_lift,
    override_add,
    override_end,
    shield_rule_save,
)

_LONGEST_PREFIX = 25
_MODE_COLOURS = {
    ShieldMode.ALLOW: "warning",
    ShieldMode.MONITOR: "info",
    ShieldMode.FILTER: "success",
    ShieldMode.BLOCK: "danger",
}


class StandingFilter(admin.SimpleListFilter):
    """What holds now is shown unless something else is asked for."""

    title = _("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("Holds now")), ("ended", _("Ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        is_ended = Q(ended_at__isnull=False) | Q(until__lte=clock.now())
        if self.value() == "now":
            return queryset.exclude(is_ended)
        return queryset.filter(is_ended) if self.value() == "ended" else queryset


def standing(row: Any) -> SafeString:
    """Whether a hold or an override holds now."""
    if row.ended_at is not None or row.until <= clock.now():
        return label(_("Ended"))
    return label(_("Holds now"), "warning")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("It is kept with your name and the time."),
    )


class CountryForm(ScopedForm):
    """Countries in small letters as well; the model holds them to two letters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" in self.fields:
            self.fields["country"].validators = []

    def clean_country(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["country"] or "").strip().upper()


class RuleForm(CountryForm):
    class Meta:
        model = ShieldRule
        fields = ("account", "service", "country", "mode", "reason")

    def validate_constraints(self) -> None:
        """The service says the same."""


@admin.register(ShieldRule)
class ShieldRuleAdmin(ListPage, AccountScopedAdmin):
    """The shield's mode, by country and service."""

    form = RuleForm
    has_one_save_button = True
    list_display = ("where", "what", "mode_label", "reason", "account")
    list_filter = ("mode", "account")
    list_select_related = ("account", "service")
    search_fields = ("country", "reason")
    autocomplete_fields = ()
    ordering = ("country", "pk")
    empty_title = _("No mode of its own yet")
    empty_text = _("Every country is treated as the service says.")
    fieldsets = (
        (
            None,
            {
                "fields": ("account", ("service", "country"), "mode", "reason"),
                "description": _(
                    "The closest rule decides: of the service and country, of the service, of the"
                    " country, of all; then what the service itself says."
                ),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Changed, and its history shows what it was."""
        return False

    @display(description=_("country"))
    def where(self, obj: ShieldRule) -> Any:
        return obj.country or _("every country")

    @display(description=_("service"))
    def what(self, obj: ShieldRule) -> Any:
        return obj.service or _("every service")

    @display(description=_("shield"))
    def mode_label(self, obj: ShieldRule) -> SafeString:
        return label(obj.get_mode_display(), _MODE_COLOURS[ShieldMode(obj.mode)])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stored = ShieldRule.objects.get(pk=obj.pk) if change else ShieldRule(account=obj.account)
        names = ("service", "country", "mode", "reason")
        values = {name: form.cleaned_data[name] for name in names}
        shield_rule_save(stored, values, actor=actor_of(request))
        obj.pk = stored.pk


class PrefixForm(CountryForm):
    """Prefixes as people write them: room for a plus and blanks, which are taken off."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields.get("prefix")
        if field is not None:
            field.max_length, field.validators = _LONGEST_PREFIX, []
            field.widget.attrs["maxlength"] = _LONGEST_PREFIX

    def clean_prefix(self) -> str:
        """Digits alone."""
        prefix = str(self.cleaned_data["prefix"] or "")
        return "".join(one for one in prefix if one not in "+ .-()")


class HoldForm(PrefixForm):
    class Meta:
        model = VerificationHold
        fields = ("service", "country", "prefix", "until", "reason")

    def validate_constraints(self) -> None:
        """The service says the same."""


@admin.register(VerificationHold)
class VerificationHoldAdmin(ListPage, AccountScopedAdmin):
    """Prefixes and countries into which no code is sent for a while."""

    form = HoldForm
    has_one_save_button = True
    list_display = ("place", "service", "cause_label", "placed_at", "until", "state", "account")
    list_filter = (StandingFilter, "cause", "service", "account")
    list_select_related = ("account", "service")
    search_fields = ("prefix",)
    search_help_text = _("The first digits of numbers, with the calling code.")
    autocomplete_fields = ()
    ordering = ("-placed_at",)
    actions_detail = ("lift",)
    empty_title = _("Nothing was ever held")
    empty_text = _("The shield places holds by itself where codes are sent and not entered.")
    fieldsets = (
        (
            None,
            {
                "fields": ("service", ("country", "prefix"), "until", "reason"),
                "description": _("No code is sent there until the hold ends or somebody lifts it."),
            },
        ),
    )
    _facts = (
        (None, {"fields": (("place", "service"), ("cause_label", "state"), "why")}),
        (
            _("When"),
            {"fields": (("placed_at", "placed_by"), ("until", "ended_at"), ("ended_by", "reason"))},
        ),
    )
    _shown = (
        "place",
        "service",
        "cause_label",
        "state",
        "why",
        "placed_at",
        "placed_by",
        "until",
        "ended_at",
        "ended_by",
        "reason",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts: a hold is lifted, not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(self._facts) if obj else list(self.fieldsets)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(self._shown) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A day, where nothing else is asked for."""
        asked: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"until": localtime(clock.now() + timedelta(days=1))} | asked

    @display(description=_("where"))
    def place(self, obj: VerificationHold) -> str:
        return hold_place(obj)

    @display(description=_("cause"))
    def cause_label(self, obj: VerificationHold) -> str:
        return obj.get_cause_display()

    @display(description=_("why"))
    def why(self, obj: VerificationHold) -> str:
        return hold_sentence(obj) or "–"

    @display(description=_("state"))
    def state(self, obj: VerificationHold) -> SafeString:
        return standing(obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        hold_add(obj, actor=actor_of(request))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        found = self.get_object(request, str(object_id))
        is_open = found is not None and found.ended_at is None and found.until > clock.now()
        can = is_open and self.may(request, "lift", found)
        return super().get_actions_detail(request, object_id) if can else []

    @action(description=_("Lift"), url_path="lift", icon="lock_open", variant=ActionVariant.WARNING)
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        hold = object_or_404(self, request, object_id, "lift")
        question = Question(
            title=_("Lift the hold?"),
            text=_(
                "Codes go there again at once. The shield does not hold the place anew for as long"
                " as its holds last."
            ),
            submit=_("Lift"),
            done=_("The hold is lifted."),
        )
        return confirm(
            request,
            self,
            hold,
            question,
            lambda values: hold_lift(hold, reason=values["reason"], actor=actor_of(request)),
            ReasonForm,
        )


class OverrideForm(PrefixForm):
    class Meta:
        model = VerificationOverride
        fields = ("account", "service", "prefix", "until", "reason")


@admin.register(VerificationOverride)
class VerificationOverrideAdmin(ListPage, AccountScopedAdmin):
    """Numbers that are let through whatever the shield, countries and limits say."""

    form = OverrideForm
    has_one_save_button = True
    list_display = ("numbers", "what", "reason", "created_by", "until", "state", "account")
    list_filter = (StandingFilter, "service", "account")
    list_select_related = ("account", "service", "created_by")
    search_fields = ("prefix", "reason")
    autocomplete_fields = ()
    ordering = ("-created_at",)
    actions_detail = ("end",)
    empty_title = _("Nothing is let through")
    empty_text = _(
        "Where the shield stops people who are real, let their numbers through for a time."
    )
    fieldsets = (
        (
            None,
            {
                "fields": ("account", ("service", "prefix"), "until", "reason"),
                "description": _(
                    "Until then these numbers are verified although the shield, the countries of"
                    " the service or its limits by number, block, address and device say no. The"
                    " limit of the whole service stays."
                ),
            },
        ),
    )
    _shown = (
        "account",
        "numbers",
        "what",
        "state",
        "reason",
        "created_at",
        "created_by",
        "until",
        "ended_at",
        "ended_by",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Somebody's word: it is ended, not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [(None, {"fields": self._shown})] if obj else list(self.fieldsets)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(self._shown) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A day, where nothing else is asked for."""
        asked: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"until": localtime(clock.now() + timedelta(days=1))} | asked

    @display(description=_("numbers"))
    def numbers(self, obj: VerificationOverride) -> str:
        return f"+{obj.prefix}…"

    @display(description=_("service"))
    def what(self, obj: VerificationOverride) -> Any:
        return obj.service or _("every service")

    @display(description=_("state"))
    def state(self, obj: VerificationOverride) -> SafeString:
        return standing(obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        override_add(obj, actor=actor_of(request))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        found = self.get_object(request, str(object_id))
        is_open = found is not None and found.ended_at is None and found.until > clock.now()
        can = is_open and self.may(request, "end", found)
        return super().get_actions_detail(request, object_id) if can else []

    @action(description=_("End it"), url_path="end", icon="block", variant=ActionVariant.WARNING)
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        override = object_or_404(self, request, object_id, "end")
        question = Question(
            title=_("End the override?"),
            text=_("From now on shield and limits hold for these numbers too."),
            submit=_("End it"),
            done=_("The override has ended."),
        )
        return confirm(
            request,
            self,
            override,
            question,
            lambda _values: override_end(override, actor=actor_of(request)),
        )
