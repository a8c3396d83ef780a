"""The inbox: conversations by box, who waits how long, and what was said last."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.numbers import to_display
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from config.common import clock
from config.common.console.actors import actor_of
from config.common.errors import DomainError
from messaging.admin.conversation_acts import act_page
from messaging.admin.conversation_answer import answer_page
from messaging.admin.conversation_filters import BoxFilter, UnreadFilter, boxes
from messaging.admin.conversation_page import feed_page, talk_page
from messaging.admin.conversation_signs import duration, waiting_label
from messaging.admin.labels import change_page
from messaging.admin.pages import ListPage, msisdn_of
from messaging.admin.response_times import times_page
from messaging.models import Conversation
from messaging.selectors.conversation_words import last_words
from messaging.selectors.response_times import first_answers
from messaging.services.conversations import conversation_assign, conversation_close

_LISTED_CHARACTERS = 70
_LONGEST_FIRST = ("waiting", "overdue")


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """For whoever answers people: nothing is edited here, everything is done by services."""

    list_display = (
        "person", "said", "waits", "assigned", "first_answer", "sent_to", "last_heard", "account",
    )  # fmt: skip
    list_filter = (BoxFilter, UnreadFilter, "sender", "advertiser", "account")
    list_select_related = ("account", "advertiser", "sender", "assignee")
    list_before_template = "admin/messaging/conversation/before.html"
    search_fields = ("msisdn",)
    search_help_text = _("A number in any notation.")
    autocomplete_fields = ()
    sortable_by = ()
    actions = ("take_together", "close_together")
    empty_title = _("Nobody has written yet")
    empty_text = _(
        "A conversation begins when a person writes to a sender of yours. Replies that only stop"
        " or ask for help are settled by themselves."
    )

    def get_urls(self) -> list[Any]:
        """Pages beside the list and the conversation itself."""
        view = self.admin_site.admin_view
        own = [
            path("times/", view(self.times), name="messaging_conversation_times"),
            path("boxes/", view(self.boxes), name="messaging_conversation_boxes"),
            path("<path:object_id>/feed/", view(self.feed), name="messaging_conversation_feed"),
            path(
                "<path:object_id>/answer/", view(self.answer), name="messaging_conversation_answer"
            ),
            path("<path:object_id>/act/", view(self.act), name="messaging_conversation_act"),
        ]
        return [*own, *super().get_urls()]

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Whether the person takes care of conversations of any account."""
        return self.may(request, "handle")

    def get_ordering(self, request: HttpRequest) -> Any:
        """Those last heard of first; where people wait, who has waited longest."""
        if request.GET.get(BoxFilter.parameter_name) in _LONGEST_FIRST:
            return ("waiting_since", "pk")
        return ("-last_at", "-pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        msisdn = msisdn_of(search_term, request)
        return (queryset.filter(msisdn=msisdn) if msisdn else queryset.none()), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With what was said last in each row, read at once."""
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        words, answers = last_words(rows), first_answers(rows)
        for row in rows:
            row.last_words, row.answered_in = words.get(row.pk), answers.get(row.pk)
        changes.result_list = rows
        return changes

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """With the boxes and how much is in each."""
        rows = self.get_queryset(request)
        given = {"boxes": boxes(request, rows), "opened_at": clock.now().isoformat()}
        return super().changelist_view(request, given | (extra_context or {}))

    def boxes(self, request: HttpRequest) -> HttpResponse:
        """The boxes alone, for the page that keeps them fresh; and whether something came."""
        rows = self.get_queryset(request)
        context = {
            "boxes": boxes(request, rows),
            "arrived": _arrived(rows, request.GET.get("since", "")),
            "here": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/messaging/conversation/boxes.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return talk_page(self, request, object_id)

    def feed(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What was said, alone."""
        return feed_page(self, request, object_id)

    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows what an answer would be, or sends it."""
        return answer_page(self, request, object_id)

    def act(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Assigns, closes, opens again, marks, notes."""
        return act_page(self, request, object_id)

    def times(self, request: HttpRequest) -> HttpResponse:
        """How soon people were answered."""
        return times_page(self, request)

    @display(description=_("phone number"))
    def person(self, obj: Conversation) -> SafeString:
        shown = format_html(
            '<a class="sbt-row{}" href="{}">{}</a>',
            " sbt-unread" if obj.unread_count else "",
            change_page("messaging.conversation", obj.pk),
            to_display(obj.msisdn),
        )
        if not obj.unread_count:
            return shown
        many = ngettext("%(count)d unread", "%(count)d unread", obj.unread_count)
        return format_html(
            '{} <span class="sbt-count" title="{}">{}</span>',
            shown,
            many % {"count": obj.unread_count},
            obj.unread_count,
        )

    @display(description=_("last words"))
    def said(self, obj: Any) -> SafeString | str:
        words = obj.last_words
        if words is None:
            return "–"
        text = Truncator(words.text).chars(_LISTED_CHARACTERS) or gettext("(no text)")
        if not words.by:
            return text
        return format_html('<span class="sbt-ours">{}:</span> {}', words.by, text)

    @display(description=_("waiting"))
    def waits(self, obj: Conversation) -> SafeString | str:
        return waiting_label(obj)

    @display(description=_("assigned to"))
    def assigned(self, obj: Conversation) -> str:
        return obj.assignee.get_username() if obj.assignee else "–"

    @display(description=_("answered in"))
    def first_answer(self, obj: Any) -> str:
        return duration(obj.answered_in)

    @display(description=_("sender"))
    def sent_to(self, obj: Conversation) -> str:
        return obj.sender.address

    @display(description=_("last heard of"))
    def last_heard(self, obj: Conversation) -> Any:
        return obj.last_at

    @admin.action(description=_("Assign to me"), permissions=["handle"])
    def take_together(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        actor = actor_of(request)
        done = self._each(
            request, rows, lambda one: conversation_assign(conversation=one, to=actor, actor=actor)
        )
        said = ngettext(
            "%(count)d conversation is yours.", "%(count)d conversations are yours.", done
        )
        messages.success(request, said % {"count": done})

    @admin.action(description=_("Close"), permissions=["handle"])
    def close_together(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        actor = actor_of(request)
        done = self._each(
            request,
            rows,
            lambda one: conversation_close(conversation=one, actor=actor, seen=one.unread_count),
        )
        said = ngettext("%(count)d conversation closed.", "%(count)d conversations closed.", done)
        messages.success(request, said % {"count": done})

    def _each(self, request: HttpRequest, rows: QuerySet[Any], act: Any) -> int:
        """Of those chosen as many as the person may handle; what is refused is said, and the
        others go on."""
        done = 0
        for one in rows:
            if not self.may(request, "handle", one):
                continue
            try:
                act(one)
                done += 1
            except DomainError as error:
                messages.warning(request, f"{one}: {error}")
        return done


def _arrived(rows: QuerySet[Any], opened: str) -> int:
    """How many conversations somebody has written in since the list was opened."""
    try:
        moment = datetime.fromisoformat(opened)
    except ValueError:
        return 0
    if moment.tzinfo is None:
        return 0
    return int(rows.filter(unread_count__gt=0, last_at__gt=moment).order_by()[:100].count())
