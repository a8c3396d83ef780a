"""Keyword rules: the list in the order in which they are asked, the form, copies and the way back."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.views import ChangeList

from compliance.scoping import AccountScopedAdmin
from compliance.selectors.access import permitted_accounts, visible
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import label
from messaging.admin import keyword_rule_setup as setup
from messaging.admin.keyword_rule_form import KeywordRuleForm
from messaging.admin.keyword_rule_words import (
    STATE_COLOURS,
    does,
    looks_for,
    plan_lines,
    problems_of,
)
from messaging.admin.keyword_trials import trial_page
from messaging.admin.labels import ago, change_page, link
from messaging.admin.pages import ListPage
from messaging.constants import RuleState
from messaging.models import KeywordRule
from messaging.selectors.keyword_rules import (
    ORDER,
    Figures,
    figures_of,
    rules_in,
    state_of,
)
from messaging.selectors.snapshot import snapshots
from messaging.services.keyword_rules import (
    keyword_rule_before,
    keyword_rule_copy,
    keyword_rule_delete,
    keyword_rule_save,
    keyword_rule_undo,
)
from routing.models import Sender

FIGURE_DAYS = 7


class StateFilter(admin.SimpleListFilter):
    """By where rules stand now."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(RuleState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return rules_in(queryset, value, clock.now()) if value else queryset


