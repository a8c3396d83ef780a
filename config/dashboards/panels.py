"""What a home page is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.common import clock
from config.common.durations import since

Text = str | Promise
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and at which accounts in the role at hand."""

    request: HttpRequest
    account_ids: frozenset[int]

    @property
    def has_many(self) -> bool:
        """Whether rows must say whose they are."""
        return len(self.account_ids) > 1


@dataclass(frozen=True, slots=True)
class Link:
    """A button."""

    title: Text
    url: str
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do next, or that is done."""

    title: Text
    text: Text
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """A card with a table, or with steps; `empty` is said when there are no rows, and `summary`
    above them. `html` is a part that the page asks for again at the address `fragment`."""

    title: Text
    headers: Sequence[Text] = ()
    rows: Sequence[Sequence[Any]] = ()
    empty: Text = ""
    links: Sequence[Link] = ()
    steps: Sequence[Step] = ()
    is_wide: bool = True
    summary: Text = ""
    html: Any = ""
    fragment: str = ""

    @property
    def table(self) -> dict[str, Any]:
        """As unfold's table component takes it."""
        return {"headers": [str(one) for one in self.headers], "rows": self.rows}


def page(label: str, name: str, *args: Any) -> str:
    """The address of an admin page: `page("campaigns.campaign", "change", 12)`."""
    app, model = label.split(".")
    return reverse(f"admin:{app}_{model}_{name}", args=args)


def link(text: object, url: str) -> SafeString:
    """A link inside a table."""
    return format_html(
        '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, text
    )


def ago(moment: datetime | None) -> str:
    """How long ago, in the largest unit."""
    if moment is None:
        return "–"
    if clock.now() - moment < _MINUTE:
        return _("just now")
    return _("%(time)s ago") % {"time": since(moment, clock.now())}


def number(value: int) -> str:
    """With the separators of the person's language."""
    return str(number_format(value, use_l10n=True, force_grouping=True))


def progress(done: int, total: int) -> SafeString:
    """A bar with "12 of 34" beside it."""
    share = min(100, round(100 * done / total)) if total else 0
    text = _("%(done)s of %(total)s") % {"done": number(done), "total": number(total)}
    return SafeString(render_to_string("admin/progress.html", {"share": share, "text": text}))
