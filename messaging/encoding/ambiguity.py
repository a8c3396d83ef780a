"""Vietnamese words that become other words once their marks are gone (bàn, bán and bạn: ban)."""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from messaging.encoding.replacements import strip_marks

Severity: TypeAlias = Literal["offensive", "meaning"]

_DATA = Path(__file__).parent / "data" / "vi_ambiguous.json"
_WORD = re.compile(r"[^\W\d_]+")
_SEVERITIES: tuple[Severity, ...] = ("offensive", "meaning")


@dataclass(frozen=True, slots=True)
class Reading:
    """A word that the unmarked letters may be taken for, with its sense in both languages."""

    word: str
    vietnamese: str
    english: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class WordWarning:
    """`word` stands at `position` (code points from 0 of the text in NFC); without marks it is
    `unmarked`, which can be read as each of `readings`. `severity` is that of the worst."""

    word: str
    position: int
    unmarked: str
    readings: tuple[Reading, ...]
    severity: Severity


@dataclass(frozen=True, slots=True)
class _Dictionary:
    """`readings` by unmarked word or pair of words; pairs that stay clear; words that a reader
    marks unasked, unless that offends."""

    readings: dict[str, tuple[Reading, ...]]
    clear: frozenset[str]
    common: frozenset[str]


def word_warnings(text: str) -> tuple[WordWarning, ...]:
    """Words of `text` that can be read as others without their marks: the worst first, then in the
    order of the text, all of them.

    A pair of words decides before its parts: "khách hàng" stays clear although "hàng" alone would
    not. Words written without marks lose nothing.
    """
    words = list(_WORD.finditer(unicodedata.normalize("NFC", text)))
    found: list[WordWarning] = []
    at = 0
    while at < len(words):
        pair = _pair(words[at : at + 2])
        if pair is not None and _is_known(pair):
            found += _warning(pair, words[at].start())
            at += 2
        else:
            found += _warning(words[at][0], words[at].start())
            at += 1
    return tuple(sorted(found, key=lambda one: _SEVERITIES.index(one.severity)))


def _pair(words: list[re.Match[str]]) -> str | None:
    """Two words of the text with nothing but a space between them."""
    if len(words) < 2:
        return None
    between = words[0].string[words[0].end() : words[1].start()]
    return f"{words[0][0]} {words[1][0]}" if between == " " else None


def _is_known(pair: str) -> bool:
    spoken = pair.casefold()
    known = _dictionary()
    return spoken in known.clear or strip_marks(spoken) in known.readings


def _warning(words: str, position: int) -> list[WordWarning]:
    known, spoken = _dictionary(), words.casefold()
    plain = strip_marks(spoken)
    if plain == spoken or spoken in known.clear:
        return []
    least: Severity = "offensive" if spoken in known.common else "meaning"
    others = tuple(
        one
        for one in known.readings.get(plain, ())
        if _sound(one.word) != _sound(spoken) and _is_at_least(one.severity, least)
    )
    if not others:
        return []
    worst = min((one.severity for one in others), key=_SEVERITIES.index)
    return [WordWarning(words, position, strip_marks(words), others, worst)]


def _is_at_least(severity: Severity, least: Severity) -> bool:
    return _SEVERITIES.index(severity) <= _SEVERITIES.index(least)


def _sound(words: str) -> tuple[tuple[str, ...], ...]:
    """The same for both ways of placing a tone (hoà, hòa)."""
    return tuple(tuple(sorted(unicodedata.normalize("NFD", word))) for word in words.split())


@lru_cache(maxsize=1)
def _dictionary() -> _Dictionary:
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    return _Dictionary(
        {
            plain: tuple(
                Reading(word, vietnamese, english, severity[0] if severity else "meaning")
                for word, (vietnamese, english, *severity) in readings.items()
            )
            for plain, readings in data["words"].items()
        },
        frozenset(data["clear"]),
        frozenset(data["common"]),
    )
