"""Where two rules of an account get in each other's way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from messaging.keyword_rules.model import ANY, EXACT, FIRST_WORD, PATTERN, PREFIX, Rule
from messaging.keyword_rules.phrases import Phrase
from messaging.keyword_rules.words import Text

# Behind a word a rule of another kind may want more.
_MORE = ("", " x", " 1", " 123456")


@dataclass(frozen=True, slots=True)
class Conflict:
    """`shadowed`: whatever fits `rule` fits `other` first, so it never acts. `overlap`: both are
    of one priority and can fit a reply such as `example`; `other` acts."""

    kind: str
    rule: Rule
    other: Rule
    example: str = ""


def conflicts_of(rule: Rule, others: Iterable[Rule]) -> list[Conflict]:
    """Those of one rule with the others: as it is, whether in shadow or not; rules that are off
    are in nobody's way."""
    found: list[Conflict] = []
    if not rule.is_active:
        return found
    for other in others:
        if other.id == rule.id or not other.is_active or not _meet(rule, other):
            continue
        first, later = sorted((rule, other), key=lambda one: one.place)
        if not first.is_shadow and _is_within(later, first):
            found.append(Conflict("shadowed", later, first))
        elif first.priority == later.priority and later.kind != ANY:
            example = example_of(first, later)
            if example is not None:
                found.append(Conflict("overlap", later, first, example))
    return found


def _meet(one: Rule, other: Rule) -> bool:
    """Whether both are ever asked about the same reply."""
    if None not in (one.sender_id, other.sender_id) and one.sender_id != other.sender_id:
        return False
    if one.languages and other.languages and not one.languages & other.languages:
        return False
    return _before(one.valid_from, other.valid_until) and _before(other.valid_from, one.valid_until)


def _before(start: datetime | None, end: datetime | None) -> bool:
    return start is None or end is None or start < end


def _is_within(later: Rule, first: Rule) -> bool:
    """Whether the first is asked whenever the later is, and fits whatever that fits."""
    if first.sender_id not in (None, later.sender_id):
        return False
    if first.languages and not (later.languages and later.languages <= first.languages):
        return False
    starts_first = first.valid_from is None or (
        later.valid_from is not None and first.valid_from <= later.valid_from
    )
    ends_last = first.valid_until is None or (
        later.valid_until is not None and later.valid_until <= first.valid_until
    )
    if not (starts_first and ends_last):
        return False
    if first.kind == ANY:
        return True
    return later.kind != ANY and all(
        any(_covers(first.kind, wide, later.kind, narrow) for wide in first.phrases)
        for narrow in later.phrases
    )


def _covers(wide_kind: str, wide: Phrase, narrow_kind: str, narrow: Phrase) -> bool:
    """Whether every reply that fits the narrow one fits the wide one."""
    if PATTERN in (wide_kind, narrow_kind):
        if narrow_kind == EXACT:
            return _fits_pattern(wide, narrow) and not narrow.marked
        return wide_kind == narrow_kind and wide.written == narrow.written
    if not _marks_cover(wide, narrow):
        return False
    if wide_kind == EXACT:
        return narrow_kind == EXACT and wide.folded == narrow.folded
    if wide_kind == FIRST_WORD:
        is_behind = narrow.words[: len(wide.words)] == wide.words
        is_whole = narrow_kind != PREFIX or len(narrow.words) > len(wide.words)
        return is_behind and is_whole
    return narrow.folded.startswith(wide.folded)


def _marks_cover(wide: Phrase, narrow: Phrase) -> bool:
    return not wide.marked or narrow.marked[: len(wide.marked)] == wide.marked


def _fits_pattern(pattern: Phrase, phrase: Phrase) -> bool:
    return pattern.pattern is not None and pattern.pattern.fullmatch(phrase.folded) is not None


def example_of(one: Rule, other: Rule) -> str | None:
    """A reply that fits both, None where none was found (patterns are tried with the other's
    words, and with a few signs behind them)."""
    if one.kind == PATTERN and other.kind == PATTERN:
        same = {p.written for p in one.phrases} & {p.written for p in other.phrases}
        return min(same) if same else None
    for first in one.phrases:
        for second in other.phrases:
            for text in _tries(first, second):
                if _fits(one.kind, first, text) and _fits(other.kind, second, text):
                    return text
    return None


def _tries(*phrases: Phrase) -> list[str]:
    """The words themselves, with the marks of either, and with more behind them."""
    written = [phrase.written for phrase in phrases if phrase.pattern is None]
    written += [phrase.folded for phrase in phrases if phrase.pattern is None]
    return [f"{text}{more}" for text in dict.fromkeys(written) for more in _MORE]


def _fits(kind: str, phrase: Phrase, text: str) -> bool:
    said = Text(text)
    if kind == PATTERN:
        return any(phrase.pattern.fullmatch(line) for line in (said.line, said.plain_line))
    spelt = tuple(word.marked for word in said.words[: len(phrase.words)])
    if not phrase.has_marks_of(spelt):
        return False
    if kind == EXACT:
        return said.folded == phrase.words
    if kind == FIRST_WORD:
        return said.folded[: len(phrase.words)] == phrase.words
    return kind == PREFIX and said.joined.startswith(phrase.folded)
