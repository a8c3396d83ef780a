"""What a reply means: stop, yes, help, or a person has to read it.

A grammar over words, not a list of texts: marks, case, punctuation and politeness around
a keyword don't count, some keywords take an argument (`TC <brand>`), and free text that
reads like a refusal is never ignored: it goes to review, and the caller holds back until
somebody has read it. Words are data (`rule_packs/languages`).
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from compliance.rule_packs.packs import languages_of
from compliance.rule_packs.vocabulary import Keyword, Vocabulary, shipped_vocabulary

_MOST_ARGUMENT_WORDS = 3
_SHORTEST_MISSPELT = 3


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """`action`: opt_out, opt_in, help, review or none; `grade`: exact, inferred or none.

    Review is always a suspected refusal; `keyword` is what gave the match away.
    """

    action: str
    grade: str
    keyword: str = ""
    argument: str = ""


NOTHING = KeywordMatch("none", "none")


def fold(text: str) -> str:
    """Small letters without marks, any width: `Từ Chối` and `ＴＵ ＣＨＯＩ` are `tu choi`."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d")


class Grammar:
    """The vocabularies of some languages, made ready for matching."""

    __slots__ = (
        "_before_number",
        "_keywords",
        "_not_arguments",
        "_not_typos",
        "_polite",
        "_refusals",
        "_strong",
    )

    def __init__(self, vocabularies: Iterable[Vocabulary]) -> None:
        merged = tuple(vocabularies)
        self._keywords: dict[str, Keyword] = {}
        for vocabulary in merged:
            for keyword in vocabulary.keywords:
                known = self._keywords.setdefault(keyword.word, keyword)
                if known.action != keyword.action:
                    raise ValueError(f"“{keyword.word}” is {known.action} and {keyword.action}")
        self._strong = tuple(k for k in self._keywords.values() if k.is_strong)
        self._polite = _longest_first(v.polite for v in merged)
        self._before_number = frozenset(word for v in merged for word in v.before_number)
        self._not_arguments = _longest_first(v.not_arguments for v in merged)
        self._refusals = _longest_first(v.refusals for v in merged)
        self._not_typos = frozenset[str]().union(*(v.not_typos for v in merged))

    def match(self, text: str) -> KeywordMatch:
        """The meaning of a reply; see `match`."""
        marked = _words(unicodedata.normalize("NFC", text.casefold()))
        folded = [fold(word) for word in marked]
        starts, ends = self._starts(folded), self._ends(folded)
        # From the whole reply to its core, because some keywords hold polite words.
        for first, last in ((first, last) for first in starts for last in ends):
            if found := self._exact(marked[first:last]):
                return found
        core = marked[starts[-1] : ends[-1]]
        if not core:
            return NOTHING
        return self._with_argument(core) or self._inferred(core, folded)

    def _starts(self, folded: list[str]) -> list[int]:
        """Where the reply may begin: at its start, and after each polite phrase."""
        starts = [0]
        while cut := _phrase_at_start(folded[starts[-1] :], self._polite):
            starts.append(starts[-1] + cut)
        return starts

    def _ends(self, folded: list[str]) -> list[int]:
        """Where the reply may end: also before a polite phrase, or before `gui 1313`."""
        ends = [len(folded)]
        if len(folded) > 1 and folded[-1].isdigit() and folded[-2] in self._before_number:
            ends.append(len(folded) - 2)
        while cut := _phrase_at_end(folded[: ends[-1]], self._polite):
            ends.append(ends[-1] - cut)
        return ends

    def _exact(self, words: list[str]) -> KeywordMatch | None:
        keyword = self._keywords.get(fold(" ".join(words)))
        if keyword is not None:
            return _graded(keyword, words, "")
        if len(words) > 1 and all(len(word) == 1 for word in words):
            spelt_out = self._keywords.get(fold("".join(words)))  # S T O P
            if spelt_out is not None:
                return KeywordMatch(spelt_out.action, "exact", spelt_out.word)
        return None

    def _with_argument(self, words: list[str]) -> KeywordMatch | None:
        for length in range(len(words) - 1, 0, -1):
            keyword = self._keywords.get(fold(" ".join(words[:length])))
            if keyword is None or not keyword.takes_argument:
                continue
            argument = [fold(word) for word in words[length:]]
            if _phrase_at_start(argument, self._not_arguments):
                return NOTHING
            if len(argument) <= _MOST_ARGUMENT_WORDS:
                return _graded(keyword, words[:length], " ".join(argument))
            if keyword.action == "opt_out":
                return KeywordMatch("review", "inferred", keyword.word)
        return None

    def _inferred(self, words: list[str], folded: list[str]) -> KeywordMatch:
        for phrase in (*self._refusals, *(keyword.word.split() for keyword in self._strong)):
            if _contains(folded, phrase):
                return KeywordMatch("review", "inferred", " ".join(phrase))
        if len(words) == 1 and (keyword := self._misspelt(fold(words[0]))):
            return KeywordMatch("review", "inferred", keyword.word)
        return NOTHING

    def _misspelt(self, word: str) -> Keyword | None:
        if len(word) < _SHORTEST_MISSPELT or word in self._not_typos:
            return None
        return next((k for k in self._strong if _is_one_slip(word, k.word)), None)


