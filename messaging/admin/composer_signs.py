"""Characters to look at, as people call them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from messaging.services.previews.compositions import Composition
from messaging.services.previews.compositions.values import NetworkRefusal, Place, Sign

# What word processors, web pages and phones bring; Unicode's own name stands for the others.
_NAMES = {
    "\u201c": gettext_lazy("curly quote, opening"),
    "\u201d": gettext_lazy("curly quote, closing"),
    "\u2018": gettext_lazy("curly apostrophe, opening"),
    "\u2019": gettext_lazy("curly apostrophe"),
    "\u2013": gettext_lazy("long dash (en dash)"),
    "\u2014": gettext_lazy("longer dash (em dash)"),
    "\u2026": gettext_lazy("three dots in one character"),
    "\u2022": gettext_lazy("bullet"),
    "\u20ab": gettext_lazy("dong sign"),
    "\u00a0": gettext_lazy("space that does not break"),
    "\u202f": gettext_lazy("narrow space that does not break"),
    "\u200b": gettext_lazy("space without width"),
    "\u200c": gettext_lazy("invisible non-joiner"),
    "\u200d": gettext_lazy("invisible joiner"),
    "\u200e": gettext_lazy("invisible mark, left to right"),
    "\u200f": gettext_lazy("invisible mark, right to left"),
    "\u00ad": gettext_lazy("soft hyphen"),
    "\ufeff": gettext_lazy("byte order mark"),
    "\t": gettext_lazy("tab"),
    "`": gettext_lazy("backtick"),
}


def sign_json(sign: Sign) -> dict[str, Any]:
    """A character with its places, and the word on its button."""
    name = _NAMES.get(sign.character)
    code = f"U+{ord(sign.character[0]):04X}"
    return {
        "character": sign.character,
        "shown": code if sign.kind == "invisible" else sign.character,
        "name": str(name) if name else _name(sign),
        "count": len(sign.places),
        "places": places_json(sign.places),
        "suggestion": sign.suggestion,
        "action": _action(sign),
        "kind": sign.kind,
    }


def _name(sign: Sign) -> str:
    """Unicode's name; nobody needs that of a letter which loses its marks."""
    if sign.kind == "letter" and sign.suggestion:
        return _("letter with marks")
    return sign.name


def places_json(places: tuple[Place, ...]) -> list[dict[str, int]]:
    """Places as browsers count."""
    return [{"at": one.at, "length": one.length} for one in places]


def _action(sign: Sign) -> str | None:
    if sign.suggestion is None:
        return None
    if sign.suggestion == "":
        return _("Remove")
    if sign.suggestion == " ":
        return _("Replace with a plain space")
    if sign.suggestion == "\n":
        return _("Replace with a line break")
    return _("Replace with %(replacement)s") % {"replacement": sign.suggestion}


def refusal_json(refusal: NetworkRefusal) -> dict[str, Any]:
    """What networks would turn down."""
    values = {
        "networks": ", ".join(refusal.networks),
        "characters": " ".join(refusal.characters),
    }
    sentence = (
        _("%(networks)s: texts with %(characters)s are refused. Write it another way.")
        if refusal.is_certain
        else _("%(networks)s: texts with %(characters)s may be refused.")
    )
    return {
        "message": sentence % values,
        "severity": "block" if refusal.is_certain else "warn",
        "places": places_json(refusal.places),
    }


def notes_json(found: Composition) -> list[str]:
    """What is done to the text, said once."""
    notes = []
    if not found.is_composed:
        notes.append(
            _(
                "Some letters were typed apart from their marks (NFD), as on a Mac or from a PDF."
                " They will be stored composed, which takes fewer units."
            )
        )
    settled = sum(len(one.places) for one in found.signs if one.is_settled)
    if settled:
        notes.append(
            ngettext(
                "%(count)d character outside GSM-7 is replaced by the letters you chose.",
                "%(count)d characters outside GSM-7 are replaced by the letters you chose.",
                settled,
            )
            % {"count": settled}
        )
    costly = [one for one in found.signs if not one.is_settled and one.kind != "invisible"]
    if costly and found.chosen.figures.encoding == "ucs2":
        notes.append(
            _("These make the text UCS-2, which holds 70 characters in one segment instead of 160.")
        )
    return notes
