"""Pages about ported numbers: whom to ask, when, what was learnt, and files of numbers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from compliance.admin.file_lines import table
from compliance.number_lists import DEFAULT_COUNTRY, NumberListMixin
from compliance.scoping import PlatformScopedAdmin
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured, plain
from config.common.errors import InvalidError, UnavailableError
from routing.lookups import KIND_CHOICES, KINDS
from routing.models import LookupPolicy, LookupProvider, NumberImport, NumberLookup
from routing.selectors.numbers import number_lines
from routing.services.lookup_settings import policy_check, provider_check
from routing.services.lookups import numbers_look_up
from routing.services.number_imports import (
    PROBLEMS,
    number_import_apply,
    number_import_check,
    number_import_drop,
)

_SHOWN_BAD_LINES = 50
_LEAST_DIGITS = 8  # of a number with its country code
_TRIAL_SECONDS = 10.0
_HTTP = {
    "url",
    "headers",
    "secret_header",
    "secret",
    "body",
    "items_path",
    "number_path",
    "network_path",
    "status_path",
}


class ProviderForm(ServiceForm):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=KIND_CHOICES,
        widget=UnfoldAdminSelectWidget,
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=500,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "The whole value of that header, such as “Bearer …”. Kept encrypted and never shown;"
            " leave it empty to keep the present one."
        ),
    )

    class Meta:
        model = LookupProvider
        fields = "__all__"

    def clean_secret(self) -> str:
        """Empty keeps what is stored."""
        return self.cleaned_data["secret"] or self.instance.secret


class TrialForm(forms.Form):
    number = forms.CharField(
        label=_("Number"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("With plus and country code. The answer is kept, and counts as a lookup."),
    )


@admin.register(LookupProvider)
class LookupProviderAdmin(PlatformScopedAdmin):
    """Who says which network a number is on."""

    form = ProviderForm
    list_display = ("name", "kind_shown", "state", "today", "ttl_hours")
    list_filter = ("is_active",)
    list_select_related = ()
    search_fields = ("name", "url")
    readonly_fields = ("today", "trouble")
    autocomplete_fields = ()
    actions_detail = ("try_out",)
    empty_text = _("Without a provider, numbers are told by overrides, answers and prefixes.")
    fieldsets = (
        (
            None,
            {
                "fields": (("name", "kind"), ("is_active", "countries"), "today", "trouble"),
                "description": _(
                    "A service that knows ported numbers. When it is asked is said by lookup"
                    " policies; its answers count for as long as you say here."
                ),
            },
        ),
        (_("Request"), {"fields": ("url", "body", "headers", ("secret_header", "secret"))}),
        (
            _("Answer"),
            {
                "fields": (
                    "items_path",
                    ("number_path", "network_path"),
                    "networks",
                    ("status_path", "absent_words"),
                )
            },
        ),
        (
            _("Limits and cost"),
            {
                "fields": (
                    ("batch_size", "timeout_seconds"),
                    ("daily_budget", "ttl_hours"),
                    ("cost_micros", "currency"),
                )
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        provider_check(obj)
        super().save_model(request, obj, form, change)

    @display(description=_("kind"))
    def kind_shown(self, obj: LookupProvider) -> str:
        return str(KINDS[obj.kind][0]) if obj.kind in KINDS else obj.kind

    @coloured(_("state"), {"active": "success", "inactive": "danger"}, ordering="is_active")
    def state(self, obj: LookupProvider) -> tuple[str, object]:
        return ("active", _("Active")) if obj.is_active else ("inactive", _("Inactive"))

    @display(description=_("asked today"))
    def today(self, obj: LookupProvider) -> str:
        day = obj.days.filter(day=clock.now().date()).first() if obj.pk else None
        asked = day.asked if day else 0
        if obj.daily_budget is None:
            return str(asked)
        return _now("%(asked)d of %(budget)d") % {"asked": asked, "budget": obj.daily_budget}

    @display(description=_("last trouble"))
    def trouble(self, obj: LookupProvider) -> str:
        day = obj.days.exclude(last_error="").first() if obj.pk else None
        return f"{day.day}: {day.last_error}" if day else "–"

    @action(description=_("Ask about a number"), url_path="try", icon="search")
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        provider = object_or_404(self, request, object_id, "change")
        return confirm(
            request,
            self,
            provider,
            Question(
                title=_("Ask about a number?"),
                text=_("You see the answer, and it is kept among the number lookups."),
                submit=_("Ask"),
                done=_("The provider has answered."),
            ),
            lambda values: _try(request, provider, values["number"]),
            TrialForm,
        )


def _try(request: HttpRequest, provider: LookupProvider, number: str) -> None:
    """Says what the provider answers. Raises DomainError where it answers nothing."""
    digits = "".join(filter(str.isdecimal, number))
    if len(digits) < _LEAST_DIGITS:
        raise InvalidError(
            "number_wrong",
            _("Write the whole number with its country code, such as +84961110001."),
            field="number",
        )
    NumberLookup.objects.filter(msisdn=digits, source="lookup").delete()
    report = numbers_look_up(provider, [digits], deadline_seconds=_TRIAL_SECONDS)
    if not (report.found or report.absent or report.unknown):
        raise UnavailableError(
            "lookup_failed",
            _(
                "There is no answer (%(error)s): look at the provider's address, secret, paths and"
                " lookups per day."
            )
            % {"error": report.error or _now("nothing came in time")},
        )
    answers = [line for line in number_lines(digits) if line.source == "lookup"]
    for line in answers:
        parts = (f"+{digits}", line.finding_label, line.network)
        messages.info(request, " · ".join(part for part in parts if part))


@admin.register(LookupPolicy)
class LookupPolicyAdmin(PlatformScopedAdmin):
    """When providers are asked."""

    list_display = ("country", "message_class", "asks", "provider", "deadline_seconds")
    list_filter = ("country", "asks")
    list_select_related = ("provider",)
    search_fields = ("country",)
    readonly_fields = ()
    autocomplete_fields = ("provider",)
    empty_title = _("Nobody is asked")
    empty_text = _(
        "Numbers are told by overrides, carriers' answers and prefixes. A policy says for which"
        " country and class a provider is asked before messages are decided."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (("country", "message_class"), ("asks", "provider")),
                "description": _(
                    "Numbers of campaigns and batches are asked about in bulk before they are"
                    " decided. A single message never waits for a provider."
                ),
            },
        ),
        (
            _("Limits"),
            {"fields": (("difference_percent", "deadline_seconds"), "refuses_absent")},
        ),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        policy_check(obj)
        super().save_model(request, obj, form, change)


@admin.register(NumberLookup)
class NumberLookupAdmin(NumberListMixin, PlatformScopedAdmin):
    """What providers and carriers said of numbers; it runs out by itself."""

    list_display = ("number", "network_shown", "source", "provider", "looked_at", "validity")
    list_filter = ("source", "finding", "network", "provider")
    list_select_related = ("network", "network_was", "provider")
    search_fields = ("detail",)
    autocomplete_fields = ()
    empty_title = _("Nothing known yet")
    empty_text = _("Answers of lookup providers, and what carriers' answers showed, appear here.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "number",
                    "network_shown",
                    ("source", "provider"),
                    "detail",
                    ("looked_at", "expires_at"),
                )
            },
        ),
    )
    readonly_fields = (
        "number",
        "network_shown",
        "source",
        "provider",
        "detail",
        "looked_at",
        "expires_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("network"))
    def network_shown(self, obj: NumberLookup) -> str:
        if obj.finding == "absent":
            return _now("not in use")
        if obj.finding == "moved":
            return _now("not %(network)s") % {"network": obj.network_was or "…"}
        return str(obj.network or "–")

    @coloured(_("counts until"), {"valid": "success", "expired": "warning"}, ordering="expires_at")
    def validity(self, obj: NumberLookup) -> tuple[str, Any]:
        day = obj.expires_at.date().isoformat()
        return ("valid" if obj.expires_at > clock.now() else "expired"), day


class UploadForm(ServiceForm):
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv"}),
        help_text=_(
            "CSV with number, network, source and valid_until; the network by code, name or"
            " MCC-MNC. A line without network takes the number back."
        ),
    )

    class Meta:
        model = NumberImport
        fields = ("provider", "file")


@admin.register(NumberImport)
class NumberImportAdmin(PlatformScopedAdmin):
    """Files of ported numbers: what they would change is shown before it counts."""

    form = UploadForm
    has_one_save_button = True
    list_display = ("file_name", "state_label", "added", "changed", "removed", "bad", "created_at")
    list_filter = ("state",)
    list_select_related = ("created_by", "provider")
    search_fields = ("file_name",)
    autocomplete_fields = ("provider",)
    actions_detail = ("apply", "drop")
    empty_title = _("No file yet")
    empty_text = _("Upload a CSV of ported numbers: you see what changes before it counts.")
    readonly_fields = (
        "file_name",
        "state_label",
        "lines",
        "added",
        "changed",
        "same",
        "removed",
        "bad",
        "bad_table",
        "maker",
        "created_at",
        "settled_at",
    )
    maker = plain("created_by", _("by"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("provider", "file")}),)
        head = ("state_label", ("lines", "bad"), ("added", "changed"), ("same", "removed"))
        about = ("file_name", "maker", ("created_at", "settled_at"))
        bad = ((_("Bad lines"), {"fields": ("bad_table",)}),) if obj.bad else ()
        return ((None, {"fields": head}), *bad, (_("The file"), {"fields": about}))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its buttons change it, not its fields."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        file = form.cleaned_data["file"]
        made = number_import_check(
            file_name=file.name,
            content=file.read(),
            provider=form.cleaned_data["provider"],
            country=DEFAULT_COUNTRY,
            actor=actor_of(request),
        )
        obj.pk, obj.created_at, obj.file_name = made.pk, made.created_at, made.file_name

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On to what the file would change."""
        page = reverse("admin:routing_numberimport_change", args=[obj.pk])
        return HttpResponseRedirect(page)

    @coloured(
        _("state"),
        {"checked": "warning", "applied": "success", "dropped": ""},
        ordering="state",
    )
    def state_label(self, obj: NumberImport) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("bad lines"))
    def bad_table(self, obj: NumberImport) -> Any:
        heads = (_now("Line"), _now("As it stands in the file"), _now("Reason"))
        rows = obj.bad_lines[:_SHOWN_BAD_LINES]
        return table(
            heads,
            ((one["line"], one["content"], str(PROBLEMS.get(one["code"], ""))) for one in rows),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only for a file that waits."""
        found = self.get_object(request, str(object_id))
        is_open = found is not None and found.state == NumberImport.State.CHECKED
        may = is_open and self.may(request, "change", found)
        return super().get_actions_detail(request, object_id) if may else []

    @action(description=_("Take over"), url_path="apply", icon="check_circle")
    def apply(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "change")
        return confirm(
            request,
            self,
            found,
            Question(
                title=_("Take these numbers over?"),
                text=_now(
                    "%(added)d new, %(changed)d changed, %(removed)d taken back; %(bad)d bad lines"
                    " are left out."
                )
                % {
                    "added": found.added,
                    "changed": found.changed,
                    "removed": found.removed,
                    "bad": found.bad,
                },
                submit=_("Take over"),
                done=_("The numbers are taken over."),
            ),
            lambda _values: number_import_apply(number_import=found, actor=actor_of(request)),
        )

    @action(description=_("Drop"), url_path="drop", icon="delete", variant=ActionVariant.DANGER)
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "change")
        return confirm(
            request,
            self,
            found,
            Question(
                title=_("Drop this file?"),
                text=_("Nothing of it is taken over."),
                submit=_("Drop"),
                done=_("The file is dropped."),
            ),
            lambda _values: number_import_drop(number_import=found, actor=actor_of(request)),
        )
