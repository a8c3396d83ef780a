"""What a reply means: stop, yes, help, or a person has to read it.

A grammar over words, not a list of texts: marks, case, punctuation and politeness around
a keyword don't count, some keywords take an argument (`TC <brand>`), and free text that
reads like a refusal is never ignored: it goes to review, and the caller holds back until
somebody has read it. Words are data (`rule_packs/languages`).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from compliance.rule_packs.packs import languages_of
from compliance.rule_packs.vocabulary import Keyword, Vocabulary, shipped_vocabulary

_MOST_ARGUMENT_WORDS = 3
_SHORTEST_MISSPELT = 3
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_MARKS = frozenset({"Mn", "Mc"})
_EMOJI_SELECTORS = frozenset({"\ufe0e", "\ufe0f"})


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """`action`: opt_out, opt_in, help, review or none.

    `grade`: exact (the keyword, alone or with its argument), inferred (with politeness around
    it, or said twice), suspected (a review: a person has to read it) or none. `keyword` is what
    gave the match away, `argument` what stands behind it, `language` whose word it is. `reach`
    is how far the word itself goes (`STOP ALL`: account). `is_answer`: the word says yes to a
    question, and means nothing without one.
    """

    action: str
    grade: str
    keyword: str = ""
    argument: str = ""
    language: str = ""
    reach: str = ""
    is_answer: bool = False


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
        for keyword in (keyword for vocabulary in merged for keyword in vocabulary.keywords):
            known = self._keywords.setdefault(_normal(keyword.word), keyword)
            if known.action != keyword.action:
                raise ValueError(f"“{keyword.word}” is {known.action} and {keyword.action}")
        self._strong = {word: k for word, k in self._keywords.items() if k.is_strong}
        self._polite = _longest_first((v.language, v.polite) for v in merged)
        self._before_number = frozenset(_normal(word) for v in merged for word in v.before_number)
        self._not_arguments = _longest_first((v.language, v.not_arguments) for v in merged)
        self._refusals = _longest_first((v.language, v.refusals) for v in merged)
        self._not_typos = frozenset[str]().union(*(v.not_typos for v in merged))

    def match(self, text: str) -> KeywordMatch:
        """The meaning of a reply; see `match`."""
        marked = _words(unicodedata.normalize("NFC", text.casefold()))
        folded = [fold(word) for word in marked]
        starts, ends = self._starts(folded), self._ends(folded)
        # From the whole reply to its core, because some keywords hold polite words.
        for first, last in ((first, last) for first in starts for last in ends):
            if found := self._alone(marked[first:last]):
                return found if last - first == len(marked) else _weakened(found)
        core = marked[starts[-1] : ends[-1]]
        if not core:
            return NOTHING
        found = self._repeated(core) or self._with_argument(core) or self._suspected(core, folded)
        return found if len(core) == len(marked) else _weakened(found)

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

    def _alone(self, words: list[str]) -> KeywordMatch | None:
        keyword = self._keywords.get(fold(" ".join(words)))
        if keyword is not None:
            return _graded(keyword, words, "")
        if len(words) > 1 and all(len(word) == 1 for word in words):
            spelt_out = self._keywords.get(fold("".join(words)))  # S T O P
            if spelt_out is not None:
                return _meaning(spelt_out, "exact")
        return None

    def _repeated(self, words: list[str]) -> KeywordMatch | None:
        """Nothing but words of refusal: `STOP STOP!!`, `stop, unsubscribe`."""
        known = [self._keywords.get(fold(word)) for word in words]
        refusals = [k for k in known if k and k.action == "opt_out" and k.is_bare_certain]
        if len(refusals) != len(words):
            return None
        first = _graded(refusals[0], words[:1], "")
        return first and replace(first, grade="inferred")

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
                return _suspicion(keyword.word, keyword.language)
        return None

    def _suspected(self, words: list[str], folded: list[str]) -> KeywordMatch:
        for phrase, written, language in self._refusals:
            if _contains(folded, phrase):
                return _suspicion(written, language)
        for word, keyword in self._strong.items():
            if _contains(folded, word.split()):
                return _suspicion(keyword.word, keyword.language, _behind(words, word.split()))
        if len(words) == 1 and (misspelt := self._misspelt(fold(words[0]))):
            return _suspicion(misspelt.word, misspelt.language)
        return NOTHING

    def _misspelt(self, word: str) -> Keyword | None:
        if len(word) < _SHORTEST_MISSPELT or word in self._not_typos:
            return None
        squeezed = _DRAWN_OUT.sub(r"\1", word)  # stoooop
        return next(
            (k for w, k in self._strong.items() if squeezed == w or _is_one_slip(word, w)), None
        )


def match(text: str, *, country: str, language: str | None = None) -> KeywordMatch:
    """The meaning of a reply from a number in `country`, where `language` is also spoken."""
    return grammar_for(country, language).match(text)


@cache
def grammar_for(country: str, language: str | None = None) -> Grammar:
    """The grammar of a country's shipped pack, with one more language where given."""
    names = dict.fromkeys((*languages_of(country), *([language] if language else [])))
    return grammar_of(tuple(names))


