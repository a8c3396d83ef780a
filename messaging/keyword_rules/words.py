"""A reply as words, cut and folded as the compliance keywords are, with where each one stands."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from compliance.keywords import fold

_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_MARKS = frozenset({"Mn", "Mc"})
_EMOJI_SELECTORS = frozenset({"\ufe0e", "\ufe0f"})


@dataclass(frozen=True, slots=True)
class Word:
    """`marked`: in small letters of usual width, with its marks; `folded`: without. `start` and
    `end`: where it stands in the text."""

    marked: str
    folded: str
    start: int
    end: int


class Text:
    """A reply, read once for all rules."""

    def __init__(self, text: str) -> None:
        # Halves of surrogate pairs are no text, and RE2 takes none.
        sound = text.encode("utf-8", "replace").decode()
        self.raw = unicodedata.normalize("NFC", sound)
        self.words = tuple(_words(self.raw))
        self.folded = tuple(word.folded for word in self.words)

    @cached_property
    def joined(self) -> str:
        """The words without marks, one blank between them."""
        return " ".join(self.folded)

    @cached_property
    def line(self) -> str:
        """What patterns look at: usual width, one blank where there are several, none around."""
        return " ".join(unicodedata.normalize("NFKC", self.raw).split())

    @cached_property
    def plain_line(self) -> str:
        """The same without marks, in the case that was written."""
        return unmarked(self.line)

    @property
    def first_word(self) -> str:
        """As it was written."""
        return self.written(0, 1)

    def written(self, first: int, last: int) -> str:
        """Words as they were written, with what stands between them."""
        chosen = self.words[first:last]
        return self.raw[chosen[0].start : chosen[-1].end] if chosen else ""

    def behind(self, count: int) -> str:
        """What was written behind the first words, without signs around it."""
        return self.written(count, len(self.words))


def unmarked(text: str) -> str:
    """Without marks, in its own case: `Từ Chối` is `Tu Choi`."""
    decomposed = unicodedata.normalize("NFD", text)
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return kept.replace("đ", "d").replace("Đ", "D")


def _words(raw: str) -> list[Word]:
    found: list[Word] = []
    start = end = -1
    for place, character in enumerate(raw):
        category = unicodedata.category(character)
        if category == "Cf":
            continue  # signs that are not seen are left out
        if _IDEOGRAPH.match(character):
            _close(raw, start, end, found)
            _close(raw, place, place + 1, found)
            start = -1
        elif character.isalnum() or (start >= 0 and _is_mark(character, category)):
            start, end = (place if start < 0 else start), place + 1
        else:
            _close(raw, start, end, found)
            start = -1
    _close(raw, start, end, found)
    return found


def _is_mark(character: str, category: str) -> bool:
    return category in _MARKS and character not in _EMOJI_SELECTORS


def _close(raw: str, start: int, end: int, found: list[Word]) -> None:
    if start < 0:
        return
    seen = "".join(c for c in raw[start:end] if unicodedata.category(c) != "Cf")
    marked = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", seen).casefold())
    found.append(Word(marked, fold(seen), start, end))
