"""Entries of a timeline as a chat shows them: bubbles of both sides, and what happened between."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.models import ConsentRecord, Suppression
from messaging import conversation_kinds as kinds
from messaging.admin.labels import MESSAGE_COLOURS, change_page, moment
from messaging.constants import DeliveryProof, MessageStatus, Origin, ReplyDeed, reason_label
from messaging.models import RefusalReview
from messaging.selectors.conversation_timeline import TimelineEntry

_MAY_READ = Callable[[str], bool]
_KEYWORDS = {
    "opt_out": gettext_lazy("Stop"),
    "opt_in": gettext_lazy("Consent"),
    "help": gettext_lazy("Help"),
    "review": gettext_lazy("Perhaps a stop"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`side`: theirs, ours, note or event. `marks` are (text, colour, tooltip); `new_day` is the
    day that begins with it."""

    side: str
    at: datetime
    text: str
    title: str = ""
    icon: str = ""
    colour: str = ""
    by: str = ""
    details: str = ""
    address: str = ""
    marks: tuple[tuple[str, str, str], ...] = ()
    new_day: date | None = field(default=None)


def lines_of(newest_first: Iterable[TimelineEntry], *, may: _MAY_READ) -> list[Line]:
    """Oldest first, with the days between; addresses only of pages that the reader opens."""
    found: list[Line] = []
    day: date | None = None
    for entry in reversed(list(newest_first)):
        line = _line(entry, may)
        own = timezone.localdate(entry.at)
        found.append(_on(line, own) if own != day else line)
        day = own
    return found


def _on(line: Line, day: date) -> Line:
    values = {name: getattr(line, name) for name in Line.__slots__}
    return Line(**(values | {"new_day": day}))


def _line(entry: TimelineEntry, may: _MAY_READ) -> Line:
    if entry.kind == kinds.MESSAGE:
        return _message(entry, may)
    if entry.kind == kinds.REPLY:
        return _reply(entry, may)
    kind = kinds.kind_of(entry.kind)
    return Line(
        side="note" if entry.kind == kinds.NOTE else "event",
        at=entry.at,
        text=entry.text,
        title=str(kind.title),
        icon=kind.icon,
        colour=kind.colour,
        by=entry.by,
        details=_details(entry),
        address=_address(entry, may),
    )


def _message(entry: TimelineEntry, may: _MAY_READ) -> Line:
    data = entry.data
    status = MessageStatus(data["status"])
    why = reason_label(data["failure_reason"]) if data.get("failure_reason") else ""
    marks = [(str(status.label), MESSAGE_COLOURS[status], _when(data))]
    if data.get("delivery_proof"):
        marks.append((str(DeliveryProof(data["delivery_proof"]).label), "", ""))
    if why:
        marks.append((why, "danger", data.get("receipt_error") or ""))
    return Line(
        side="ours",
        at=entry.at,
        text=entry.text or _("(The text is not kept any more.)"),
        by=entry.by or _origin(data),
        details=data.get("from", ""),
        address=change_page("messaging.message", entry.id) if may("messaging.view_message") else "",
        marks=tuple(marks),
    )


def _when(data: Mapping[str, Any]) -> str:
    """When it left and when its receipt came."""
    parts = [
        (_("Sent %(time)s"), data.get("sent_at")),
        (_("Receipt %(time)s"), data.get("done_at")),
    ]
    return " · ".join(words % {"time": moment(parse_datetime(at))} for words, at in parts if at)


def _origin(data: Mapping[str, Any]) -> str:
    origin = str(data.get("origin", ""))
    shown = str(Origin(origin).label) if origin in Origin.values else origin
    template = data.get("template")
    return f"{shown} · {template}" if template else shown


def _reply(entry: TimelineEntry, may: _MAY_READ) -> Line:
    action = entry.data.get("action") or ""
    marks = []
    if action in _KEYWORDS:
        marks.append((str(_KEYWORDS[action]), "warning", entry.data.get("keyword") or ""))
    for deed in entry.data.get("deeds", ()):
        shown = str(ReplyDeed(deed).label) if deed in ReplyDeed.values else str(deed)
        marks.append((shown, "", ""))
    return Line(
        side="theirs",
        at=entry.at,
        text=entry.text or _("(The text is empty, or not kept any more.)"),
        address=change_page("messaging.inboundmessage", entry.id)
        if may("messaging.view_inboundmessage")
        else "",
        marks=tuple(marks),
    )


def _details(entry: TimelineEntry) -> str:
    """What an entry says beside its name."""
    data = entry.data
    if entry.kind == kinds.CONSENT:
        parts = [
            _choice(ConsentRecord, "action", data["action"]),
            _choice(ConsentRecord, "purpose", data["purpose"]),
            _choice(ConsentRecord, "method", data["method"]),
            data.get("source") or "",
        ]
    elif entry.kind in (kinds.REFUSAL, kinds.REFUSAL_LIFTED):
        parts = [
            _choice(Suppression, "purpose", data["purpose"]),
            _choice(Suppression, "cause", data["cause"]),
        ]
    elif entry.kind == kinds.REVIEW:
        parts = [_choice(RefusalReview, "state", data["state"]), data.get("phrase") or ""]
    elif entry.kind == kinds.ASSIGNED:
        parts = [data.get("assignee") or _("to nobody")]
    elif entry.kind == kinds.ESCALATED:
        parts = [data.get("assignee") or ""]
    else:
        parts = []
    return " · ".join(part for part in parts if part)


def _choice(model: Any, name: str, value: str) -> str:
    """A stored word as its column calls it."""
    choices = dict(model._meta.get_field(name).flatchoices)
    return str(choices.get(value, value))


def _address(entry: TimelineEntry, may: _MAY_READ) -> str:
    pages = {
        kinds.CONSENT: "compliance.consentrecord",
        kinds.REFUSAL: "compliance.suppression",
        kinds.REFUSAL_LIFTED: "compliance.suppression",
        kinds.REVIEW: "messaging.refusalreview",
    }
    model = pages.get(entry.kind)
    if model is None:
        return ""
    app, name = model.split(".")
    return change_page(model, entry.id) if may(f"{app}.view_{name}") else ""
