"""Fields of rules' parameters: what people write, checked, as plain JSON values.

Sentences are only marked here; a door translates `gettext(PARAM_ERRORS[error.code]) %
error.values`, and the titles and helps of fields.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import re2

from compliance.content_policy.data import top_level_domains
from compliance.content_policy.links import readable_host
from compliance.findings import gettext_noop

MOST_ENTRIES, LONGEST_ENTRY, LONGEST_HOST = 200, 120, 253
_PATTERN_MEMORY = 1 << 20

PARAM_ERRORS: Mapping[str, str] = {
    "unknown_kind": gettext_noop("There is no kind of rule “%(entry)s”: choose one of the list."),
    "unknown_param": gettext_noop("“%(entry)s” is no field of this kind of rule: leave it out."),
    "missing": gettext_noop("Write at least one, each in its own line."),
    "not_texts": gettext_noop("Write a list of texts."),
    "too_many": gettext_noop("Write at most %(most)s entries."),
    "too_long": gettext_noop("“%(entry)s” is too long: an entry has at most %(most)s characters."),
    "nothing_to_compare": gettext_noop(
        "“%(entry)s” has neither letter nor sign that could be looked for: write a word."
    ),
    "not_whole": gettext_noop("Write a whole number from %(least)s to %(most)s."),
    "unknown_choice": gettext_noop("Choose one of the list: %(allowed)s."),
    "not_a_domain": gettext_noop(
        "“%(entry)s” is no domain: write it without http:// and path, such as shop.vn."
    ),
    "bad_pattern": gettext_noop("“%(entry)s” is no pattern: %(problem)s."),
    "matches_nothing_written": gettext_noop(
        "“%(entry)s” fits an empty text, and so every text: make the pattern ask for something."
    ),
    "not_characters": gettext_noop("Write the characters one after the other."),
}


class ParamError(ValueError):
    """A parameter breaks its rule: `field` names it; `code` is a key of PARAM_ERRORS."""

    def __init__(self, field: str, code: str, **values: str | int) -> None:
        super().__init__(f"{field}: {code} {values}")
        self.field = field
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter: its name, the words for it, and whether something must be written."""

    name: str
    title: str
    help: str = ""
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Lines(Field):
    """A list of texts, one per line."""

    def read(self, value: object) -> list[str]:
        """Without blank lines and repeats, in NFC."""
        if value is None:
            value = []
        if not isinstance(value, (list, tuple)) or any(not isinstance(one, str) for one in value):
            raise ParamError(self.name, "not_texts")
        entries = [unicodedata.normalize("NFC", " ".join(one.split())) for one in value]
        kept = list(dict.fromkeys(self.entry(one) for one in entries if one))
        if self.is_required and not kept:
            raise ParamError(self.name, "missing")
        if len(kept) > MOST_ENTRIES:
            raise ParamError(self.name, "too_many", most=MOST_ENTRIES)
        return kept

    def entry(self, text: str) -> str:
        """One entry."""
        if len(text) > LONGEST_ENTRY:
            raise ParamError(self.name, "too_long", entry=text[:40], most=LONGEST_ENTRY)
        return text


@dataclass(frozen=True, slots=True)
class Domains(Lines):
    """A list of domains, one per line."""

    def entry(self, text: str) -> str:
        """In small letters and Unicode, without `*.`; never a whole top-level domain."""
        host = readable_host(text.removeprefix("*."))
        labels = host.split(".")
        is_host = len(labels) > 1 and len(host) <= LONGEST_HOST and all(map(_is_label, labels))
        if not is_host or labels[-1] not in top_level_domains():
            raise ParamError(self.name, "not_a_domain", entry=text[:40])
        return host


@dataclass(frozen=True, slots=True)
class Choice(Field):
    """One of (value, words), the first where nothing is chosen."""

    choices: tuple[tuple[str, str], ...] = ()

    def read(self, value: object) -> str:
        """One of the values."""
        if value in (None, ""):
            return self.choices[0][0]
        for known, _words in self.choices:
            if value == known:
                return known
        allowed = ", ".join(known for known, _words in self.choices)
        raise ParamError(self.name, "unknown_choice", allowed=allowed)


@dataclass(frozen=True, slots=True)
class Whole(Field):
    """A whole number."""

    least: int = 0
    most: int = 100
    default: int | None = None

    def read(self, value: object) -> int:
        """Within its bounds."""
        if value is None and self.default is not None:
            return self.default
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not self.least <= value <= self.most:  # type: ignore[operator]
            raise ParamError(self.name, "not_whole", least=self.least, most=self.most)
        return value  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Characters(Field):
    """Single characters, written one after the other."""

    def read(self, value: object) -> str:
        """Each once, without spaces."""
        if not isinstance(value, str):
            raise ParamError(self.name, "not_characters")
        kept = "".join(dict.fromkeys(unicodedata.normalize("NFC", "".join(value.split()))))
        if not kept:
            raise ParamError(self.name, "not_characters")
        if len(kept) > MOST_ENTRIES:
            raise ParamError(self.name, "too_many", most=MOST_ENTRIES)
        return kept


def compile_pattern(field: str, pattern: str) -> re2._Regexp:
    """A pattern people wrote, without regard to case; linear in time. Raises ParamError."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = _PATTERN_MEMORY
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        problem = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ParamError(field, "bad_pattern", entry=pattern[:40], problem=problem) from error
    if compiled.match(""):
        raise ParamError(field, "matches_nothing_written", entry=pattern[:40])
    return compiled


def _is_label(label: str) -> bool:
    inner = label.replace("-", "")
    return 0 < len(label) <= 63 and inner.isalnum() and not label.startswith("-")
