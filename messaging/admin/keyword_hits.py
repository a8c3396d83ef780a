"""What keyword rules did with each reply: steps, answers, failures."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.numbers import to_display
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from config.common.console.labels import label
from messaging.admin.keyword_columns import RuleColumn
from messaging.admin.labels import change_page, lines, link
from messaging.admin.pages import FoundByNumber, ListPage
from messaging.constants import KeywordOutcome
from messaging.models import KeywordHit
from messaging.selectors.list_names import list_names
from messaging.services.keyword_rules.loops import LOOP
from messaging.services.keyword_rules.sentences import RESULTS, result_reason, step_name

_OUTCOMES = {
    KeywordOutcome.ACTED: "success",
    KeywordOutcome.SHADOW: "info",
    KeywordOutcome.ANSWERED: "success",
    KeywordOutcome.REPEATED: "info",
    KeywordOutcome.UNCLEAR: "warning",
    KeywordOutcome.TIMED_OUT: "warning",
    KeywordOutcome.WRONG_CODE: "warning",
}
_RESULTS = {"done": "success", "failed": "danger", "skipped": "warning", "shadow": "info"}
_CHECKS = {"right": _("right"), "wrong": _("wrong"), "older": _("a code that was replaced")}
_LISTED_CHARACTERS = 60


class ProblemFilter(admin.SimpleListFilter):
    """Where something went wrong."""

    title = _("what went wrong")
    parameter_name = "problem"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("failed", _("A step failed")), ("loop", _("A loop was stopped"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "failed":
            return queryset.filter(failures__gt=0)
        if self.value() == "loop":
            return queryset.filter(results__contains=[{"why": LOOP}])
        return queryset


@admin.register(KeywordHit)
class KeywordHitAdmin(RuleColumn, FoundByNumber, ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """Per reply what a rule did, or in shadow would have done."""

    list_display = (
        "created_at",
        "rule_shown",
        "from_number",
        "reply_beginning",
        "what",
        "went",
        "account",
    )
    list_filter = ("outcome", ProblemFilter, "rule", "account")
    list_select_related = ("account", "sender", "rule", "message")
    search_fields = ("msisdn",)
    search_help_text = _("A number in any notation.")
    autocomplete_fields = ()
    sortable_by = ()
    ordering = ("-id",)
    empty_title = _("No match yet")
    empty_text = _("Every reply that a rule acts on appears here, with what came of it.")
    fieldsets = (
        (None, {"fields": (("created_at", "what"), ("rule_shown", "matched"), "account")}),
        (_("Reply"), {"fields": (("from_number", "to"), "reply")}),
        (_("Steps"), {"fields": ("steps",)}),
    )
    readonly_fields = (
        "created_at",
        "rule_shown",
        "matched",
        "account",
        "from_number",
        "to",
        "reply",
        "what",
        "steps",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related("account", "sender", "rule", "message")

    @display(description=_("from"))
    def from_number(self, obj: KeywordHit) -> str:
        return to_display(obj.msisdn)

    @display(description=_("to"))
    def to(self, obj: KeywordHit) -> str:
        return obj.sender.address

    @display(description=_("reply"))
    def reply_beginning(self, obj: KeywordHit) -> str:
        return Truncator(obj.message.text).chars(_LISTED_CHARACTERS)

    @display(description=_("reply"))
    def reply(self, obj: KeywordHit) -> SafeString:
        page = link(gettext("Show"), change_page("messaging.inboundmessage", obj.message_id))
        return format_html("{} {}", lines(obj.message.text), page)

    @display(description=_("what happened"))
    def what(self, obj: KeywordHit) -> SafeString:
        return label(obj.get_outcome_display(), _OUTCOMES.get(KeywordOutcome(obj.outcome), ""))

    @display(description=_("steps"))
    def went(self, obj: KeywordHit) -> SafeString:
        if obj.failures:
            said = ngettext("%(count)d failed", "%(count)d failed", obj.failures)
            return label(said % {"count": obj.failures}, "danger")
        if any(one.get("why") == LOOP for one in obj.results):
            return label(gettext("Loop stopped"), "warning")
        return SafeString(", ".join(step_name(str(one["do"])) for one in obj.results) or "–")

    @display(description=_("steps"))
    def steps(self, obj: KeywordHit) -> Any:
        if not obj.results:
            return "–"
        lists = list_names(obj.account_id)
        rows = [
            (
                step_name(str(one["do"])),
                label(
                    gettext(RESULTS.get(str(one["result"]), str(one["result"]))),
                    _RESULTS.get(str(one["result"]), ""),
                ),
                _about(one, lists),
            )
            for one in obj.results
        ]
        return format_html(
            '<ol class="grid gap-2">{}</ol>',
            format_html_join("", "<li>{} {} {}</li>", rows),
        )


def _about(one: dict[str, Any], lists: Any) -> SafeString:
    """What a step was about, and why it did not go well."""
    list_id = one.get("list")
    parts: list[Any] = [one[name] for name in ("template", "service") if one.get(name)]
    if list_id:
        parts.append(lists.get(list_id, list_id))
    if one.get("answer"):
        parts.append(_CHECKS.get(one["answer"], one["answer"]))
    if one.get("message"):
        parts.append(link(gettext("The message"), change_page("messaging.message", one["message"])))
    if reason := result_reason(one):
        parts.append(reason)
    return format_html_join(" · ", "{}", ((part,) for part in parts))
