"""An account's rules compiled: which one a reply fits, found without asking every rule."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import re2

from messaging.keyword_rules.model import (
    ANY,
    EXACT,
    FIRST_WORD,
    PATTERN,
    PREFIX,
    Fit,
    Judgement,
    Reading,
    Reply,
    Rule,
)
from messaging.keyword_rules.phrases import Phrase, pattern_options
from messaging.keyword_rules.words import Text

_Entry = tuple[Rule, Phrase]


class Book:
    """All rules of one account at one version. Whole words and first words are looked up, prefixes
    by their lengths, and patterns tried all at once (RE2 Set)."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.place))
        self._exact: dict[str, list[_Entry]] = defaultdict(list)
        self._first: dict[str, list[_Entry]] = defaultdict(list)
        self._prefixes: dict[str, list[_Entry]] = defaultdict(list)
        self._patterns: list[_Entry] = []
        self._any: list[_Entry] = []
        for rule in self.rules:
            if rule.is_active:
                self._put(rule)
        self._prefix_lengths = sorted({len(prefix) for prefix in self._prefixes})
        self._set = _set_of(self._patterns)

    def _put(self, rule: Rule) -> None:
        if rule.kind == ANY:
            self._any.append((rule, Phrase("")))
        for phrase in rule.phrases:
            entry = (rule, phrase)
            if rule.kind == EXACT:
                self._exact[phrase.folded].append(entry)
            elif rule.kind == FIRST_WORD:
                self._first[phrase.words[0]].append(entry)
            elif rule.kind == PREFIX:
                self._prefixes[phrase.folded].append(entry)
            elif rule.kind == PATTERN:
                self._patterns.append(entry)

    def read(self, reply: Reply) -> Reading:
        """The rule that acts, and those in shadow that would have acted before it."""
        text, seen = Text(reply.text), set[int]()
        shadows: list[Fit] = []
        found = sorted(self._candidates(text), key=lambda entry: entry[0].place)
        for rule, phrase in found:
            if rule.id in seen or why_not(rule, reply):
                continue
            fit = fit_of(rule, phrase, text)
            if fit is None:
                continue
            if not rule.is_shadow:
                return Reading(fit, tuple(shadows))
            seen.add(rule.id)
            shadows.append(fit)
        return Reading(None, tuple(shadows))

    def _candidates(self, text: Text) -> Iterator[_Entry]:
        yield from self._any
        if text.words:
            yield from self._exact.get(text.joined, ())
            yield from self._first.get(text.folded[0], ())
            for length in self._prefix_lengths:
                if length > len(text.joined):
                    break
                yield from self._prefixes.get(text.joined[:length], ())
        if self._set is not None:
            lines = dict.fromkeys((text.line, text.plain_line))
            hits = {index for line in lines for index in self._set.Match(line) or ()}
            yield from (self._patterns[index] for index in hits)

    def judge(self, reply: Reply) -> list[Judgement]:
        """Every rule in the order in which they are asked, and why it acts or does not."""
        text, winner, judged = Text(reply.text), None, []
        for rule in self.rules:
            one = _judged(rule, reply, text, winner)
            if one.why == "wins":
                winner = rule
            judged.append(one)
        return judged


def _judged(rule: Rule, reply: Reply, text: Text, winner: Rule | None) -> Judgement:
    if reason := why_not(rule, reply):
        return Judgement(rule, reason)
    fits = (fit_of(rule, phrase, text) for phrase in rule.phrases or (Phrase(""),))
    fit = next((one for one in fits if one is not None), None)
    if fit is None:
        return Judgement(rule, f"no_{rule.kind}")
    values = {"word": fit.phrase}
    if winner is not None:
        return Judgement(rule, "comes_later", {**values, "winner": winner.name}, fit)
    return Judgement(rule, "shadow" if rule.is_shadow else "wins", values, fit)


def why_not(rule: Rule, reply: Reply) -> str:
    """Why a rule is not asked about a reply at all; "" where it is."""
    if not rule.is_active:
        return "off"
    if rule.sender_id not in (None, reply.sender_id):
        return "other_sender"
    if rule.valid_from is not None and reply.at < rule.valid_from:
        return "not_yet"
    if rule.valid_until is not None and reply.at >= rule.valid_until:
        return "over"
    if rule.languages and reply.language not in rule.languages:
        return "other_language"
    return ""


def fit_of(rule: Rule, phrase: Phrase, text: Text) -> Fit | None:
    """The fit of one of a rule's words, None where it does not."""
    if rule.kind == PATTERN:
        return _by_pattern(rule, phrase, text)
    if rule.kind == ANY:
        return Fit(rule, "", _values(text, "", text.raw.strip()))
    spelt = tuple(word.marked for word in text.words[: len(phrase.words)])
    if not text.words or not phrase.has_marks_of(spelt):
        return None
    if rule.kind == PREFIX:
        return _by_prefix(rule, phrase, text)
    count = len(phrase.words)
    is_at_start = text.folded[:count] == phrase.words
    if not is_at_start or (rule.kind == EXACT and len(text.words) != count):
        return None
    return Fit(rule, phrase.written, _values(text, phrase.written, text.behind(count)))


def _by_prefix(rule: Rule, phrase: Phrase, text: Text) -> Fit | None:
    if not text.joined.startswith(phrase.folded):
        return None
    whole = len(phrase.words) - 1
    word, last = text.words[whole], phrase.words[-1]
    # A letter may fold to several (ﬁ): then the whole word is taken off.
    cut = word.start + len(last) if len(word.folded) == word.end - word.start else word.end
    rest = text.raw[cut : text.words[-1].end].strip()
    return Fit(rule, phrase.written, _values(text, phrase.written, rest))


def _by_pattern(rule: Rule, phrase: Phrase, text: Text) -> Fit | None:
    for line in dict.fromkeys((text.line, text.plain_line)):
        found = phrase.pattern.fullmatch(line)
        if found is not None:
            groups = {str(place): one or "" for place, one in enumerate(found.groups(), start=1)}
            named = {name: one or "" for name, one in found.groupdict().items()}
            return Fit(
                rule, phrase.written, {**_values(text, "", text.behind(1)), **groups, **named}
            )
    return None


def _values(text: Text, word: str, rest: str) -> dict[str, str]:
    found = {"text": text.raw.strip(), "first_word": text.first_word, "rest": rest}
    usual = {name: unicodedata.normalize("NFKC", value) for name, value in found.items()}
    return {**usual, "word": word}


def _set_of(patterns: list[_Entry]) -> Any:
    if not patterns:
        return None
    made = re2.Set.FullMatchSet(pattern_options())
    for _rule, phrase in patterns:
        made.Add(phrase.written)
    made.Compile()
    return made
