import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import action as list_action
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.selectors.access import limited, permitted_accounts
from config.common.console.confirmation import Question, confirm, object_or_404
from messaging.admin.labels import DELIVERY_COLOURS, change_page, label, link
from messaging.admin.pages import ListPage
from messaging.constants import EventType
from messaging.models import Event, WebhookDelivery, WebhookEndpoint
from messaging.services.webhooks import delivery_replay


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """One event's way to an account's system, with its attempts."""

    list_display = (
        "event_label",
        "sequence",
        "status_label",
        "attempts",
        "last_status",
        "last_error",
        "next_attempt_at",
        "delivered_at",
        "account",
    )
    list_display_links = ("event_label",)
    list_filter = ("status", "endpoint__account")
    list_select_related = ("endpoint__account",)
    search_fields = ("sequence",)
    search_help_text = _("An event's sequence number.")
    autocomplete_fields = ()
    sortable_by = ()
    actions = ("deliver_selected",)
    actions_detail = ("deliver_again",)
    empty_title = _("No delivery yet")
    empty_text = _("Every event that your webhook asks for appears here with its attempts.")
    fieldsets = (
        (None, {"fields": (("event_label", "sequence"), ("status_label", "attempts"), "event_id")}),
        (
            _("Attempts"),
            {
                "fields": (
                    ("last_status", "last_error"),
                    ("next_attempt_at", "delivered_at"),
                    "endpoint_link",
                )
            },
        ),
        (_("Body"), {"fields": ("body",)}),
    )
    readonly_fields = (
        "event_label",
        "sequence",
        "status_label",
        "attempts",
        "event_id",
        "last_status",
        "last_error",
        "next_attempt_at",
        "delivered_at",
        "endpoint_link",
        "body",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """By endpoint, so that the index of endpoint and event carries list and order."""
        rows = super().get_queryset(request)
        endpoints = self._endpoints(request)
        if endpoints is not None:
            rows = WebhookDelivery.objects.filter(endpoint__in=endpoints)
            rows = rows.order_by(*self.get_ordering(request))
        return rows.select_related("endpoint__account")

    def _endpoints(self, request: HttpRequest) -> list[int] | None:
        accounts = permitted_accounts(request.user, self.permission("view"))
        if accounts is None:
            return None
        return list(limited(WebhookEndpoint.objects.all(), accounts).values_list("pk", flat=True))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-event_id",)

    @display(description=_("event"))
    def event_label(self, obj: WebhookDelivery) -> str:
        return str(EventType(obj.type).label) if obj.type in EventType.values else obj.type

    @display(description=_("status"))
    def status_label(self, obj: WebhookDelivery) -> SafeString:
        status = WebhookDelivery.Status(obj.status)
        return label(status.label, DELIVERY_COLOURS[status])

    @display(description=_("endpoint"))
    def endpoint_link(self, obj: WebhookDelivery) -> SafeString:
        return link(obj.endpoint.url, change_page("messaging.webhookendpoint", obj.endpoint_id))

    @display(description=_("account"))
    def account(self, obj: WebhookDelivery) -> str:
        return obj.endpoint.account.name

    @display(description=_("body"))
    def body(self, obj: WebhookDelivery) -> SafeString | str:
        event = Event.objects.filter(pk=obj.event_id).only("body").first()
        return json_shown(event.body) if event else "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the exact number of the event."""
        term = search_term.strip()
        if not term:
            return queryset, False
        is_number = term.isascii() and term.isdecimal()
        return (queryset.filter(sequence=int(term)) if is_number else queryset.none()), False

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Asked by the list's action."""
        return self.may(request, "replay")

    @list_action(description=_("Deliver again"), permissions=["replay"])
    def deliver_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by_account: dict[Any, list[Any]] = {}
        for delivery in queryset:
            if self.may(request, "replay", delivery):
                by_account.setdefault(delivery.endpoint.account, []).append(delivery.event_id)
        count = sum(
            delivery_replay(account=account, event_ids=event_ids, actor=request.user)
            for account, event_ids in by_account.items()
        )
        said = ngettext(
            "%(count)d delivery is tried again now; what was pending already is left as it is.",
            "%(count)d deliveries are tried again now; what was pending already is left as it is.",
            count,
        )
        messages.success(request, said % {"count": count})

    @action(description=_("Deliver again"), url_path="replay", icon="replay")
    def deliver_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        delivery = object_or_404(self, request, object_id, "replay")
        return confirm(
            request,
            self,
            delivery,
            Question(
                title=_("Deliver this event again?"),
                text=_("Your system gets it once more; it knows the repeat by its id."),
                submit=_("Deliver again"),
                done=_("It is tried again now."),
            ),
            lambda _values: _replay(delivery, request.user),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """No button while it is being tried anyway."""
        found = self.get_object(request, str(object_id))
        can = (
            found is not None
            and found.status != WebhookDelivery.Status.PENDING
            and self.may(request, "replay", found)
        )
        return super().get_actions_detail(request, object_id) if can else []


def _replay(delivery: WebhookDelivery, actor: Any) -> None:
    account = delivery.endpoint.account
    delivery_replay(account=account, event_ids=[delivery.event_id], actor=actor)


def json_shown(body: str) -> SafeString:
    """A stored body, indented."""
    shown = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    return format_html('<pre class="sb-code" style="white-space: pre-wrap">{}</pre>', shown)
