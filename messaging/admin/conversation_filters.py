"""The inbox's boxes, and its filter of unread conversations."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from messaging.selectors.conversation_list import (
    BOXES,
    COUNTED_AT_MOST,
    box_condition,
    box_counts,
)

_FIRST = BOXES[0]
_TITLES = {
    "open": _("Open"),
    "waiting": _("Waiting for an answer"),
    "overdue": _("Overdue"),
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "closed": _("Closed"),
}


@dataclass(frozen=True, slots=True)
class Box:
    """One of the links above the list."""

    title: Any
    address: str
    count: str
    is_open: bool
    is_pressing: bool


class BoxFilter(admin.SimpleListFilter):
    """Chosen by the links above the list, so it takes no place beside it. What is open is shown
    unless something else is asked for; a number is looked for in every box."""

    title = _("box")
    parameter_name = "box"
    template = "admin/messaging/conversation/no_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(box, _TITLES[box]) for box in BOXES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value()
        if not asked and request.GET.get("q"):
            return queryset
        return queryset.filter(box_condition(asked or _FIRST, request.user.pk))


class UnreadFilter(admin.SimpleListFilter):
    title = _("read")
    parameter_name = "unread"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("With unread replies")), ("no", _("Read"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(unread_count__gt=0)
        return queryset.filter(unread_count=0) if self.value() == "no" else queryset


def boxes(request: HttpRequest, rows: QuerySet[Any]) -> list[Box]:
    """The links, with how much is in each of what the person may see."""
    counts = box_counts(rows, [box for box in BOXES if box != "closed"], request.user.pk)
    asked = request.GET.get(BoxFilter.parameter_name)
    shown = asked or ("" if request.GET.get("q") else _FIRST)
    page = reverse("admin:messaging_conversation_changelist")
    return [
        Box(
            title=_TITLES[box],
            address=f"{page}?{BoxFilter.parameter_name}={box}",
            count=_shown(counts.get(box)),
            is_open=box == shown,
            is_pressing=box == "overdue" and bool(counts.get(box)),
        )
        for box in BOXES
    ]


def _shown(count: int | None) -> str:
    if count is None:
        return ""
    return f"{COUNTED_AT_MOST}+" if count > COUNTED_AT_MOST else str(count)