@cache
def grammar_of(languages: tuple[str, ...]) -> Grammar:
    """The grammar of some languages; of those nobody wrote down nothing is understood."""
    found = (shipped_vocabulary(name) for name in languages)
    return Grammar(vocabulary for vocabulary in found if vocabulary is not None)


def _meaning(keyword: Keyword, grade: str, argument: str = "") -> KeywordMatch:
    return KeywordMatch(
        keyword.action,
        grade,
        keyword.word,
        argument,
        keyword.language,
        keyword.reach,
        keyword.is_answer,
    )


def _suspicion(phrase: str, language: str, argument: str = "") -> KeywordMatch:
    return KeywordMatch("review", "suspected", phrase, argument, language)


def _weakened(found: KeywordMatch) -> KeywordMatch:
    return replace(found, grade="inferred") if found.grade == "exact" else found


def _graded(keyword: Keyword, words: Sequence[str], argument: str) -> KeywordMatch | None:
    """The match, unless the marks of the words say that another word is meant."""
    marked = " ".join(words)
    is_bare = marked == keyword.word
    if not is_bare and keyword.accented is not None and not _is_spelt(marked, keyword):
        return None
    if is_bare and not keyword.is_bare_certain:
        return _suspicion(keyword.word, keyword.language)
    return _meaning(keyword, "exact", argument)


def _is_spelt(marked: str, keyword: Keyword) -> bool:
    # Full-width and similar letters carry no Vietnamese marks.
    plain = unicodedata.normalize("NFKC", marked)
    return plain == keyword.word or plain in (keyword.accented or ())


def _words(text: str) -> list[str]:
    """Runs of letters and digits; each Chinese character is a word, because nothing separates
    them. Marks on letters belong to them, signs that are not seen are left out."""
    kept: list[str] = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        is_mark = category in _MARKS and character not in _EMOJI_SELECTORS
        if _IDEOGRAPH.match(character):
            kept += (" ", character, " ")
        elif character.isalnum() or (is_mark and kept and kept[-1] != " "):
            kept.append(character)
        else:
            kept.append(" ")
    return "".join(kept).split()


def _normal(phrase: str) -> str:
    """A phrase of the data as words of a reply come out: folded, one blank between them."""
    return " ".join(fold(word) for word in _words(unicodedata.normalize("NFC", phrase.casefold())))


Phrases = tuple[tuple[list[str], str, str], ...]


def _longest_first(phrases: Iterable[tuple[str, Iterable[str]]]) -> Phrases:
    """The words of each phrase, how it is written, and its language."""
    split = {
        _normal(phrase): (_normal(phrase).split(), phrase, language)
        for language, group in phrases
        for phrase in group
    }
    return tuple(sorted(split.values(), key=lambda one: len(one[0]), reverse=True))


def _phrase_at_start(words: Sequence[str], phrases: Phrases) -> int:
    return next((len(p) for p, *_rest in phrases if list(words[: len(p)]) == p), 0)


def _phrase_at_end(words: Sequence[str], phrases: Phrases) -> int:
    return next((len(p) for p, *_rest in phrases if list(words[-len(p) :]) == p), 0)


def _behind(words: Sequence[str], phrase: Sequence[str]) -> str:
    """What follows a keyword at the beginning, where it is short enough to be a name."""
    folded = [fold(word) for word in words]
    rest = folded[len(phrase) :]
    is_first = folded[: len(phrase)] == list(phrase)
    return " ".join(rest) if is_first and len(rest) <= _MOST_ARGUMENT_WORDS else ""


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
