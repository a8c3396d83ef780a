"""Vietnamese words that can be misread without their marks, as the composer says it."""

from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from messaging.encoding.ambiguity import Reading, WordWarning
from messaging.services.previews.compositions import Composition
from messaging.services.previews.compositions.values import Choice

OFFENSIVE = "offensive"
_MOST_READINGS = 3


def readings_json(found: Composition) -> dict[str, Any]:
    """Words that can be misread without marks, each once, the worst first."""
    words = _risky(found)
    others = sum(1 for one in words if one.severity != OFFENSIVE)
    return {
        "words": [
            {"message": _warning(one), "is_offensive": one.severity == OFFENSIVE} for one in words
        ],
        "summary": ngettext(
            "%(count)d word can also be read as another",
            "%(count)d words can also be read as others",
            others,
        )
        % {"count": others},
    }


def _risky(found: Composition) -> list[WordWarning]:
    warnings = [one for choice in found.choices for one in choice.warnings]
    return list({one.word.casefold(): one for one in warnings}.values())


def risk_words(choice: Choice) -> str:
    """How much of the text can be misread, in a few words; the words are listed below."""
    words = {one.word.casefold(): one.severity for one in choice.warnings}
    if OFFENSIVE in words.values():
        return _("Can be read as something offensive: see below.")
    return (
        ngettext("%(count)d word can be misread.", "%(count)d words can be misread.", len(words))
        % {"count": len(words)}
        if words
        else ""
    )


def _warning(warning: WordWarning) -> str:
    readings = sorted(warning.readings, key=lambda one: one.severity != OFFENSIVE)
    return _("“%(word)s” becomes “%(plain)s”: %(readings)s") % {
        "word": warning.word,
        "plain": warning.unmarked,
        "readings": ", ".join(_reading(one) for one in readings[:_MOST_READINGS]),
    }


def _reading(reading: Reading) -> str:
    is_vietnamese = (get_language() or "").startswith("vi")
    return f"{reading.word} ({reading.vietnamese if is_vietnamese else reading.english})"
