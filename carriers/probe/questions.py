"""What only a person can say: what a handset showed. And what a simulated handset answers. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop

from carriers.probe.values import Finding

RIGHT: Final = "right"
WRONG: Final = "wrong"
PIECES: Final = "pieces"
MISSING: Final = "missing"
ASCII: Final = "ascii"
UNSEEN: Final = ""

CHOICES: Final[dict[str, str]] = {
    RIGHT: gettext_noop("Exactly this text"),
    ASCII: gettext_noop("Only the characters of a plain keyboard are right"),
    PIECES: gettext_noop("In pieces, as several messages"),
    WRONG: gettext_noop("Other characters, question marks or empty boxes"),
    MISSING: gettext_noop("Nothing arrived"),
    UNSEEN: gettext_noop("I cannot say"),
}
_PARTED: Final = frozenset({"udh8", "udh16", "sar", "payload", "length_161", "length_71"})
_LOOKED_AT: Final = (
    "default_gsm7",
    "default_latin1",
    "latin1",
    "ucs2",
    "emoji",
    "length_160",
    "length_161",
    "length_70",
    "length_71",
    "udh8",
    "udh16",
    "sar",
    "payload",
)


@dataclass(frozen=True, slots=True)
class Question:
    """About one test message: which number got it, what it should show, and what may be said."""

    key: str
    number: str
    expected: str
    choices: tuple[str, ...]


def questions(findings: Iterable[Finding]) -> list[Question]:
    """One for each message that was accepted and looks different when something is wrong."""
    by_key = {one.key: one for one in findings}
    asked = []
    for key in _LOOKED_AT:
        value: Mapping[str, Any] = (by_key[key].value or {}) if key in by_key else {}
        if not value.get("accepted"):
            continue
        extra = (ASCII,) if value.get("partly") else (PIECES,) if key in _PARTED else ()
        choices = (RIGHT, *extra, WRONG, MISSING, UNSEEN)
        asked.append(Question(key, value["number"], value["expected"], choices))
    return asked


def answers_by_handset(
    asked: Iterable[Question],
    findings: Iterable[Finding],
    texts: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """What somebody would answer who looks at these handsets: number → texts shown."""
    partly = {
        one.key: dict(one.value.get("partly", ()))
        for one in findings
        if isinstance(one.value, dict)
    }
    return {
        one.key: _seen(one, texts.get(one.number, ()), partly.get(one.key, {})) for one in asked
    }


def _seen(question: Question, texts: Sequence[str], partly: Mapping[str, str]) -> str:
    if question.expected in texts:
        return RIGHT
    mark = question.expected[:4]
    shown = [text for text in texts if text.startswith(mark)]
    for text in shown:
        if text in partly:
            return partly[text]
    if not shown:
        return MISSING
    is_begun = PIECES in question.choices and question.expected.startswith(shown[0])
    return PIECES if is_begun else WRONG
