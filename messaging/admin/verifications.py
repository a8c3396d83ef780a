"""Verifications as customers and officers see them: who, where they stand, what they cost; never a
code, and numbers only as far as they are needed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.views import ChangeList

from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.selectors.access import visible
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import flag, label
from messaging.admin.labels import MESSAGE_COLOURS, change_page, link, moment, money
from messaging.admin.pages import DayRangeFilter, ListPage, msisdn_of, uuid_of
from messaging.constants import CheckResult, MessageStatus, VerificationStatus
from messaging.models import Message, Verification, VerificationSend, VerificationService
from messaging.services.verification.changes import verification_cancel

_COLOURS = {
    VerificationStatus.PENDING: "info",
    VerificationStatus.APPROVED: "success",
    VerificationStatus.EXPIRED: "warning",
    VerificationStatus.CANCELED: "",
    VerificationStatus.FAILED: "danger",
    VerificationStatus.BLOCKED: "danger",
}
_CHECK_COLOURS = {
    CheckResult.RIGHT: "success",
    CheckResult.WRONG: "danger",
    CheckResult.OLDER: "warning",
}
_ENDS_SHOWN = 3


def masked(msisdn: str) -> str:
    """Calling code and beginning, and the end: `+8498 ••• 567`."""
    return f"+{msisdn[:4]} ••• {msisdn[-_ENDS_SHOWN:]}"


class VerificationList(ChangeList):
    """Knows what the messages of the rows cost: one query for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        sends = VerificationSend.objects.filter(
            verification__in=[one.pk for one in self.result_list]
        )
        owner = dict(sends.values_list("message_id", "verification_id"))
        spent: dict[Any, tuple[int, str]] = {}
        messages = Message.objects.filter(pk__in=list(owner))
        for pk, micros, currency in messages.values_list("pk", "price_micros", "currency"):
            before, _currency = spent.get(owner[pk], (0, currency))
            spent[owner[pk]] = (before + micros, currency)
        for row in self.result_list:
            row.spent = spent.get(row.pk)


class CountryFilter(admin.SimpleListFilter):
    """The countries that services send to: what was sent where is not asked of every row."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        services = visible(VerificationService.objects.all(), request.user)
        countries = {one for row in services.values_list("countries", flat=True) for one in row}
        return [(one, one) for one in sorted(countries)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(country=self.value()) if self.value() else queryset


@admin.register(Verification)
class VerificationAdmin(ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """People proving that they have their number."""

    list_display = (
        "created_at",
        "number",
        "service",
        "country",
        "status_label",
        "sends",
        "checks_shown",
        "cost",
        "mode",
        "account",
    )
    list_filter = (
        DayRangeFilter,
        "status",
        "reason",
        "service",
        CountryFilter,
        "is_test",
        "account",
    )
    list_select_related = ("account", "service")
    search_fields = ("msisdn",)
    search_help_text = _("A number in any notation, your reference, or a verification's id.")
    autocomplete_fields = ()
    ordering = ("-id",)
    sortable_by = ()
    actions_detail = ("cancel",)
    empty_title = _("No verification in the last seven days")
    empty_text = _("They begin by the API, POST /api/v1/verifications, or by a keyword rule.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "service"),
                    ("status_label", "noted_shown", "mode"),
                    ("created_at", "expires_at", "done_at"),
                    ("locale", "template_slug", "sender_address"),
                )
            },
        ),
        (_("Codes sent"), {"fields": ("sends_shown",)}),
        (_("Codes tried"), {"fields": ("tries",)}),
        (
            _("Who asked for it"),
            {"fields": (("ip", "device"), ("client_reference", "country"), "account", "id")},
        ),
    )
    readonly_fields = (
        "number",
        "service",
        "status_label",
        "noted_shown",
        "mode",
        "created_at",
        "expires_at",
        "done_at",
        "locale",
        "template_slug",
        "sender_address",
        "sends_shown",
        "tries",
        "ip",
        "device",
        "client_reference",
        "country",
        "account",
        "id",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related("account", "service").defer("code_digest", "older_digests")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return VerificationList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By exact keys alone."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = uuid_of(term)
        if wanted is not None:
            return queryset.filter(pk=wanted), False
        msisdn = msisdn_of(term, request)
        named = queryset.filter(client_reference=term)
        return (named | queryset.filter(msisdn=msisdn) if msisdn else named), False

    @display(description=_("number"))
    def number(self, obj: Verification) -> str:
        return masked(obj.msisdn)

    @display(description=_("state"))
    def status_label(self, obj: Verification) -> SafeString:
        shown = label(obj.get_status_display(), _COLOURS[VerificationStatus(obj.status)])
        return format_html("{} {}", shown, obj.get_reason_display()) if obj.reason else shown

    @display(description=_("would have been held"))
    def noted_shown(self, obj: Verification) -> str:
        return obj.get_noted_display() if obj.noted else "–"

    @display(description=_("mode"))
    def mode(self, obj: Verification) -> Any:
        return flag(_("Test"), is_on=obj.is_test)

    @display(description=_("checks"))
    def checks_shown(self, obj: Verification) -> str:
        return gettext("%(done)d of %(most)d") % {"done": obj.checks, "most": obj.max_checks}

    @display(description=_("price"))
    def cost(self, obj: Any) -> str:
        return money(*obj.spent) if obj.spent else "–"

    @display(description=_("codes sent"))
    def sends_shown(self, obj: Verification) -> Any:
        sends = list(obj.sent.all())
        if not sends:
            return gettext("None.")
        messages = Message.objects.in_bulk([one.message_id for one in sends])
        rows = [(one.number, _send(one, messages.get(one.message_id))) for one in sends]
        return format_html_join("", "<p>{}. {}</p>", rows)

    @display(description=_("codes tried"))
    def tries(self, obj: Verification) -> Any:
        rows = [
            (
                one.number,
                label(one.get_result_display(), _CHECK_COLOURS[CheckResult(one.result)]),
                moment(one.at),
            )
            for one in obj.tried.all()
        ]
        return format_html_join("", "<p>{}. {} {}</p>", rows) if rows else gettext("None.")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        found = self.get_object(request, str(object_id))
        is_open = found is not None and found.status == VerificationStatus.PENDING
        can = is_open and self.may(request, "cancel", found)
        return super().get_actions_detail(request, object_id) if can else []

    @action(
        description=_("Cancel"), url_path="cancel", icon="cancel", variant=ActionVariant.WARNING
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "cancel")
        question = Question(
            title=_("Cancel the verification?"),
            text=_("Its code is void at once, and the event verification.canceled tells of it."),
            submit=_("Cancel the verification"),
            done=_("The verification is canceled."),
            is_dangerous=True,
        )

        def act(_values: dict[str, Any]) -> None:
            verification_cancel(
                account=found.account,
                verification_id=found.pk,
                is_test=found.is_test,
                actor=actor_of(request),
            )

        return confirm(request, self, found, question, act)


def _send(one: VerificationSend, message: Message | None) -> SafeString:
    if message is None:
        return SafeString(moment(one.at))
    status = MessageStatus(message.status)
    return format_html(
        "{} {} {}",
        link(moment(one.at), change_page("messaging.message", message.pk)),
        label(status.label, MESSAGE_COLOURS[status]),
        money(message.price_micros, message.currency),
    )
