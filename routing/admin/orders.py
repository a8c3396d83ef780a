from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from compliance.scoping import PlatformScopedAdmin
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured
from config.common.console.pages import ReadOnlyMixin
from routing.constants import OrderKind
from routing.heat_words import EVENT_COLOURS, event_words, order_words
from routing.models import CarrierOrder, PlatformEvent
from routing.services.orders import drain_order, order_lift, shift_order

_ASKED = (
    "kind", "carrier", "to_carrier", "part", "network", "message_class", "reason", "until",
    "until_cool",
)  # fmt: skip


@admin.register(CarrierOrder)
class CarrierOrderAdmin(PlatformScopedAdmin):
    """Orders to traffic: given and lifted here, never changed."""

    form = ServiceForm
    empty_title = _("No order yet")
    empty_text = _("Drain a carrier before works on it, or shift a part of its traffic.")
    list_display = ("what", "state", "network", "message_class", "reason", "author", "created_at")
    list_display_links = ("what",)
    list_filter = ("kind", "carrier", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("carrier", "to_carrier", "network", "author")
    search_fields = ("reason", "carrier__name")
    autocomplete_fields = ()
    fieldsets = (
        (None, {"fields": ("kind", "carrier", "to_carrier", "part")}),
        (_("Only for"), {"fields": ("network", "message_class")}),
        (_("Why and how long"), {"fields": ("reason", "until", "until_cool")}),
    )
    actions_detail = ("lift",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fieldsets
        told = ("author", "created_at", "ended_at", "ended_why", "ended_by")
        return (*self.fieldsets, (_("What became of it"), {"fields": told}))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return (*_ASKED, "author", "created_at", "ended_at", "ended_why", "ended_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service that the API uses."""
        values = form.cleaned_data
        shared = {name: values[name] for name in ("carrier", "network", "message_class", "until")}
        shared |= {"reason": values["reason"], "actor": request.user}
        if values["kind"] == OrderKind.DRAIN:
            made = drain_order(**shared)
        else:
            made = shift_order(
                **shared,
                to_carrier=values["to_carrier"],
                part=values["part"],
                until_cool=values["until_cool"],
            )
        obj.pk = made.pk
        obj.refresh_from_db()

    def has_lift_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Those who may, while it holds."""
        order = self.get_object(request, str(object_id)) if object_id else None
        may = request.user.has_perm("routing.lift_carrierorder")
        return bool(may and (order is None or order.ended_at is None))

    @action(description=_("Lift"), permissions=["lift"], icon="undo")
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order = object_or_404(self, request, object_id, "lift")
        question = Question(
            title=gettext("Lift this order?"),
            text=gettext("New traffic follows the routes again within a second."),
            submit=gettext("Lift"),
            done=gettext("The order is lifted."),
        )

        def act(_values: dict[str, Any]) -> None:
            order_lift(order.pk, actor=request.user)

        return confirm(request, self, order, question, act)

    @admin.display(description=_("order"))
    def what(self, obj: CarrierOrder) -> str:
        return order_words(obj)

    @coloured(_("state"), {"holds": "warning", "rests": "danger"})
    def state(self, obj: CarrierOrder) -> tuple[str, str]:
        if obj.ended_at is None and obj.rests:
            why = {"why": obj.get_rests_display()}
            return "rests", gettext("Rests: %(why)s") % why
        if obj.ended_at is None:
            return "holds", gettext("In force")
        return "over", obj.get_ended_why_display()


@admin.register(PlatformEvent)
class PlatformEventAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """The operators' stream of events: facts, to read."""

    empty_title = _("Nothing has happened yet")
    empty_text = _("Carriers that become hot or lose their sessions are told here.")
    list_display = ("at", "type_label", "carrier", "what")
    list_filter = ("type", "carrier", "is_alert")
    list_select_related = ("carrier",)
    readonly_fields = ("sequence", "at", "type_label", "carrier", "what", "data", "mailed_at")
    autocomplete_fields = ()
    fieldsets = ((None, {"fields": readonly_fields}),)

    @coloured(_("event"), EVENT_COLOURS, ordering="type")
    def type_label(self, obj: PlatformEvent) -> tuple[str, str]:
        return obj.type, obj.get_type_display()

    @admin.display(description=_("what"))
    def what(self, obj: PlatformEvent) -> str:
        return event_words(obj.type, obj.data)
