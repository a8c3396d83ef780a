"""The words of a rule, made ready: what people write, checked, with the place of what is wrong."""

from dataclasses import dataclass
from typing import Any

import re2

from compliance.findings import gettext_noop
from messaging.keyword_rules.words import Text

LONGEST = 120
_MEMORY = 1 << 20

# `code` of a PhraseError; a door translates and fills with its `values`.
PHRASE_ERRORS = {
    "too_long": gettext_noop("“%(entry)s” is too long: a word has at most %(most)d characters."),
    "no_word": gettext_noop(
        "“%(entry)s” has neither letter nor digit that could be looked for: write a word."
    ),
    "bad_pattern": gettext_noop(
        "“%(entry)s” is no pattern: %(problem)s, at character %(position)d."
    ),
    "fits_nothing_written": gettext_noop(
        "“%(entry)s” fits an empty text: make the pattern ask for something, or choose the kind"
        " “any reply”."
    ),
}


class PhraseError(ValueError):
    """What was written is no word or pattern; `code` is a key of PHRASE_ERRORS."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(f"{code} {values}")
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word, several in a row, or a pattern. `marked` is "" where the word was written without
    marks: then those of the reply do not matter."""

    written: str
    words: tuple[str, ...] = ()
    folded: str = ""
    marked: tuple[str, ...] = ()
    pattern: Any = None  # re2's compiled one

    def has_marks_of(self, marked: tuple[str, ...]) -> bool:
        """Whether a reply's words are spelt so: without marks, or with those of this one."""
        if not self.marked:
            return True
        return all(
            word in (bare, own)
            for word, own, bare in zip(marked, self.marked, self.words, strict=False)
        )


def phrase_of(kind: str, written: str) -> Phrase:
    """What a rule of a kind looks for. Raises PhraseError."""
    entry = " ".join(written.split())
    if len(entry) > LONGEST:
        raise PhraseError("too_long", entry=entry[:40], most=LONGEST)
    if kind == "pattern":
        return Phrase(entry, pattern=pattern_of(entry))
    text = Text(entry)
    if not text.words:
        raise PhraseError("no_word", entry=entry)
    marked = tuple(word.marked for word in text.words)
    has_marks = marked != text.folded
    return Phrase(entry, text.folded, text.joined, marked if has_marks else ())


def pattern_of(pattern: str) -> Any:
    """A pattern in the notation of RE2, without regard to case, linear in time; it has to fit the
    whole reply. Raises PhraseError with the place."""
    try:
        compiled = re2.compile(pattern, pattern_options())
    except re2.error as error:
        raise _explained(pattern, error) from error
    if compiled.fullmatch(""):
        raise PhraseError("fits_nothing_written", entry=pattern[:40])
    return compiled


def pattern_options() -> Any:
    """How patterns are read everywhere."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = _MEMORY
    return options


def _explained(pattern: str, error: Any) -> PhraseError:
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    problem, _colon, fragment = text.partition(": ")
    place = pattern.find(fragment) if fragment else len(pattern) - 1
    if fragment == pattern or place < 0:
        place = _first_bad(pattern)
    return PhraseError(
        "bad_pattern", entry=pattern[:40], problem=text or problem, position=place + 1
    )


def _first_bad(pattern: str) -> int:
    """The bracket that is opened and never closed, or the first one that closes nothing."""
    opened: list[int] = []
    place = 0
    while place < len(pattern):
        character = pattern[place]
        if character == "\\":
            place += 1
        elif character == "(":
            opened.append(place)
        elif character == ")":
            if not opened:
                return place
            opened.pop()
        place += 1
    return opened[-1] if opened else 0
