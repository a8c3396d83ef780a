import json
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import action as list_action
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.selectors.access import limited, permitted_accounts
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import label
from messaging.admin.labels import DELIVERY_COLOURS, change_page, link, moment
from messaging.admin.pages import DayRangeFilter, ListPage
from messaging.constants import EventType
from messaging.models import Event, WebhookDelivery, WebhookEndpoint
from messaging.services.webhook_replays import Choice, deliveries_replay
from messaging.webhooks.attempts import attempt_shown


class EventDayFilter(DayRangeFilter):
    """By the day of the event."""

    field_name = "event_id"
    narrower = ("q", "endpoint__id__exact", "status__exact")


class EventTypeFilter(admin.SimpleListFilter):
    title = _("type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(EventType.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyMixin, ListPage, AccountScopedAdmin):
    """One event's way to an account's system, with its attempts."""

    list_display = (
        "event_label",
        "sequence",
        "webhook",
        "status_label",
        "attempts",
        "last_status",
        "last_error",
        "next_attempt_at",
        "delivered_at",
        "account",
    )
    list_display_links = ("event_label",)
    list_filter = (EventDayFilter, "status", EventTypeFilter, "endpoint", "endpoint__account")
    list_select_related = ("endpoint__account",)
    search_fields = ("sequence",)
    search_help_text = _("An event's sequence number.")
    autocomplete_fields = ()
    sortable_by = ()
    actions = ("deliver_selected",)
    actions_detail = ("deliver_again",)
    empty_title = _("No delivery in the last seven days")
    empty_text = _(
        "Every event that a webhook asks for appears here with its attempts. Choose other days to"
        " see older ones."
    )
    fieldsets = (
        (None, {"fields": (("event_label", "sequence"), ("status_label", "attempts"), "event_id")}),
        (
            _("Attempts"),
            {
                "fields": (
                    ("last_status", "last_error"),
                    ("next_attempt_at", "delivered_at"),
                    "endpoint_link",
                    "log_shown",
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
        "log_shown",
        "body",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """By endpoint, so that the index of endpoint and event carries list and order."""
        rows = super().get_queryset(request)
        endpoints = self._endpoints(request)
        if endpoints is not None:
            rows = WebhookDelivery.objects.filter(endpoint__in=endpoints)
            rows = rows.order_by(*self.get_ordering(request))
        return rows.select_related("endpoint__account").defer(
            "endpoint__secret", "endpoint__previous_secret", "endpoint__client_key"
        )

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

    @display(description=_("webhook"))
    def webhook(self, obj: WebhookDelivery) -> str:
        return obj.endpoint.name

    @display(description=_("attempts, oldest first"))
    def log_shown(self, obj: WebhookDelivery) -> SafeString | str:
        if not obj.log:
            return gettext("None yet.")
        shown = [
            attempt_shown(str(obj.event_id), entry)
            | {"when": moment(datetime.fromisoformat(entry["at"]))}
            for entry in obj.log
        ]
        return render_to_string("admin/messaging/webhook/attempts.html", {"attempts": shown})

    @display(description=_("webhook"))
    def endpoint_link(self, obj: WebhookDelivery) -> SafeString:
        return link(obj.endpoint.name, change_page("messaging.webhookendpoint", obj.endpoint_id))

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
        chosen: dict[Any, list[Any]] = {}
        for delivery in queryset:
            if self.may(request, "replay", delivery):
                chosen.setdefault(delivery.endpoint, []).append(delivery.event_id)
        count = sum(
            _replayed(endpoint, event_ids, request.user) for endpoint, event_ids in chosen.items()
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
            lambda _values: _again(delivery, request.user),
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


def _replayed(endpoint: WebhookEndpoint, event_ids: list[Any], actor: Any) -> int:
    return deliveries_replay(
        account=endpoint.account,
        endpoint_id=endpoint.pk,
        choice=Choice(event_ids=event_ids),
        actor=actor,
    ).replayed


def _again(delivery: WebhookDelivery, actor: Any) -> None:
    _replayed(delivery.endpoint, [delivery.event_id], actor)


def json_shown(body: str) -> SafeString:
    """A stored body, indented."""
    shown = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    return format_html('<pre class="sb-code" style="white-space: pre-wrap">{}</pre>', shown)
