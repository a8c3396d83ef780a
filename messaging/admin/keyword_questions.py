"""Questions that keyword rules asked people: which wait, until when, and how the others ended."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.numbers import to_display
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from config.common.console.labels import label
from messaging.admin.keyword_columns import RuleColumn
from messaging.admin.labels import change_page, link
from messaging.admin.pages import FoundByNumber, ListPage
from messaging.constants import QuestionState
from messaging.models import KeywordQuestion

_COLOURS = {
    QuestionState.WAITING: "info",
    QuestionState.ANSWERED: "success",
    QuestionState.UNCLEAR: "warning",
    QuestionState.TIMED_OUT: "warning",
}


@admin.register(KeywordQuestion)
class KeywordQuestionAdmin(RuleColumn, FoundByNumber, ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """What was asked by a rule's question or code, and what came of it."""

    list_display = (
        "asked_at",
        "rule_shown",
        "number",
        "to",
        "state_label",
        "answer",
        "due_at",
        "account",
    )
    list_filter = ("state", "rule", "account")
    list_select_related = ("account", "rule", "sender")
    search_fields = ("msisdn",)
    search_help_text = _("A number in any notation.")
    autocomplete_fields = ()
    sortable_by = ()
    ordering = ("-id",)
    empty_title = _("No question yet")
    empty_text = _(
        "Rules that ask and wait, or send a code and wait, show here what they wait for."
    )
    readonly_fields = (
        "rule_shown",
        "state_label",
        "number",
        "to",
        "asked_at",
        "due_at",
        "settled_at",
        "answer",
        "repeated",
        "reply",
        "asked",
        "account",
    )
    fieldsets = (
        (None, {"fields": (("rule_shown", "state_label"), ("number", "to"), "account")}),
        (
            _("When"),
            {"fields": (("asked_at", "due_at", "settled_at"), ("answer", "repeated"))},
        ),
        (_("Messages"), {"fields": (("reply", "asked"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account", "rule", "sender")

    @display(description=_("number"))
    def number(self, obj: KeywordQuestion) -> str:
        return to_display(obj.msisdn)

    @display(description=_("sender"))
    def to(self, obj: KeywordQuestion) -> str:
        return obj.sender.address

    @display(description=_("state"))
    def state_label(self, obj: KeywordQuestion) -> SafeString:
        return label(obj.get_state_display(), _COLOURS.get(QuestionState(obj.state), ""))

    @display(description=_("the reply that led to it"))
    def reply(self, obj: KeywordQuestion) -> SafeString:
        return link(gettext("Show"), change_page("messaging.inboundmessage", obj.message_id))

    @display(description=_("the message that asked"))
    def asked(self, obj: KeywordQuestion) -> SafeString:
        return link(gettext("Show"), change_page("messaging.message", obj.asked_id))
