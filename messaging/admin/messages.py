from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin import ChoicesFieldListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import SingleNumericFilter
from unfold.decorators import action
from unfold.enums import ActionVariant

from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from config.common.console.confirmation import Question, confirm, object_or_404
from messaging.admin.message_columns import MessageColumns
from messaging.admin.number_page import may_look_up, number_address, number_page
from messaging.admin.pages import DayRangeFilter, ListPage, msisdn_of, uuid_of
from messaging.admin.proofs import ProofButtons
from messaging.admin.reports import reports_page
from messaging.admin.sight import Sight, sight_of
from messaging.admin.way import way_of
from messaging.admin.why import why_of
from messaging.constants import OPEN
from messaging.models import ClientReference, Message
from messaging.selectors.trace import message_trace
from messaging.services.holds import message_cancel

_BODIES = ("text", "metadata", "decision")


class MessageDays(DayRangeFilter):
    """A search or a campaign has an index of its own, so it need not be limited to days."""

    narrower = ("q", "campaign_id")


@admin.register(Message)
class MessageAdmin(ProofButtons, MessageColumns, ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """Every message, newest first; found by number, id or the customer's own reference."""

    list_filter = (
        MessageDays,
        ("status", ChoicesFieldListFilter),
        ("message_class", ChoicesFieldListFilter),
        "is_test",
        ("campaign_id", SingleNumericFilter),
        "account",
    )
    list_display = ("accepted",)  # the rest depends on who looks
    list_select_related = ()
    search_fields = ("msisdn",)
    search_help_text = _("A number in any notation, a message's id, or your own reference.")
    autocomplete_fields = ()
    ordering = ("-id",)
    sortable_by = ()
    list_per_page = 50
    actions_detail = ("proof_pdf", "proof_json", "cancel")
    actions_list = ("look_up",)
    change_form_outer_after_template = "admin/messaging/message/way.html"
    empty_title = _("No message in the last seven days")
    empty_text = _("Choose other days to see older ones, or send one by API or campaign.")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators too: see `messaging.admin.sight`."""
        return super().has_view_permission(request, obj) or sight_of(request.user).is_operator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = Message.objects.all() if sight_of(request.user).is_operator else None
        rows = super().get_queryset(request) if rows is None else rows.order_by("-id")
        return rows.select_related("account", "sender", "network", "carrier", "template_version")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Lists read no texts."""
        changelist = super().get_changelist_instance(request)
        changelist.result_list = changelist.result_list.defer(*_BODIES)
        return changelist

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        sight = sight_of(request.user)
        columns = ["accepted", "to", "from_address", "class_label", "status_label", "reason"]
        columns += ["mode"]
        columns += ["segment_count"]
        columns += ["price"] if sight.has_texts else []
        columns += ["carrier_name", "network_name"] if sight.is_operator else []
        return columns if self._is_noise(request, "account") else [*columns, "account_name"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By exact keys alone: an id, a number, a reference; never by LIKE over this table."""
        term = search_term.strip()
        if not term:
            return queryset, False
        message_id = uuid_of(term)
        if message_id is not None:
            return queryset.filter(pk=message_id), False
        found = Q(pk__in=_referenced(sight_of(request.user), term))
        msisdn = msisdn_of(term, request)
        if msisdn is not None:
            found |= Q(msisdn=msisdn)
        return queryset.filter(found), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What was written for people of the account, carriers and costs for operators."""
        sight = sight_of(request.user)
        head = _HEAD if self._is_noise(request, "account") else (*_HEAD, "account_name")
        shown: list[Any] = [(None, {"fields": head})]
        if obj is None or sight.has_texts_of(obj.account_id):
            shown += [
                (
                    _("What was sent"),
                    {"fields": ("text_shown", ("encoding_label", "segments_shown"))},
                ),
                (_("What it costs and where it comes from"), {"fields": _SOURCE}),
            ]
        if sight.is_operator:
            shown += [(_("Carrier"), {"fields": _CARRIER})]
        return [*shown, (_("Times"), {"fields": _TIMES})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Everything."""
        return [
            name
            for _title, options in self.get_fieldsets(request, obj)
            for name in _flat(options["fields"])
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        message = context.get("original")
        if message is not None:
            sight = sight_of(request.user)
            trace = message_trace(
                message,
                for_operator=sight.is_operator,
                with_deliveries=request.user.has_perm("messaging.view_webhookdelivery", message),
            )
            context["way"] = way_of(message, trace)
            context["why"] = why_of(request, message, sight)
            if sight.has_texts_of(message.account_id):
                context["number_page"] = number_address(message.msisdn, message.account_id)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """What has left is not canceled, and proof is for those who may hand it out."""
        found = self.get_object(request, str(object_id))
        if found is None:
            return []
        names = ["proof_pdf", "proof_json"] if self.may(request, "prove", found) else []
        if found.status in OPEN and self.may(request, "cancel", found):
            names.append("cancel")
        return [self.get_unfold_action(name) for name in names]

    def get_urls(self) -> list[Any]:
        """The pages about one number, and about many messages."""
        number = path(
            "number",
            self.admin_site.admin_view(partial(number_page, self)),
            name="messaging_message_number",
        )
        reports = path(
            "reports",
            self.admin_site.admin_view(partial(reports_page, self)),
            name="messaging_message_reports",
        )
        return [number, reports, *super().get_urls()]

    def get_actions_list(self, request: HttpRequest) -> Any:
        """For those who read what accounts agreed with a person."""
        return super().get_actions_list(request) if may_look_up(request) else []

    @action(description=_("Look a number up"), url_path="look-up", icon="person_search")
    def look_up(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:messaging_message_number"))

    @action(description=_("Cancel"), url_path="cancel", icon="cancel", variant=ActionVariant.DANGER)
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        message = object_or_404(self, request, object_id, "cancel")
        return confirm(
            request,
            self,
            message,
            Question(
                title=_("Cancel this message?"),
                text=_("It is not sent if it has not left yet. This cannot be undone."),
                submit=_("Cancel the message"),
                done=_("The message is canceled."),
                is_dangerous=True,
            ),
            lambda _values: _cancel(message, request.user),
        )


_HEAD = (("to", "from_address"), ("class_label", "status_label"), ("reason", "mode"), "id")
_SOURCE = (
    ("price", "origin"),
    ("campaign_id", "template_link"),
    ("client_reference", "metadata_shown"),
)
_CARRIER = (
    ("carrier_name", "network_name"),
    ("network_source", "segments_sent"),
    ("command_status_shown", "receipt_error"),
    "cost",
)
_TIMES = (("created_at", "send_at"), ("sent_at", "done_at"), "not_after")


def _flat(fields: Any) -> list[str]:
    return [name for one in fields for name in (one if isinstance(one, tuple) else (one,))]


def _cancel(message: Message, actor: Any) -> None:
    message_cancel(account=message.account, message_id=message.pk, actor=actor)


def _referenced(sight: Sight, reference: str) -> list[Any]:
    """Ids that this reference names in the person's accounts; references are the customer's, so
    operators do not search by them."""
    rows = ClientReference.objects.filter(reference=reference)
    if sight.accounts is not None:
        rows = rows.filter(account_id__in=sight.accounts)
    return list(rows.values_list("message_id", flat=True)[:100])
