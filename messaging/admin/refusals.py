"""The queue of replies that read like refusals: the text, what was said before, and two buttons."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.numbers import to_display
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import label
from config.common.durations import since
from messaging.admin.labels import lines, moment
from messaging.admin.pages import ListPage, msisdn_of
from messaging.constants import ReviewState
from messaging.models import RefusalReview
from messaging.selectors.conversations import conversation
from messaging.services.replies.reviews import review_decide, reviews_decide

_COLOURS = {
    ReviewState.WAITING: "info",
    ReviewState.CONFIRMED: "danger",
    ReviewState.DISMISSED: "success",
}
_SOON = timedelta(hours=4)
_LISTED_CHARACTERS = 80


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("It is kept with your name and the time."),
    )


class StateFilter(admin.SimpleListFilter):
    """What waits is shown unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("overdue", _("Overdue")), ("all", _("Decided too"))]

    def choices(self, changelist: Any) -> Any:
        value = self.value() or "waiting"
        for lookup, title in self.lookup_choices:
            yield {
                "selected": value == str(lookup),
                "query_string": changelist.get_query_string({self.parameter_name: lookup}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all" or (not self.value() and request.GET.get("q")):
            return queryset
        waiting = queryset.filter(state=ReviewState.WAITING)
        return waiting.filter(due_at__lt=clock.now()) if self.value() == "overdue" else waiting


@admin.register(RefusalReview)
class RefusalReviewAdmin(ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """For officers of the account: everybody held here gets no advertising until it is read."""

    list_display = ("beginning", "number", "phrase", "deadline", "state_label", "brand", "account")
    list_filter = (StateFilter, "advertiser", "account")
    list_select_related = ("account", "advertiser", "message", "decided_by")
    search_fields = ("msisdn",)
    search_help_text = _("A number in any notation.")
    autocomplete_fields = ()
    ordering = ("due_at", "id")
    sortable_by = ()
    actions = ("confirm_together", "dismiss_together")
    actions_detail = ("is_refusal", "is_none")
    change_form_outer_after_template = "admin/messaging/refusalreview/conversation.html"
    empty_title = _("Nothing waits to be read")
    empty_text = _(
        "Replies that read like a refusal, without a keyword, come here. Until somebody has read"
        " one the person gets no advertising."
    )
    fieldsets = (
        (None, {"fields": ("words", ("number", "brand"), ("phrase", "account"))}),
        (_("Decision"), {"fields": (("state_label", "deadline"), ("decided", "note"), "held")}),
    )
    readonly_fields = (
        "words",
        "number",
        "brand",
        "phrase",
        "account",
        "state_label",
        "deadline",
        "decided",
        "note",
        "held",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        msisdn = msisdn_of(search_term, request)
        return (queryset.filter(msisdn=msisdn) if msisdn else queryset.none()), False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether the person decides for any account."""
        return self.may(request, "decide")

    @display(description=_("reply"))
    def beginning(self, obj: RefusalReview) -> str:
        return Truncator(obj.message.text).chars(_LISTED_CHARACTERS) or gettext("(empty)")

    @display(description=_("reply"))
    def words(self, obj: RefusalReview) -> SafeString:
        return lines(obj.message.text)

    @display(description=_("from"))
    def number(self, obj: RefusalReview) -> str:
        return to_display(obj.msisdn)

    @display(description=_("advertiser"))
    def brand(self, obj: RefusalReview) -> str:
        return obj.advertiser.name

    @display(description=_("to be read by"))
    def deadline(self, obj: RefusalReview) -> SafeString | str:
        if obj.state != ReviewState.WAITING:
            return moment(obj.due_at)
        now = clock.now()
        if obj.due_at <= now:
            return label(
                gettext("overdue for %(time)s") % {"time": since(obj.due_at, now)}, "danger"
            )
        left = gettext("%(time)s left") % {"time": since(now, obj.due_at)}
        return label(left, "warning" if obj.due_at - now < _SOON else "info")

    @display(description=_("state"))
    def state_label(self, obj: RefusalReview) -> SafeString:
        return label(obj.get_state_display(), _COLOURS[ReviewState(obj.state)])

    @display(description=_("decided"))
    def decided(self, obj: RefusalReview) -> str:
        if obj.decided_at is None:
            return "–"
        who = obj.decided_by.get_username() if obj.decided_by else gettext("the system")
        return f"{moment(obj.decided_at)} · {who}"

    @display(description=_("advertising to the person"))
    def held(self, obj: RefusalReview) -> SafeString:
        if obj.hold is None:
            return label(gettext("Suppressed before"), "warning")
        if obj.hold.lifted_at is None:
            return label(gettext("Held"), "warning")
        return label(gettext("The hold has ended"), "")

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        review = context.get("original")
        if review is not None:
            context["spoken"] = conversation(
                account_id=review.account_id, msisdn=review.msisdn, until=review.received_at
            )
            context["review"] = review
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """No buttons where it is decided."""
        found = self.get_object(request, str(object_id))
        can = found is not None and found.state == ReviewState.WAITING
        can = can and self.may(request, "decide", found)
        return super().get_actions_detail(request, object_id) if can else []

    @action(
        description=_("It is a refusal"), url_path="refusal", icon="block",
        variant=ActionVariant.DANGER,
    )  # fmt: skip
    def is_refusal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _(
            "The hold becomes a refusal with a record in the consent ledger, as far as the rules"
            " of the country reach. The person gets a confirmation where it is not too late."
        )
        question = Question(
            title=_("Is this reply a refusal?"),
            text=text,
            submit=_("It is a refusal"),
            done=_("The refusal is recorded."),
            is_dangerous=True,
        )
        return self._decide(request, object_id, question, is_refusal=True)

    @action(description=_("It is not"), url_path="none", icon="undo")
    def is_none(self, request: HttpRequest, object_id: str) -> HttpResponse:
        question = Question(
            title=_("Is this reply no refusal?"),
            text=_(
                "The hold is lifted, unless another reply of the person waits to be read. Say in"
                " the note how you read it."
            ),
            submit=_("It is not a refusal"),
            done=_("The reply is read: it is no refusal."),
        )
        return self._decide(request, object_id, question, is_refusal=False)

    def _decide(
        self, request: HttpRequest, object_id: str, question: Question, *, is_refusal: bool
    ) -> HttpResponse:
        review = object_or_404(self, request, object_id, "decide")

        def act(values: dict[str, Any]) -> None:
            review_decide(
                review=review,
                is_refusal=is_refusal,
                note=values["note"],
                actor=actor_of(request),
            )

        return confirm(request, self, review, question, act, NoteForm)

    @admin.action(description=_("It is a refusal"), permissions=["decide"])
    def confirm_together(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self._together(request, rows, is_refusal=True)

    @admin.action(description=_("It is not a refusal"), permissions=["decide"])
    def dismiss_together(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self._together(request, rows, is_refusal=False)

    def _together(self, request: HttpRequest, rows: QuerySet[Any], *, is_refusal: bool) -> None:
        chosen = [one for one in rows if self.may(request, "decide", one)]
        decided, skipped = reviews_decide(
            reviews=chosen, is_refusal=is_refusal, actor=actor_of(request)
        )
        if decided:
            said = ngettext("%(count)d reply decided.", "%(count)d replies decided.", decided)
            messages.success(request, said % {"count": decided})
        if skipped:
            said = ngettext(
                "%(count)d was decided before.", "%(count)d were decided before.", skipped
            )
            messages.warning(request, said % {"count": skipped})
