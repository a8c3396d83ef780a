"""Coloured words, in lists and on pages alike (unfold's own labels work in lists alone)."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from unfold.decorators import display

Text = str | Promise


def label(text: object, colour: str = "") -> SafeString:
    """A coloured word: success, info, warning, danger, primary, or grey."""
    return SafeString(render_to_string("unfold/helpers/label.html", {"text": text, "type": colour}))


def flag(text: Text, *, is_on: bool) -> SafeString | str:
    """A word that warns where something is on, a dash elsewhere: for the mode of things in lists."""
    return label(text, "warning") if is_on else "–"


def coloured(
    description: Text, colours: Mapping[Any, str], *, ordering: str | None = None
) -> Callable[[Any], Any]:
    """For methods of pages that return (kind, text): the text in the colour of its kind."""

    def decorate(method: Any) -> Any:
        @display(description=description, ordering=ordering)
        @wraps(method)
        def shown(page: Any, obj: Any) -> SafeString:
            kind, text = method(page, obj)
            return label(text, colours.get(kind, ""))

        return shown

    return decorate


def plain(name: str, description: Text) -> Any:
    """A related object by its words alone, where a link would lead to a closed page."""

    @display(description=description, ordering=name)
    def shown(_page: Any, obj: Any) -> str:
        return str(getattr(obj, name) or "–")

    return shown