class SenderFilter(admin.SimpleListFilter):
    """Those that are asked about replies to a sender: its own, and those for every sender."""

    title = _("replies to")
    parameter_name = "replies_to"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        senders = visible(Sender.objects.filter(receives_replies=True), request.user)
        rows = senders.select_related("account").order_by("address", "account__name")
        return [(str(one.pk), str(one)) for one in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not (value and value.isascii() and value.isdecimal()):
            return queryset
        sender = visible(Sender.objects.all(), request.user).filter(pk=int(value)).first()
        if sender is None:
            return queryset.none()
        asked = Q(sender=sender) | Q(sender=None)
        return queryset.filter(asked, account=sender.account_id)


class RuleList(ChangeList):
    """Knows what the rules it shows did lately: one query for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        figures = figures_of([row.pk for row in self.result_list], FIGURE_DAYS)
        found = problems_of(self.result_list, snapshots.latest())
        for row in self.result_list:
            row.figures = figures.get(row.pk, Figures())
            row.problems = found[row.pk]


@admin.register(KeywordRule)
class KeywordRuleAdmin(ListPage, AccountScopedAdmin):
    """What happens when somebody writes a word to a sender."""

    form = KeywordRuleForm
    has_one_save_button = True
    list_display = (
        "priority",
        "name",
        "to",
        "looks",
        "done",
        "state",
        "matches",
        "trouble",
        "account",
    )
    list_display_links = ("name",)
    list_filter = (SenderFilter, StateFilter, "account")
    list_select_related = ("account", "sender")
    search_fields = ("name", "words")
    search_help_text = _("A rule's name, or a word that it looks for.")
    sortable_by = ()
    autocomplete_fields = ()
    actions_list = ("try_reply",)
    actions_detail = ("try_rule", "matches_of", "switch", "copy", "undo")
    change_form_before_template = "admin/messaging/keywordrule/problems.html"
    change_form_outer_after_template = "admin/messaging/keywordrule/editor.html"
    empty_title = _("No keyword rule yet")
    empty_text = _(
        "For example: who writes DH and an order's number gets the order's state as the answer."
    )
    fieldsets = (
        (
            None,
            {
                "fields": ("account", "name", ("sender", "priority")),
                "description": _(
                    "The first rule that fits a reply acts, and no other does. Words of refusal,"
                    " consent and help (STOP, TC, HELP …) always come before all rules."
                ),
            },
        ),
        (
            _("When somebody writes"),
            {"fields": ("match_kind", "words", "languages", "valid_from", "valid_until")},
        ),
        (_("What happens"), {"fields": ("actions", "question")}),
        (_("Whether it acts"), {"fields": ("is_active", "is_shadow")}),
    )

    def get_ordering(self, request: HttpRequest) -> Any:
        """As they are asked about replies to the sender looked at, else sender by sender."""
        if request.GET.get(SenderFilter.parameter_name):
            return ORDER
        return ("account__name", "sender__address", *ORDER)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RuleList

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Who may not change a rule reads what it does in sentences."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None and not self.has_change_permission(request, obj):
            title, options = fieldsets[2]
            fieldsets[2] = (title, {**options, "fields": ("steps_shown",)})
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_readonly_fields(request, obj)
        may_change = obj is None or self.has_change_permission(request, obj)
        return fields if may_change else [*fields, "steps_shown"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only senders that people can answer."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "sender":
            field.queryset = field.queryset.filter(receives_replies=True).select_related("account")
            field.empty_label = gettext("Every sender of the account")
        return field

    @display(description=_("replies to"))
    def to(self, obj: KeywordRule) -> str:
        return obj.sender.address if obj.sender else gettext("every sender")

    @display(description=_("looks for"))
    def looks(self, obj: KeywordRule) -> str:
        return looks_for(obj)

    @display(description=_("does"))
    def done(self, obj: KeywordRule) -> str:
        return does(obj)

    @display(description=_("state"))
    def state(self, obj: KeywordRule) -> SafeString:
        state = state_of(obj, clock.now())
        return label(state.label, STATE_COLOURS[state])

    @display(description=_("matches of 7 days"))
    def matches(self, obj: Any) -> Any:
        figures = obj.figures
        if not figures.matches:
            return "0"
        shown = link(f"{figures.matches} · {ago(figures.last_at)}", _matches_address(obj))
        if not figures.failures:
            return shown
        failed = gettext("%(count)d failed") % {"count": figures.failures}
        return format_html("{} {}", shown, label(failed, "danger"))

    @display(description=_("troubles"))
    def trouble(self, obj: Any) -> Any:
        if not obj.problems:
            return "–"
        return format_html_join(
            "",
            '<p style="max-width: 20rem; white-space: normal">{}</p>',
            ((one,) for one in obj.problems),
        )

    @display(description=_("steps"))
    def steps_shown(self, obj: KeywordRule) -> SafeString:
        lines = ((depth * 1.5, line) for depth, line in plan_lines(obj))
        return format_html_join("", '<p style="padding-left: {}rem">{}</p>', lines)

    def save_model(self, request: HttpRequest, obj: KeywordRule, form: Any, change: bool) -> None:
        """By the service, which compares with the stored rule."""
        rule = KeywordRule.objects.get(pk=obj.pk) if change else KeywordRule(account=obj.account)
        stored, _conflicts = keyword_rule_save(rule, form.values(), actor=actor_of(request))
        obj.pk = stored.pk

    def delete_model(self, request: HttpRequest, obj: KeywordRule) -> None:
        keyword_rule_delete(rule=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for rule in queryset.order_by("pk"):
            keyword_rule_delete(rule=rule, actor=actor_of(request))

    def get_urls(self) -> list[Any]:
        site = self.admin_site.admin_view
        own = [
            path("choices/", site(self.choices), name="messaging_keywordrule_choices"),
        ]
        return [*own, *super().get_urls()]

    def choices(self, request: HttpRequest) -> HttpResponse:
        """What the steps of an account's rules may name."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse(setup.choices_of(self._account_id(request)))

    def _account_id(self, request: HttpRequest) -> int | None:
        """The account that `?account=` names, or the only one; where rules may be written."""
        allowed = permitted_accounts(request.user, self.permission("change"))
        asked = request.GET.get("account", "")
        if asked.isascii() and asked.isdecimal():
            wanted = int(asked)
            return wanted if allowed is None or wanted in allowed else None
        return next(iter(allowed)) if allowed is not None and len(allowed) == 1 else None

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        rule = context.get("original")
        form = context["adminform"].form
        if rule is not None and rule.pk is not None:
            context["rule_problems"] = problems_of([rule], snapshots.latest())[rule.pk]
        if rule is None or self.has_change_permission(request, rule):
            account_id = rule.account_id if rule is not None else self._account_id(request)
            context["keyword_setup"] = {
                "choices": setup.choices_of(account_id),
                "choicesUrl": reverse("admin:messaging_keywordrule_choices"),
                "kinds": setup.kinds(),
                "steps": setup.steps(),
                "places": setup.places(),
                "limits": setup.limits(),
                "words": setup.words(),
                "refusedAt": getattr(form, "refused_at", ""),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        found = self.get_object(request, str(object_id))
        if found is None:
            return []
        hidden = set() if self.may(request, "change", found) else {"switch", "copy", "undo"}
        if not hidden and keyword_rule_before(found) is None:
            hidden = {"undo"}
        prefix = "messaging_keywordrule_"
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if one.action_name.removeprefix(prefix) not in hidden
        ]

    @action(description=_("Try a reply"), url_path="test", icon="science")
    def try_reply(self, request: HttpRequest) -> HttpResponse:
        return trial_page(self, request)

    @action(description=_("Try it"), url_path="try", icon="science")
    def try_rule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "view")
        page = reverse("admin:messaging_keywordrule_try_reply")
        return HttpResponseRedirect(f"{page}?rule={rule.pk}")

    @action(description=_("Its matches"), url_path="matches", icon="checklist")
    def matches_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "view")
        return HttpResponseRedirect(_matches_address(rule))

    @action(description=_("On or off"), url_path="switch", icon="power_settings_new")
    def switch(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "change")
        is_on = rule.is_active
        question = Question(
            title=_("Switch the rule off?") if is_on else _("Switch the rule on?"),
            text=_("It acts on no reply any more. Questions that wait are still answered.")
            if is_on
            else _("It acts from the next reply on."),
            submit=_("Switch off") if is_on else _("Switch on"),
            done=_("The rule is off.") if is_on else _("The rule is on."),
        )
        return confirm(
            request,
            self,
            rule,
            question,
            lambda _values: _switched(rule, not is_on, actor_of(request)),
        )

    @action(description=_("Copy"), url_path="copy", icon="content_copy")
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "change")
        made: list[KeywordRule] = []
        question = Question(
            title=_("Copy the rule?"),
            text=_("The copy is switched off until you have changed it."),
            submit=_("Copy"),
            done=_("This is the copy. It is off."),
        )
        response = confirm(
            request,
            self,
            rule,
            question,
            lambda _values: made.append(keyword_rule_copy(rule=rule, actor=actor_of(request))),
        )
        if made:
            return HttpResponseRedirect(change_page("messaging.keywordrule", made[0].pk))
        return response

    @action(description=_("Undo the last change"), url_path="undo", icon="undo")
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "change")
        question = Question(
            title=_("Undo the last change?"),
            text=_(
                "The rule becomes what it was before, from the next reply on. Its history shows"
                " every version; undoing once more brings this one back."
            ),
            submit=_("Undo"),
            done=_("The rule is as it was before."),
        )
        return confirm(
            request,
            self,
            rule,
            question,
            lambda _values: _undone(rule, actor_of(request)),
        )


def _switched(rule: KeywordRule, is_active: bool, actor: Any) -> None:
    keyword_rule_save(rule, {"is_active": is_active}, actor=actor)


def _undone(rule: KeywordRule, actor: Any) -> None:
    keyword_rule_undo(rule=rule, actor=actor)


def _matches_address(rule: KeywordRule) -> str:
    page = reverse("admin:messaging_keywordhit_changelist")
    return f"{page}?rule__id__exact={rule.pk}"
