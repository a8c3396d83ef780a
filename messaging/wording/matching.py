"""From a plain text to the approved wording it comes from, with the values of its slots.

Compared are texts in NFC and in the letters of each wording, so that what is found is what the
wording renders. Candidates come from an index of beginnings, ends and words; of several that fit
the one with the most literal text wins, then the first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final, TypeAlias

from messaging.wording.fitting import Budget, Difference, Fit
from messaging.wording.rewriting import rewrite
from messaging.wording.wordings import Wording, WordingSet

_KEY_LENGTH: Final = 16
_STEPS: Final = 50_000
_CLOSEST_STEPS: Final = 5_000
_CLOSEST: Final = 3
# Wordings looked at for a word that many share: those of one account are often variations.
_SHARING: Final = 64
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Match:
    """A wording that gives exactly the text: `key` is the caller's, `text` what it renders."""

    key: int
    wording: Wording
    values: dict[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Closest:
    """No wording fits: the nearest one, and where the text first differs from it."""

    key: int
    wording: Wording
    difference: Difference


Found: TypeAlias = Match | Closest


@dataclass(frozen=True, slots=True)
class _Entry:
    """A wording in the index; `order` decides where literal texts are of one length."""

    order: int
    key: int
    wording: Wording
    literal_length: int
    shortest: int
    longest: int
    needle: str
    tail: str
    words: frozenset[str]
    weight: int

    def may_fit(self, text: str) -> bool:
        """Cheap tests that every fitting text passes."""
        return (
            self.shortest <= len(text) <= self.longest
            and text.endswith(self.tail)
            and self.needle in text
        )


class Matcher:
    """An index over the wordings that may be sent."""

    def __init__(self, sets: Iterable[tuple[int, WordingSet]]) -> None:
        """`sets`: wordings under a key of the caller's, such as a version's id."""
        wordings = [(key, wording) for key, each in sets for wording in each]
        self._entries = [_entry(at, key, wording) for at, (key, wording) in enumerate(wordings)]
        self._by_beginning: dict[str, dict[str, list[_Entry]]] = {}
        self._by_word: dict[str, dict[str, list[_Entry]]] = {}
        for entry in self._entries:
            rewriting, beginning = entry.wording.rewriting, _beginning(entry.wording)
            self._by_beginning.setdefault(rewriting, {}).setdefault(beginning, []).append(entry)
            by_word = self._by_word.setdefault(rewriting, {})
            for word in entry.words:
                by_word.setdefault(word, []).append(entry)

    def match(self, text: str) -> Found | None:
        """The wording that `text` comes from, or the closest one; None where no wording shares a
        word with it. Deterministic; time grows with the length of `text` alone."""
        texts = self._written(text)
        return self._find(texts) or self._closest(texts)

    def find(self, text: str) -> Match | None:
        """The wording that `text` comes from, without a look at others where there is none."""
        return self._find(self._written(text))

    def _written(self, text: str) -> dict[str, str]:
        """The text in every choice of letters that there is."""
        plain = text.replace("\r\n", "\n")
        return {rewriting: rewrite(plain, rewriting) for rewriting in self._by_beginning}

    def _find(self, texts: dict[str, str]) -> Match | None:
        budget = Budget(_STEPS)
        for entry in self._candidates(texts):
            ours = texts[entry.wording.rewriting]
            values = Fit(entry.wording, ours, budget).values
            if values is not None:
                return Match(entry.key, entry.wording, values, ours)
        return None

    def _candidates(self, texts: dict[str, str]) -> Sequence[_Entry]:
        found = [
            entry
            for rewriting, text in texts.items()
            for length in range(_KEY_LENGTH + 1)
            for entry in self._by_beginning[rewriting].get(text[:length], ())
            if len(text) >= length and entry.may_fit(text)
        ]
        unique = {entry.order: entry for entry in found}
        return sorted(unique.values(), key=lambda entry: (-entry.literal_length, entry.order))

    def _closest(self, texts: dict[str, str]) -> Found | None:
        """By shared words; of those alike, the one that the text follows the longest."""
        words = {rewriting: _words(text) for rewriting, text in texts.items()}
        sizes = {rewriting: _weight(each) for rewriting, each in words.items()}
        near = {
            entry.order
            for rewriting, each in words.items()
            for word in each
            for entry in self._by_word[rewriting].get(word, ())[:_SHARING]
        }
        ranked = nsmallest(
            _CLOSEST, ((-_likeness(self._entries[at], words, sizes), at) for at in near)
        )
        best: tuple[tuple[float, int], Closest] | None = None
        for likeness, at in ranked:
            entry = self._entries[at]
            text = texts[entry.wording.rewriting]
            fit = Fit(entry.wording, text, Budget(_CLOSEST_STEPS))
            difference = fit.difference
            if fit.values is not None or difference is None:
                # Found after all: the search before had spent its steps on others.
                return Match(entry.key, entry.wording, fit.values or {}, text)
            rank = (likeness, -difference.position)
            if best is None or rank < best[0]:
                best = (rank, Closest(entry.key, entry.wording, difference))
        return best[1] if best else None


def _entry(order: int, key: int, wording: Wording) -> _Entry:
    literals = wording.sent.parts[::2]
    by_name = {check.spec.name: check.longest for check in wording.checks}
    slots = wording.sent.parts[1::2]
    length = sum(map(len, literals))
    words = _words(" ".join(literals))
    return _Entry(
        order=order,
        key=key,
        wording=wording,
        literal_length=length,
        shortest=length + len(slots),
        longest=length + sum(by_name[name] for name in slots),
        needle=max(literals, key=len),
        tail=literals[-1],
        words=words,
        weight=_weight(words),
    )


def _beginning(wording: Wording) -> str:
    return wording.sent.parts[0][:_KEY_LENGTH]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _weight(words: frozenset[str]) -> int:
    return sum(map(len, words))


def _likeness(entry: _Entry, words: dict[str, frozenset[str]], sizes: dict[str, int]) -> float:
    """Dice's coefficient over the letters of shared words."""
    rewriting = entry.wording.rewriting
    return 2 * _weight(words[rewriting] & entry.words) / (entry.weight + sizes[rewriting])
