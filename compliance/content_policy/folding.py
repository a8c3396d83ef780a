"""Texts made comparable, with the way back: where in the text a match was.

A view holds the characters that comparing looks at, and for each its place in the text. It is
worked out character by character, which is the same as folding the whole text as long as
that is NFC (marks then belong to their letter).
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class View:
    """`text` as it is compared; its character `n` comes from `places[n]` of the original."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """Where `text[start:end]` stands in the original: first place, and the one after the
        last; the same place twice where it is empty."""
        if start >= end:
            place = self.places[start] if start < len(self.places) else 0
            return place, place
        return self.places[start], self.places[end - 1] + 1

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
    return _view(text, _plain)


def marked_view(text: str) -> View:
    """The same with the letters' marks kept."""
    return _view(text, _marked)


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


def is_invisible(character: str) -> bool:
    """Format characters: zero-width spaces and joiners, direction marks, soft hyphens."""
    return unicodedata.category(character) == "Cf"


def _view(text: str, fold: Callable[[str], str]) -> View:
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for folded in fold(character):
            if folded == " " and kept and kept[-1] == " ":
                continue
            kept.append(folded)
            places.append(place)
    return View("".join(kept), tuple(places))


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    if is_invisible(character):
        return ""
    if character.isspace():
        return " "
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    kept = (c for c in decomposed if not unicodedata.combining(c))
    return "".join(" " if c.isspace() else c for c in kept).replace("đ", "d")


@lru_cache(maxsize=8192)
def _marked(character: str) -> str:
    if is_invisible(character):
        return ""
    if character.isspace():
        return " "
    composed = unicodedata.normalize("NFKC", character).casefold()
    return "".join(" " if c.isspace() else c for c in composed)
