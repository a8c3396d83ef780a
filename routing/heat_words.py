"""Temperature, orders and platform events in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from routing.constants import HeatState, OrderKind, PlatformEventType, Rest
from routing.models import CarrierOrder

HEAT_COLOURS = {
    HeatState.COOL.value: "success",
    HeatState.WARM.value: "warning",
    HeatState.HOT.value: "danger",
}
EVENT_COLOURS = {
    PlatformEventType.CARRIER_HOT.value: "danger",
    PlatformEventType.CARRIER_UNBOUND.value: "danger",
    PlatformEventType.BIND_REFUSED.value: "danger",
    PlatformEventType.CARRIER_COOL.value: "success",
    PlatformEventType.CARRIER_BOUND.value: "success",
    PlatformEventType.MESSAGES_REROUTED.value: "warning",
    PlatformEventType.CARRIER_DRAINED.value: "warning",
    PlatformEventType.CARRIER_SHIFTED.value: "warning",
    PlatformEventType.ORDER_RESTS.value: "warning",
    PlatformEventType.ORDER_RESUMED.value: "success",
    PlatformEventType.WORD_UNKNOWN.value: "warning",
    PlatformEventType.INBOUND_UNROUTED.value: "warning",
}
_KINDS = {
    "unanswered": gettext_lazy("not answered"),
    "session": gettext_lazy("refused as not bound"),
    "temporary": gettext_lazy("refused for the moment"),
    "refused_route": gettext_lazy("sender or route refused"),
    "refused_maybe": gettext_lazy("refused without a clear cause"),
    "refused_message": gettext_lazy("message or number refused"),
    "throttled": gettext_lazy("throttled"),
    "slow": gettext_lazy("answered slowly"),
    "silent": gettext_lazy("without the receipts that usually come"),
    "rejected_later": gettext_lazy("rejected after they were taken"),
    "pinned": gettext_lazy("by an operator"),
}
END_WORDS = {
    "delivered": gettext_lazy("Delivered"),
    "undelivered": gettext_lazy("Not delivered"),
    "undeliverable": gettext_lazy("Not deliverable"),
    "receipt_expired": gettext_lazy("Expired at the carrier"),
    "receipt_rejected": gettext_lazy("Rejected after it was taken"),
    "deleted": gettext_lazy("Deleted at the carrier"),
    "partial": gettext_lazy("Only a part was taken"),
}
_MOVES = {
    "hot": gettext_lazy("the carrier is hot"),
    "warm": gettext_lazy("the carrier is warm"),
    "unbound": gettext_lazy("the carrier has no session"),
    "drained": gettext_lazy("the carrier is being drained"),
    "shifted": gettext_lazy("an operator shifts its traffic"),
    "policy": gettext_lazy("another version of the routes began"),
}


def reasons_words(reasons: Mapping[str, float]) -> str:
    """What made it warm, most first: "120 not answered, 14 throttled"."""
    found = sorted(reasons.items(), key=lambda pair: -pair[1])
    return ", ".join(
        str(_KINDS[kind]) if kind == "pinned" else f"{_number(n)} {_KINDS.get(kind, kind)}"
        for kind, n in found
        if n >= 0.5
    )


def move_words(why: str) -> str:
    """Why waiting messages left a carrier."""
    return str(_MOVES.get(why, why))


def order_words(order: CarrierOrder) -> str:
    """An order in a sentence."""
    if order.kind == OrderKind.DRAIN:
        return _("Drain %(carrier)s") % {"carrier": order.carrier}
    to = order.to_carrier or _("the other carriers")
    return _("Shift %(part)d %% of %(carrier)s to %(to)s") % {
        "part": round(order.part * 100),
        "carrier": order.carrier,
        "to": to,
    }


def event_words(event_type: str, data: Mapping[str, Any]) -> str:
    """What a platform event adds to its type."""
    if event_type == PlatformEventType.MESSAGES_REROUTED:
        count = int(data.get("messages") or 0)
        return ngettext(
            "%(count)s message, because %(why)s", "%(count)s messages, because %(why)s", count
        ) % {"count": _number(count), "why": move_words(str(data.get("why")))}
    if "bind" in data:
        return f"{data['bind']}: {data.get('detail', '')}"
    if "unrouted" in data:
        return _unrouted_words(data)
    if "rests" in data:
        return _resting_words(data)
    parts = [str(data.get("class") or ""), reasons_words(data.get("reasons") or {})]
    parts.append(str(data.get("reason") or ""))
    return " · ".join(part for part in parts if part)


def _unrouted_words(data: Mapping[str, Any]) -> str:
    address, why = str(data.get("to", "")), str(data["unrouted"])
    if why == "unknown_address":
        return _("to %(address)s, which no sender has") % {"address": address}
    if why == "shared_address":
        return _("to %(address)s, which several senders have") % {"address": address}
    return _("its PDU could not be read")


def _resting_words(data: Mapping[str, Any]) -> str:
    to, why = str(data.get("to", "")), str(data["rests"])
    if not why:
        return _("traffic goes to %(to)s again") % {"to": to}
    label = Rest(why).label if why in Rest.values else why
    return _("to %(to)s: %(why)s; the traffic stays where it is") % {"to": to, "why": label}


def _number(n: float) -> str:
    return str(number_format(round(n), use_l10n=True, force_grouping=True))