def match(text: str, *, country: str, language: str | None = None) -> KeywordMatch:
    """The meaning of a reply from a number in `country`, where `language` is also spoken."""
    return grammar_for(country, language).match(text)


@cache
def grammar_for(country: str, language: str | None = None) -> Grammar:
    """The grammar of a country's shipped pack, with one more language where given."""
    names = dict.fromkeys((*languages_of(country), *([language] if language else [])))
    found = (shipped_vocabulary(name) for name in names)
    return Grammar(vocabulary for vocabulary in found if vocabulary is not None)


def _graded(keyword: Keyword, words: Sequence[str], argument: str) -> KeywordMatch | None:
    """The match, unless the marks of the words say that another word is meant."""
    marked = " ".join(words)
    is_bare = marked == keyword.word
    if not is_bare and keyword.accented is not None and not _is_spelt(marked, keyword):
        return None
    if is_bare and not keyword.is_bare_certain:
        return KeywordMatch("review", "inferred", keyword.word)
    return KeywordMatch(keyword.action, "exact", keyword.word, argument)


def _is_spelt(marked: str, keyword: Keyword) -> bool:
    # Full-width and similar letters carry no Vietnamese marks.
    plain = unicodedata.normalize("NFKC", marked)
    return plain == keyword.word or plain in (keyword.accented or ())


def _words(text: str) -> list[str]:
    """Runs of letters and digits; combining marks that NFC left over belong to them."""
    kept = (c if c.isalnum() or unicodedata.combining(c) else " " for c in text)
    return "".join(kept).split()


def _longest_first(phrases: Iterable[Iterable[str]]) -> tuple[list[str], ...]:
    split = {phrase: phrase.split() for group in phrases for phrase in group}
    return tuple(sorted(split.values(), key=len, reverse=True))


def _phrase_at_start(words: Sequence[str], phrases: Iterable[list[str]]) -> int:
    return next((len(p) for p in phrases if list(words[: len(p)]) == p), 0)


def _phrase_at_end(words: Sequence[str], phrases: Iterable[list[str]]) -> int:
    return next((len(p) for p in phrases if list(words[-len(p) :]) == p), 0)


def _contains(words: Sequence[str], phrase: Sequence[str]) -> bool:
    size = len(phrase)
    return any(list(words[at : at + size]) == list(phrase) for at in range(len(words) - size + 1))


def _is_one_slip(word: str, keyword: str) -> bool:
    """Whether one letter is missing, doubled, wrong, or swapped with its neighbour."""
    if word == keyword or abs(len(word) - len(keyword)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(word, keyword, strict=False)) if a != b),
        min(len(word), len(keyword)),
    )
    rest, wanted = word[start:], keyword[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:] or swapped == wanted
