from typing import Any

from django.contrib import admin
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from compliance.numbers import to_display
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from config.common.console.labels import flag, label
from messaging.admin.asking import ask_page, may_ask
from messaging.admin.inbound_parts import part_rows
from messaging.admin.labels import ENCODINGS, lines, moment
from messaging.admin.outcomes import outcome_rows
from messaging.admin.pages import DayRangeFilter, FoundByNumber, ListPage, uuid_of
from messaging.admin.sight import Sight, sight_of
from messaging.admin.simulate import may_simulate, simulate_page
from messaging.constants import InboundState
from messaging.models import InboundMessage

_COLOURS = {"opt_out": "danger", "opt_in": "success", "help": "info"}
_LISTED_CHARACTERS = 80


class UnroutedFilter(admin.SimpleListFilter):
    """Replies to an address that is no sender of ours: for operators."""

    title = _("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("Unrouted: no account"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(account=None) if self.value() == "none" else queryset


class UnderstoodFilter(admin.SimpleListFilter):
    title = _("understood as")
    parameter_name = "understood"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(_understandings().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


def _understandings() -> dict[str, Any]:
    """The keyword grammar's actions in the reader's words."""
    return {
        "opt_out": _("Stop"),
        "opt_in": _("Consent"),
        "help": _("Help"),
        "review": _("Perhaps a stop: look at it"),
        "none": _("Plain text"),
    }


def _grades() -> dict[str, Any]:
    """The grammar's grades in the reader's words."""
    return {
        "exact": _("Exact: the keyword alone"),
        "inferred": _("Inferred: the keyword with other words around it"),
        "suspected": _("Suspected: read out of a longer or misspelt text"),
    }


@admin.register(InboundMessage)
class InboundMessageAdmin(FoundByNumber, ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """What people wrote back, and how it was understood."""

    list_display = (
        "received", "from_number", "to", "beginning", "state_label", "understood", "mode", "account",
    )  # fmt: skip
    list_filter = (
        DayRangeFilter,
        "state",
        UnderstoodFilter,
        "sender",
        "network",
        "is_test",
        "account",
    )
    list_select_related = ("account",)
    search_fields = ("msisdn",)
    search_help_text = _("A number in any notation, or a reply's id.")
    autocomplete_fields = ()
    ordering = ("-id",)
    sortable_by = ()
    actions_list = ("ask", "simulate")
    change_form_before_template = "admin/number_link.html"
    change_form_outer_after_template = "admin/messaging/inbound/after.html"
    empty_title = _("No reply in the last seven days")
    empty_text = _("Choose other days to see older ones, or simulate one.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("from_number", "to"),
                    "words",
                    ("understood", "state_label"),
                    ("owner", "network_name", "mode"),
                )
            },
        ),
        (
            _("How it came"),
            {
                "fields": (
                    ("received_at", "amended"),
                    ("encoding_label", "part_count"),
                    ("keyword", "certainty"),
                    "id",
                )
            },
        ),
    )
    readonly_fields = (
        "from_number",
        "to",
        "words",
        "understood",
        "owner",
        "state_label",
        "network_name",
        "mode",
        "amended",
        "received_at",
        "encoding_label",
        "part_count",
        "keyword",
        "certainty",
        "bind_name",
        "id",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators too: see `messaging.admin.sight`."""
        return super().has_view_permission(request, obj) or sight_of(request.user).is_operator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        sight = sight_of(request.user)
        rows = InboundMessage.objects.order_by("-id")
        if not sight.is_operator:
            rows = super().get_queryset(request)
        return rows.select_related("account", "bind", "network").annotate(
            shown_text=_readable(sight)
        )

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = list(super().get_list_filter(request))
        return [*filters, UnroutedFilter] if sight_of(request.user).is_operator else filters

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        if sight_of(request.user).is_operator:
            fieldsets = [*fieldsets, (_("Carrier"), {"fields": ("bind_name",)})]
        return fieldsets

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By exact keys alone."""
        reply_id = uuid_of(search_term)
        if reply_id is not None:
            return queryset.filter(pk=reply_id), False
        return super().get_search_results(request, queryset, search_term)

    @display(description=_("received"))
    def received(self, obj: InboundMessage) -> Any:
        return obj.received_at

    @display(description=_("from"))
    def from_number(self, obj: InboundMessage) -> str:
        return to_display(obj.msisdn)

    @display(description=_("to"))
    def to(self, obj: InboundMessage) -> str:
        return obj.destination

    @display(description=_("text"))
    def beginning(self, obj: Any) -> str:
        return Truncator(_words(obj)).chars(_LISTED_CHARACTERS)

    @display(description=_("text"))
    def words(self, obj: Any) -> SafeString:
        return lines(_words(obj))

    @display(description=_("mode"))
    def mode(self, obj: InboundMessage) -> Any:
        return flag(_("Test"), is_on=obj.is_test)

    @display(description=_("understood as"))
    def understood(self, obj: InboundMessage) -> SafeString:
        word = _understandings().get(obj.action, obj.action or "–")
        return label(word, _COLOURS.get(obj.action, ""))

    @display(description=_("state"))
    def state_label(self, obj: InboundMessage) -> SafeString:
        if obj.state == InboundState.COMPLETE:
            return label(gettext("Complete"), "")
        missing = ", ".join(map(str, obj.missing_parts))
        return label(gettext("Missing: %(parts)s") % {"parts": missing}, "warning")

    @display(description=_("network"))
    def network_name(self, obj: InboundMessage) -> str:
        return obj.network.name if obj.network else "–"

    @display(description=_("amended"))
    def amended(self, obj: InboundMessage) -> str:
        return moment(obj.amended_at)

    @display(description=_("certainty"))
    def certainty(self, obj: InboundMessage) -> str:
        return str(_grades().get(obj.grade, "–"))

    @display(description=_("account"))
    def owner(self, obj: InboundMessage) -> str:
        return obj.account.name if obj.account else gettext("none: no sender has this address")

    @display(description=_("bind"))
    def bind_name(self, obj: InboundMessage) -> str:
        return obj.bind.name if obj.bind else "–"

    @display(description=_("encoding"))
    def encoding_label(self, obj: InboundMessage) -> str:
        return ENCODINGS.get(obj.encoding, obj.encoding)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        reply = context.get("original")
        if reply is not None:
            sight = sight_of(request.user)
            context["outcomes"] = outcome_rows(reply, sight)
            context["parts"] = part_rows(reply, sight)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_list(self, request: HttpRequest) -> Any:
        """For people who may, on some account or as operators."""
        allowed = {"ask": may_ask(request.user), "simulate": may_simulate(request.user)}
        return [
            one
            for one in super().get_actions_list(request)
            if allowed.get(one.action_name.removeprefix("messaging_inboundmessage_"), True)
        ]

    @action(description=_("Ask for consent"), url_path="ask", icon="contact_support")
    def ask(self, request: HttpRequest) -> HttpResponse:
        return ask_page(self, request)

    @action(description=_("Simulate a reply"), url_path="simulate", icon="reply")
    def simulate(self, request: HttpRequest) -> HttpResponse:
        return simulate_page(self, request)


def _readable(sight: Sight) -> Any:
    """The text, empty where the person sees only that there was one."""
    if sight.accounts is None:
        return F("text")
    own = Q(account_id__in=sight.accounts) | Q(account=None)
    return Case(When(own, then=F("text")), default=Value(""), output_field=TextField())


def _words(obj: Any) -> str:
    return obj.shown_text or (gettext("(the account's)") if obj.text else "")
