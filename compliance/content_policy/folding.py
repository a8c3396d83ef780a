"""Texts made comparable, with the way back: where in the text a match was.

A view holds the characters that comparing looks at. It is worked out character by character,
which is the same as folding the whole text as long as that is NFC (marks then belong to their
letter). Where its characters stand in the original is worked out only when somebody asks:
most texts break no rule.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property

Span = tuple[int, int]
_SPACES = re.compile(r"\s{2,}")


class _Table(dict[int, str]):
    """For `str.translate`: what each character folds to, remembered."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._fold(chr(code))
        return folded


class View:
    """`text` as it is compared, of an original in NFC."""

    def __init__(self, original: str, table: _Table) -> None:
        self._original, self._table = original, table
        self.text = _SPACES.sub(" ", original.translate(table))

    @cached_property
    def _places(self) -> list[int]:
        """For each character of `text` its place in the original."""
        kept: list[str] = []
        places: list[int] = []
        for place, character in enumerate(self._original):
            for folded in self._table[ord(character)]:
                if folded == " " and kept and kept[-1] == " ":
                    continue
                kept.append(folded)
                places.append(place)
        return places

    def span(self, start: int, end: int) -> Span:
        """Where `text[start:end]` stands in the original: first place, and the one after the
        last; the same place twice where it is empty."""
        if start >= end:
            place = self._places[start] if start < len(self._places) else 0
            return place, place
        return self._places[start], self._places[end - 1] + 1

    def whole_words(self, phrase: str) -> Iterator[Span]:
        """Places (in `text`) of a phrase that neither begins nor ends inside a word."""
        for start, end in self.anywhere(phrase):
            if not (self._runs_on(start) or self._runs_on(end)):
                yield start, end

    def anywhere(self, phrase: str) -> Iterator[Span]:
        """Places (in `text`) of a phrase, also inside words; they may overlap."""
        start = self.text.find(phrase) if phrase else -1
        while start >= 0:
            yield start, start + len(phrase)
            start = self.text.find(phrase, start + 1)

    def _runs_on(self, place: int) -> bool:
        """Whether the characters before and after the place belong to one word."""
        if not 0 < place < len(self.text):
            return False
        return self.text[place - 1].isalnum() and self.text[place].isalnum()


def plain_view(text: str) -> View:
    """Small letters without marks, one space for any run of them, nothing invisible."""
    return View(text, _PLAIN)


def marked_view(text: str) -> View:
    """The same with the letters' marks kept."""
    return View(text, _MARKED)


def plain(text: str) -> str:
    """A phrase as `plain_view` shows texts."""
    return plain_view(unicodedata.normalize("NFC", text)).text.strip()


def marked(text: str) -> str:
    """A phrase as `marked_view` shows texts."""
    return marked_view(unicodedata.normalize("NFC", text)).text.strip()


def unmarked(text: str) -> str:
    """The text without marks, its letters' case and everything else as it is."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def visible(text: str) -> str:
    """The text without format characters: zero-width spaces and joiners, direction marks, soft
    hyphens. The same object where it has none."""
    return text if text.isascii() else text.translate(_VISIBLE)


def is_invisible(character: str) -> bool:
    """Whether it is one of those."""
    return unicodedata.category(character) == "Cf"


def _plain(character: str) -> str:
    if is_invisible(character):
        return ""
    if character.isspace():
        return " "
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    kept = (c for c in decomposed if not unicodedata.combining(c))
    return "".join(" " if c.isspace() else c for c in kept).replace("đ", "d")


def _marked(character: str) -> str:
    if is_invisible(character):
        return ""
    if character.isspace():
        return " "
    composed = unicodedata.normalize("NFKC", character).casefold()
    return "".join(" " if c.isspace() else c for c in composed)


_PLAIN, _MARKED = _Table(_plain), _Table(_marked)
_VISIBLE = _Table(lambda character: "" if is_invisible(character) else character)
