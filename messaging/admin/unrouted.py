"""The queue of replies that are in nobody's inbox: for operators, who give them to a sender."""

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
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from compliance.numbers import to_display
from compliance.scoping import PlatformScopedAdmin, ReadOnlyMixin
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import label
from messaging.admin.inbound_parts import part_rows
from messaging.admin.labels import ago, change_page, lines, link, moment
from messaging.admin.pages import ListPage, msisdn_of
from messaging.admin.sight import sight_of
from messaging.constants import UnroutedState
from messaging.models import UnroutedReply
from messaging.services.inbound.unrouted import (
    unrouted_assign,
    unrouted_dismiss,
    unrouted_restore,
    unrouted_route,
)
from routing.models import Sender

_COLOURS = {
    UnroutedState.WAITING: "warning",
    UnroutedState.ROUTED: "success",
    UnroutedState.DISMISSED: "",
}
_LISTED_CHARACTERS = 80


class StateFilter(admin.SimpleListFilter):
    """What waits is shown unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*UnroutedState.choices, ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        value = self.value() or UnroutedState.WAITING.value
        for lookup, title in self.lookup_choices:
            yield {
                "selected": value == str(lookup),
                "query_string": changelist.get_query_string({self.parameter_name: lookup}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all" or (not self.value() and request.GET.get("q")):
            return queryset
        return queryset.filter(state=self.value() or UnroutedState.WAITING)


class AssignForm(forms.Form):
    sender = forms.ModelChoiceField(
        Sender.objects.none(),
        label=_("Sender"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Chosen already where one sender has the address that was written to."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        senders: Any = self.fields["sender"]
        senders.queryset = Sender.objects.select_related("account").order_by("address", "pk")
        senders.label_from_instance = lambda one: f"{one.address} · {one.account.name}"


class DismissForm(forms.Form):
    note = forms.CharField(
        label=_("Why nobody is meant"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("It is kept with your name and the time."),
    )


@admin.register(UnroutedReply)
class UnroutedReplyAdmin(ReadOnlyMixin, ListPage, PlatformScopedAdmin):
    """Nobody reads these until an operator has decided whose they are."""

    list_display = ("beginning", "received", "number", "to", "reason", "state_label")
    list_filter = (StateFilter, "reason")
    list_select_related = ("message", "decided_by")
    search_fields = ("message__msisdn",)
    search_help_text = _("A number in any notation, or the address that was written to.")
    autocomplete_fields = ()
    ordering = ("-message_id",)
    sortable_by = ()
    actions = ("route_together",)
    actions_detail = ("assign", "dismiss", "restore")
    change_form_outer_after_template = "admin/messaging/inbound/parts.html"
    empty_title = _("Every reply is in somebody's inbox")
    empty_text = _(
        "Replies to an address that no sender has, or that several have, come here, and PDUs that"
        " could not be read."
    )
    fieldsets = (
        (None, {"fields": ("words", ("number", "to"), ("received", "bind_name"), "reply")}),
        (_("Decision"), {"fields": (("state_label", "reason"), ("decided", "note"))}),
    )
    readonly_fields = (
        "words", "number", "to", "received", "bind_name", "reply", "state_label", "reason",
        "decided", "note",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related("message", "message__bind", "decided_by")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        by_address = queryset.filter(message__destination=term.lstrip("+"))
        msisdn = msisdn_of(term, request)
        found = queryset.filter(message__msisdn=msisdn) if msisdn else queryset.none()
        return by_address | found, False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether the person decides whose replies are."""
        return self.may(request, "decide")

    @display(description=_("text"))
    def beginning(self, obj: UnroutedReply) -> str:
        words = obj.message.text if self._is_nobodys(obj) else gettext("(the account's)")
        return Truncator(words).chars(_LISTED_CHARACTERS) or gettext("(empty)")

    @display(description=_("text"))
    def words(self, obj: UnroutedReply) -> SafeString:
        return lines(obj.message.text if self._is_nobodys(obj) else gettext("(the account's)"))

    @staticmethod
    def _is_nobodys(obj: UnroutedReply) -> bool:
        """What was given to an account is the account's to read."""
        return obj.message.account_id is None

    @display(description=_("received"))
    def received(self, obj: UnroutedReply) -> str:
        return f"{moment(obj.message.received_at)} · {ago(obj.message.received_at)}"

    @display(description=_("from"))
    def number(self, obj: UnroutedReply) -> str:
        return to_display(obj.message.msisdn)

    @display(description=_("to"))
    def to(self, obj: UnroutedReply) -> str:
        return obj.message.destination or "–"

    @display(description=_("bind"))
    def bind_name(self, obj: UnroutedReply) -> str:
        return obj.message.bind.name if obj.message.bind else "–"

    @display(description=_("reply"))
    def reply(self, obj: UnroutedReply) -> SafeString:
        return link(gettext("Its page"), change_page("messaging.inboundmessage", obj.pk))

    @display(description=_("state"))
    def state_label(self, obj: UnroutedReply) -> SafeString:
        return label(obj.get_state_display(), _COLOURS[UnroutedState(obj.state)])

    @display(description=_("decided"))
    def decided(self, obj: UnroutedReply) -> str:
        if obj.decided_at is None:
            return "–"
        who = obj.decided_by.get_username() if obj.decided_by else "–"
        return f"{moment(obj.decided_at)} · {who}"

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        row = context.get("original")
        if row is not None:
            context["parts"] = part_rows(row.message, sight_of(request.user))
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """What the row's state allows."""
        found = self.get_object(request, str(object_id))
        if found is None or not self.may(request, "decide", found):
            return []
        allowed = {
            UnroutedState.WAITING: ("assign", "dismiss"),
            UnroutedState.DISMISSED: ("restore",),
        }.get(UnroutedState(found.state), ())
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if one.action_name.removeprefix("messaging_unroutedreply_") in allowed
        ]

    @action(description=_("Give it to a sender"), url_path="assign", icon="forward_to_inbox")
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = object_or_404(self, request, object_id, "decide")
        question = Question(
            title=_("Whose reply is it?"),
            text=_(
                "It acts as if it came now, once: keywords are obeyed and answered, the sender's"
                " account gets it in its inbox and as an event."
            ),
            submit=_("Give it to the sender"),
            done=_("The reply is in the account's inbox."),
        )

        def act(values: dict[str, Any]) -> None:
            unrouted_assign(message_id=row.pk, sender=values["sender"], actor=actor_of(request))

        class Form(AssignForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                held = Sender.objects.filter(address=row.message.destination)[:2]
                chosen = held[0] if len(held) == 1 else None
                super().__init__(*args, initial={"sender": chosen}, **kwargs)

        return confirm(request, self, row, question, act, Form)

    @action(description=_("Dismiss it"), url_path="dismiss", icon="delete_sweep")
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = object_or_404(self, request, object_id, "decide")
        question = Question(
            title=_("Is nobody meant?"),
            text=_("The reply leaves the queue and does nothing. You can take that back."),
            submit=_("Dismiss it"),
            done=_("The reply is dismissed."),
        )

        def act(values: dict[str, Any]) -> None:
            unrouted_dismiss(message_id=row.pk, note=values["note"], actor=actor_of(request))

        return confirm(request, self, row, question, act, DismissForm)

    @action(description=_("Put it back"), url_path="restore", icon="undo")
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = object_or_404(self, request, object_id, "decide")
        question = Question(
            title=_("Put the reply back into the queue?"),
            text=_("It waits again until somebody decides whose it is."),
            submit=_("Put it back"),
            done=_("The reply waits again."),
        )

        def act(_values: dict[str, Any]) -> None:
            unrouted_restore(message_id=row.pk, actor=actor_of(request))

        return confirm(request, self, row, question, act)

    @admin.action(
        description=_("Give them to the senders that have their addresses now"),
        permissions=["decide"],
    )
    def route_together(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        waiting = rows.filter(state=UnroutedState.WAITING).order_by("message_id")
        keys = list(waiting.values_list("pk", flat=True))
        found = unrouted_route(message_ids=keys, actor=actor_of(request))
        left = sum(one.refusal is not None for one in found)
        routed = len(found) - left
        if routed:
            said = ngettext(
                "%(count)d reply is in its account's inbox.",
                "%(count)d replies are in their accounts' inboxes.",
                routed,
            )
            messages.success(request, said % {"count": routed})
        if left:
            said = ngettext(
                "%(count)d waits on: no single sender has its address.",
                "%(count)d wait on: no single sender has their address.",
                left,
            )
            messages.warning(request, said % {"count": left})
