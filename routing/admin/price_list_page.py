"""What the page of a price list shows: how far it is read, and what it changes."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.constants import MessageClass
from routing.constants import PriceChange, PriceListState
from routing.models import PriceLine, PriceList
from routing.price_files import BAD_LINES
from routing.services.prices.comparing import is_jump
from routing.services.prices.exports import amount_text
from routing.services.prices.intake import FAILURES

_LINES_A_PAGE = 100
_COLOURS = {
    PriceChange.NEW: "success",
    PriceChange.CHANGED: "info",
    PriceChange.ENDED: "warning",
    PriceChange.BAD: "danger",
    PriceChange.UNCHANGED: "",
}
# What somebody looks at first.
_ORDER = (
    PriceChange.CHANGED,
    PriceChange.NEW,
    PriceChange.ENDED,
    PriceChange.BAD,
    PriceChange.UNCHANGED,
)


@dataclass(frozen=True, slots=True)
class Tab:
    """Lines of one kind, and how many."""

    change: str
    name: str
    count: str
    colour: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line in words; `percent` with its sign."""

    number: int
    place: str
    message_class: str
    old: str
    new: str
    percent: str
    colour: str
    problem: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything about one list."""

    tabs: tuple[Tab, ...]
    lines: tuple[Line, ...]
    pages: Page[PriceLine] | None
    shown: str
    is_reading: bool
    share: int
    lines_read: str
    problem: str
    jumps: str
    ignored: str


def price_list_page(found: PriceList, wanted: str, page: str) -> ListPage:
    """The page with the lines of one kind of change."""
    there = [change for change in _ORDER if found.counts.get(change)]
    shown: str = wanted if wanted in there else (there[0].value if there else "")
    rows = (
        found.lines.filter(change=shown).select_related("network", "sender").order_by("line", "id")
    )
    pages = Paginator(rows, _LINES_A_PAGE).get_page(page) if shown else None
    jumps = found.counts.get("jump", 0)
    return ListPage(
        tabs=tuple(
            Tab(
                one.value,
                str(one.label),
                _grouped(found.counts[one]),
                _COLOURS[one],
                one.value == shown,
            )
            for one in there
        ),
        lines=tuple(_line(found, one) for one in pages) if pages else (),
        pages=pages,
        shown=shown,
        is_reading=found.state == PriceListState.READING,
        share=min(100, 100 * found.bytes_done // max(1, found.bytes_total)),
        lines_read=_grouped(found.lines_read),
        problem=_(FAILURES.get(found.error, found.error)) if found.error else "",
        jumps=_jumps(jumps, found.jump_percent) if jumps else "",
        ignored=", ".join(found.columns_ignored),
    )


def _line(found: PriceList, one: PriceLine) -> Line:
    old, new = one.old_micros, one.amount_micros
    is_warned = old is not None and new is not None and is_jump(old, new, found.jump_percent)
    return Line(
        number=one.line,
        place=" · ".join(
            part for part in (one.country, str(one.network or ""), _from(one)) if part
        ),
        message_class=str(MessageClass(one.message_class).label)
        if one.message_class
        else _("every class"),
        old="" if old is None else amount_text(old),
        new="" if new is None else amount_text(new),
        percent=_percent(old, new),
        colour="danger" if is_warned else "",
        problem=f"{_(BAD_LINES[one.problem])} {one.content}" if one.problem else "",
    )


def _from(one: PriceLine) -> str:
    return one.sender.address if one.sender else ""


def _jumps(count: int, percent: int) -> str:
    text = ngettext(
        "%(count)s change of more than %(percent)s %%: look at it before you confirm.",
        "%(count)s changes of more than %(percent)s %%: look at them before you confirm.",
        count,
    )
    return text % {"count": _grouped(count), "percent": percent}


def _percent(old: int | None, new: int | None) -> str:
    if not old or new is None or old == new:
        return ""
    part = (new - old) * 100 / old
    return f"{'+' if part > 0 else '−'}{abs(part):.1f} %"


def _grouped(number: Any) -> str:
    return str(number_format(number, force_grouping=True))
