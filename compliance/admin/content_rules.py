"""Rules about texts: a form per kind, switched on and off with a reason, never deleted."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.template_utils import HistoricalRecordContextHelper
from unfold.decorators import display

from compliance import readable_content_rules as readable
from compliance.admin.content_rule_actions import RuleActions
from compliance.admin.content_rule_form import ContentRuleForm, form_for, initial_of
from compliance.content_policy import KINDS
from compliance.models import ContentRule
from compliance.scoping import AccountScopedAdmin, OwnOrEverybodysMixin
from compliance.selectors.access import permitted_accounts
from compliance.services.content_rules import (
    content_rule_change,
    content_rule_create,
)
from config.common.console.actors import actor_of
from config.common.console.labels import coloured

_STATES = {"on": "success", "later": "info", "over": "", "off": "warning"}


class ReadableChanges(HistoricalRecordContextHelper):
    """Differences between versions, the parameters in words."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        if change.field != "params":
            return super().prepare_delta_change_value(change, value)
        asked = readable.asked(self.record.kind, value)
        return "; ".join(f"{title}: {words}" for title, words in asked)


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, _(about.title)) for kind, about in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(ContentRule)
class ContentRuleAdmin(RuleActions, OwnOrEverybodysMixin, AccountScopedAdmin):
    """What texts may not say, or must: of an account, or of everybody (then to read only)."""

    form = ContentRuleForm
    has_one_save_button = True
    list_display = ("name", "owner", "kind_label", "where", "classes", "severity_label", "state")
    list_filter = (KindFilter, "severity", "is_active", "source", "country", "account")
    list_select_related = ("account",)
    search_fields = ("name", "note")
    search_help_text = _("A name or a note.")
    autocomplete_fields = ()
    readonly_fields = (
        "owner",
        "kind_label",
        "asks",
        "state",
        "severity_label",
        "where",
        "classes",
    )
    empty_title = _("No rule yet")
    empty_text = _(
        "A rule says what texts may not contain, or must: phrases, links, the brand. It is judged"
        " when a template is submitted, when it is approved, and before every message leaves."
    )

    @display(description=_("for"), ordering="account__name")
    def owner(self, obj: ContentRule) -> str:
        return readable.owner(obj)

    @display(description=_("kind"), ordering="kind")
    def kind_label(self, obj: ContentRule) -> str:
        return readable.kind_title(obj.kind)

    @display(description=_("country"), ordering="country")
    def where(self, obj: ContentRule) -> str:
        return obj.country or gettext("Every country")

    @display(description=_("classes"))
    def classes(self, obj: ContentRule) -> str:
        return readable.classes(obj)

    @display(description=_("what it asks"))
    def asks(self, obj: ContentRule) -> str:
        about = format_html("<p>{}</p>", readable.kind_about(obj.kind))
        asked = readable.asked(obj.kind, obj.params)
        return about + format_html_join("", "<p>{}: {}</p>", asked)

    @coloured(_("consequence"), {"block": "danger", "warn": "warning"}, ordering="severity")
    def severity_label(self, obj: ContentRule) -> tuple[str, Any]:
        return obj.severity, readable.SEVERITY[obj.severity][0]

    @coloured(_("state"), _STATES, ordering="is_active")
    def state(self, obj: ContentRule) -> tuple[str, str]:
        return readable.state(obj, timezone.localdate())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What it refused must stay explainable: it is switched off instead."""
        return False

    # The form

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kind = _kind(request, obj)
        if kind:
            kwargs["form"] = form_for(kind)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The kind's own fields in the middle; in words for those who only read."""
        kind = _kind(request, obj)
        if obj is not None and not self.has_change_permission(request, obj):
            return list(_READ)
        if not kind:
            return [(None, {"fields": ("account", "name")})]
        about = KINDS[kind]
        asked = tuple(field.name for field in about.fields)
        head = ("owner", "name") if obj else ("account", "name")
        days = ("effective_from", "effective_to")
        return [
            (None, {"fields": ("state", *head) if obj else head}),
            (_(about.title), {"fields": asked, "description": _(about.about)}),
            (
                _("Where and when"),
                {
                    "fields": ("severity", "country", "message_classes", days)
                    if obj
                    else ("severity", "country", "message_classes", days, "is_active")
                },
            ),
            (_("Why"), {"fields": ("source", "note", "reason") if obj else ("source", "note")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_readonly_fields(request, obj)
        return [one for one in fields if one != "account"] if obj is None else list(fields)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?copy=` begins with the values of another rule that the person may see."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        wanted = initial.pop("copy", "")
        found = self.get_object(request, wanted) if wanted.isdecimal() else None
        if found is not None:
            initial |= initial_of(found)
            accounts = permitted_accounts(request.user, self.permission("add"))
            if accounts is not None and found.account_id not in accounts:
                initial["account"] = min(accounts, default=None)
        return initial

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """First what kind of rule, then its form."""
        kind = _kind(request, None)
        if kind:
            title = {"title": _("New content rule"), "subtitle": readable.kind_title(kind)}
            return super().add_view(request, form_url, {**title, **(extra_context or {})})
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("New content rule"),
            "kinds": [(one, _(about.title), _(about.about)) for one, about in KINDS.items()],
            "opts": self.opts,
            "back": reverse("admin:compliance_contentrule_changelist"),
        }
        return TemplateResponse(request, "admin/compliance/contentrule/kinds.html", context)

    def save_model(self, request: HttpRequest, obj: ContentRule, form: Any, change: bool) -> None:
        values, actor = form.values(), actor_of(request)
        if change:
            reason = form.cleaned_data["reason"]
            content_rule_change(rule=obj, values=values, actor=actor, reason=reason)
            return
        made = content_rule_create(
            account=form.cleaned_data["account"], kind=form.kind, values=values, actor=actor
        )
        obj.pk = made.pk

    def get_historical_record_context_helper(self, request: HttpRequest, record: Any) -> Any:
        return ReadableChanges(self.model, record)


_READ = (
    (None, {"fields": ("state", "owner", "name", "kind_label", "asks")}),
    (
        _("Where and when"),
        {
            "fields": (
                "severity_label",
                "where",
                "classes",
                ("effective_from", "effective_to"),
            )
        },
    ),
    (_("Why"), {"fields": ("source", "note")}),
)


def _kind(request: HttpRequest, obj: ContentRule | None) -> str:
    kind = obj.kind if obj is not None else request.GET.get("kind", "")
    return kind if kind in KINDS else ""
