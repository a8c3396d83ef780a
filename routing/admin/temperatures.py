from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from carriers.models import Carrier
from compliance.constants import MessageClass
from compliance.scoping import PlatformScopedAdmin
from config.common import clock
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured, label
from config.common.console.pages import ReadOnlyMixin
from config.common.errors import DomainError
from routing.constants import HeatState
from routing.heat_words import HEAT_COLOURS, reasons_words
from routing.models import Network, Temperature, TemperatureChange
from routing.services.orders import temperature_pin, temperature_unpin

_POINTS = 60
_WIDTH, _HEIGHT = 90, 18


class PinForm(forms.Form):
    """What is pinned, to what, how long and why."""

    carrier = forms.ModelChoiceField(
        Carrier.objects.all(), label=_("Carrier"), widget=UnfoldAdminSelectWidget
    )
    network = forms.ModelChoiceField(
        Network.objects.all(),
        label=_("Network"),
        required=False,
        empty_label=_("Where no network has a temperature of its own"),
        widget=UnfoldAdminSelectWidget,
    )
    message_class = forms.ChoiceField(
        label=_("Class"),
        required=False,
        choices=[("", _("Every class")), *MessageClass.choices],
        widget=UnfoldAdminSelectWidget,
    )
    state = forms.ChoiceField(
        label=_("Pin to"), choices=HeatState.choices, widget=UnfoldAdminSelectWidget,
        help_text=_("Cool: its whole share whatever happens. Hot: a few messages a minute."),
    )  # fmt: skip
    until = forms.SplitDateTimeField(
        label=_("Until"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Empty: until somebody unpins it."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


@admin.register(Temperature)
class TemperatureAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """How hot carriers are for classes at networks: a table of all, and a page of each."""

    list_display = ("carrier",)
    list_select_related = ("carrier", "network")
    search_fields = ("carrier__name",)
    readonly_fields = (
        "carrier", "network", "message_class", "state_label", "degrees", "share_percent",
        "why", "curve", "changed_at", "updated_at", "pinned_state", "pinned_until", "pin_reason",
        "pinned_by",
    )  # fmt: skip
    autocomplete_fields = ()
    fieldsets = (
        (None, {"fields": readonly_fields[:10]}),
        (_("Pin"), {"fields": readonly_fields[10:]}),
    )
    actions_detail = ("unpin",)

    def get_urls(self) -> list[Any]:
        own = [
            path("pin/", self.admin_site.admin_view(self.pin_page), name="routing_temperature_pin")
        ]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One table: carriers and networks down, classes across."""
        if not self.has_view_permission(request):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Temperatures"),
            "opts": self.opts,
            "media": self.media,
            "classes": [one.label for one in MessageClass],
            "rows": _rows(),
            "changes": _changes(),
            "may_pin": request.user.has_perm("routing.pin_temperature"),
            "pin_address": reverse("admin:routing_temperature_pin"),
        }
        return TemplateResponse(request, "admin/routing/temperature/matrix.html", context)

    def pin_page(self, request: HttpRequest) -> HttpResponse:
        """Asks what to pin, and does it."""
        if not request.user.has_perm("routing.pin_temperature"):
            raise Http404
        form = PinForm(request.POST or None, initial=request.GET.dict())
        if request.method == "POST" and form.is_valid():
            try:
                temperature_pin(**form.cleaned_data, actor=request.user)
            except DomainError as error:
                field = error.field if error.field in form.fields else None
                form.add_error(field, str(error))
            else:
                messages.success(request, gettext("The temperature is pinned."))
                return HttpResponseRedirect(reverse("admin:routing_temperature_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Pin a temperature"),
            "lead": gettext(
                "A pinned state holds whatever the carrier does. It is measured on meanwhile."
            ),
            "form": form,
            "opts": self.opts,
            "media": self.media + form.media,
            "submit_label": gettext("Pin"),
            "back": reverse("admin:routing_temperature_changelist"),
        }
        return TemplateResponse(request, "admin/routing/temperature/pin.html", context)

    def has_unpin_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Those who may pin, where something is pinned."""
        row = self.get_object(request, str(object_id)) if object_id else None
        may = request.user.has_perm("routing.pin_temperature")
        return bool(may and (row is None or row.pinned_state))

    @action(description=_("Unpin"), permissions=["unpin"], icon="keep_off")
    def unpin(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = object_or_404(self, request, object_id, "pin")
        question = Question(
            title=gettext("Unpin %(what)s?") % {"what": row},
            text=gettext("From then on its state follows what the carrier does."),
            submit=gettext("Unpin"),
            done=gettext("The temperature is no longer pinned."),
        )
        return confirm(
            request, self, row, question,
            lambda _values: temperature_unpin(row.pk, actor=request.user),
        )  # fmt: skip

    @coloured(_("state"), HEAT_COLOURS, ordering="state")
    def state_label(self, obj: Temperature) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @admin.display(description=_("temperature"))
    def degrees(self, obj: Temperature) -> str:
        return f"{obj.value:.0f} / 100"

    @admin.display(description=_("share"))
    def share_percent(self, obj: Temperature) -> str:
        return f"{obj.share * 100:.3g} %"

    @admin.display(description=_("in the last minute"))
    def why(self, obj: Temperature) -> str:
        return reasons_words(obj.reasons) or gettext("nothing bad")

    @admin.display(description=_("the last hour"))
    def curve(self, obj: Temperature) -> SafeString:
        return sparkline(obj.trail)


@admin.register(TemperatureChange)
class TemperatureChangeAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """What changed state, when and why: facts, to read."""

    empty_title = _("No carrier has changed its state yet")
    empty_text = _("When one becomes warm or hot, the reason stands here.")
    list_display = ("at", "carrier", "network", "message_class", "from_label", "to_label", "why")
    list_filter = ("carrier", "to_state", "message_class", "network")
    list_select_related = ("carrier", "network")
    readonly_fields = (
        "at", "carrier", "network", "message_class", "from_label", "to_label", "value", "share",
        "why", "actor",
    )  # fmt: skip
    autocomplete_fields = ()
    fieldsets = ((None, {"fields": readonly_fields}),)

    @coloured(_("from"), HEAT_COLOURS, ordering="from_state")
    def from_label(self, obj: TemperatureChange) -> tuple[str, str]:
        return obj.from_state, obj.get_from_state_display()

    @coloured(_("to"), HEAT_COLOURS, ordering="to_state")
    def to_label(self, obj: TemperatureChange) -> tuple[str, str]:
        return obj.to_state, obj.get_to_state_display()

    @admin.display(description=_("because of"))
    def why(self, obj: TemperatureChange) -> str:
        return reasons_words(obj.reasons) or "–"


def sparkline(trail: list[float]) -> SafeString:
    """The hottest of each minute of the last hour, as a line from 0 to 100."""
    if not any(trail):
        return SafeString("")
    points = trail[-_POINTS:]
    step = _WIDTH / max(1, _POINTS - 1)
    first = _WIDTH - step * (len(points) - 1)
    line = " ".join(
        f"{first + step * index:.1f},{_HEIGHT - _HEIGHT * min(100.0, value) / 100:.1f}"
        for index, value in enumerate(points)
    )
    return SafeString(  # numbers alone
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{max(points):.0f}"><polyline points="{line}" fill="none"'
        ' stroke="currentColor" stroke-width="1.5"/></svg>'
    )


def _rows() -> list[dict[str, Any]]:
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    order = list(MessageClass.values)
    stored = Temperature.objects.select_related("carrier", "network").order_by(
        "carrier__name", "network__name"
    )
    carriers = {one.pk for one in Carrier.objects.filter(is_active=True)}
    for one in Carrier.objects.filter(is_active=True).order_by("name"):
        found[one.pk, None] = {"carrier": one, "network": None, "cells": [None] * len(order)}
    for row in stored:
        if row.carrier_id not in carriers:
            continue
        key = (row.carrier_id, row.network_id)
        line = found.setdefault(
            key, {"carrier": row.carrier, "network": row.network, "cells": [None] * len(order)}
        )
        line["cells"][order.index(row.message_class)] = _cell(row)
    return sorted(
        found.values(),
        key=lambda line: (line["carrier"].name, line["network"] is not None, str(line["network"])),
    )


def _cell(row: Temperature) -> dict[str, Any]:
    return {
        "address": reverse("admin:routing_temperature_change", args=[row.pk]),
        "label": label(row.get_state_display(), HEAT_COLOURS[row.state]),
        "value": f"{row.value:.0f}",
        "share": "" if row.share >= 1 else f"{row.share * 100:.3g} %",
        "curve": sparkline(row.trail),
        "why": reasons_words(row.reasons),
        "is_pinned": bool(row.pinned_state),
    }


def _changes() -> list[dict[str, Any]]:
    rows = TemperatureChange.objects.select_related("carrier", "network")[:15]
    return [
        {
            "at": row.at,
            "what": f"{row.carrier} · {row.network or '–'} · {row.get_message_class_display()}",
            "from": label(row.get_from_state_display(), HEAT_COLOURS[row.from_state]),
            "to": label(row.get_to_state_display(), HEAT_COLOURS[row.to_state]),
            "why": reasons_words(row.reasons),
            "now": clock.now(),
        }
        for row in rows
    ]
