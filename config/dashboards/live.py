"""The live part of an operator's home: carriers this moment, and what to look at first."""

import time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carriers.models import Bind
from carriers.selectors.sessions import session_of
from config.common import clock
from config.common.console.labels import label
from config.common.durations import since
from config.dashboards.panels import Link, Panel, page
from messaging.selectors.carriers_live import (
    CACHED_SECONDS,
    MOST_WAITING,
    CarrierNow,
    carriers_forget,
    carriers_live,
)
from routing.constants import HeatState
from routing.heat_words import HEAT_COLOURS, order_words, reasons_words
from routing.models import CarrierOrder, Temperature

_ALERTS = 8
_PERMISSION = "routing.view_temperature"


def carriers_panel() -> Panel:
    """Carriers as they are, kept fresh by the page itself."""
    return Panel(
        title=_("Carriers now"),
        html=_rendered(),
        fragment=reverse("carriers-live"),
        links=[
            Link(_("Temperatures"), page("routing.temperature", "changelist")),
            Link(_("Give an order"), page("routing.carrierorder", "add")),
        ],
    )


def live_view(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes, asked for every other second while somebody looks."""
    if not (request.user.is_authenticated and request.user.has_perm(_PERMISSION)):
        raise Http404
    answer = HttpResponse(_rendered())
    answer["Cache-Control"] = "no-store"
    return answer


# Of this process, by language and time zone: however many look, the database is asked once in two
# seconds.
_made: dict[tuple[str | None, str], tuple[float, Any]] = {}


def forget() -> None:
    """Read everything anew next time (tests)."""
    _made.clear()
    carriers_forget()


def _rendered() -> Any:
    key = get_language(), get_current_timezone_name()
    at, made = _made.get(key, (float("-inf"), ""))
    if time.monotonic() - at > CACHED_SECONDS:
        made = _render()
        _made[key] = (time.monotonic(), made)
    return made


def _render() -> Any:
    context = {
        "alerts": _alerts(),
        "carriers": [_shown(one) for one in carriers_live()],
        "orders": [_order(one) for one in _orders()],
    }
    return render_to_string("admin/live/carriers.html", context)


def _shown(one: CarrierNow) -> dict[str, Any]:
    return {
        "name": one.name,
        "address": page("carriers.carrier", "change", one.id),
        "is_active": one.is_active,
        "heat": label(HeatState(one.state).label, HEAT_COLOURS[one.state]),
        "temperature": f"{one.temperature:.0f}" if one.temperature >= 1 else "",
        "is_pinned": one.is_pinned,
        "sessions": f"{one.bound}/{one.binds}",
        "is_unbound": bool(one.is_active and one.binds and not one.bound),
        "per_second": _decimal(one.per_second),
        "troubles": _decimal(one.troubles_per_second) if one.troubles_per_second >= 0.05 else "",
        "waiting": f"{_number(MOST_WAITING)}+" if one.waiting >= MOST_WAITING
        else _number(one.waiting),
        "oldest": "" if one.oldest_seconds is None else _seconds(one.oldest_seconds),
        "delivered": _percent(one.delivery_rate),
        "coverage": _percent(one.coverage),
    }  # fmt: skip


def _alerts() -> list[dict[str, Any]]:
    """What is wrong now, worst first; nobody has to tick it off, it goes when it is over."""
    now = clock.now()
    alerts = [
        {
            "text": _("%(carrier)s has no session: its waiting messages go elsewhere if they can.")
            % {"carrier": one.name},
            "address": page("carriers.carrier", "change", one.id),
        }
        for one in carriers_live()
        if one.is_active and one.binds and not one.bound
    ]
    binds = Bind.objects.filter(is_enabled=True, lease__state="bind_failed")
    for bind in binds.select_related("lease"):
        session = session_of(bind, now)
        text = _("%(bind)s is refused: %(detail)s") % {"bind": bind, "detail": session.detail}
        alerts.append({"text": text, "address": page("carriers.bind", "change", bind.pk)})
    hot = Temperature.objects.filter(state=HeatState.HOT, network=None, carrier__is_active=True)
    for row in hot.select_related("carrier").order_by("-value"):
        values = {
            "carrier": row.carrier,
            "class": row.get_message_class_display(),
            "reasons": reasons_words(row.reasons),
            "time": since(row.changed_at, now) if row.changed_at else "",
        }
        text = _("%(carrier)s is hot for %(class)s, %(time)s: %(reasons)s") % values
        alerts.append({"text": text, "address": page("routing.temperature", "change", row.pk)})
    return alerts[:_ALERTS]


def _orders() -> list[CarrierOrder]:
    rows = CarrierOrder.objects.filter(ended_at=None).select_related("carrier", "to_carrier")
    return list(rows[:_ALERTS])


def _order(order: CarrierOrder) -> dict[str, Any]:
    return {
        "text": order_words(order),
        "reason": order.reason,
        "until": order.until,
        "until_cool": order.until_cool,
        "address": page("routing.carrierorder", "change", order.pk),
    }


def _number(value: int) -> str:
    return str(number_format(value, use_l10n=True, force_grouping=True))


def _decimal(value: float) -> str:
    return str(number_format(round(value, 1 if value < 10 else 0), use_l10n=True))


def _percent(part: float | None) -> str:
    return "" if part is None else f"{number_format(round(part * 100, 1), use_l10n=True)} %"


def _seconds(value: float) -> str:
    if value < 90:
        return _("%(count)d s") % {"count": round(value)}
    return _("%(count)d min") % {"count": round(value / 60)}
