"""Vietnamese with and without its marks: what each way costs, and what it may come to mean.

Advice only: the author chooses, per template version, and nothing is rewritten at sending that was
not chosen (see `replacements`).
"""

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import regex

from messaging.encoding.alphabets import Encoding
from messaging.encoding.ambiguity import WordWarning, word_warnings
from messaging.encoding.profile import DEFAULT_PROFILE, EncodingProfile
from messaging.encoding.replacements import replace_smart, strip_marks
from messaging.encoding.segmentation import segment_count
from messaging.encoding.ucs2 import well_formed

Rewriting: TypeAlias = Literal["none", "smart", "unmarked"]

_CLUSTER = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Replacement:
    """`character` (with its marks) stands `count` times in the text and becomes `replacement`."""

    character: str
    replacement: str
    count: int


@dataclass(frozen=True, slots=True)
class Form:
    """The text in one way of writing, in NFC, with its cost and what that way replaces, by first
    appearance."""

    rewriting: Rewriting
    text: str
    encoding: Encoding
    units: int
    segment_count: int
    replaced: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """The three ways side by side. `warnings` concern the unmarked one; where `is_nfc` is false,
    the text was composed first."""

    written: Form
    smart: Form
    unmarked: Form
    is_nfc: bool
    warnings: tuple[WordWarning, ...]


def advise(text: str, profile: EncodingProfile = DEFAULT_PROFILE) -> Advice:
    """What `text` costs as written, with safe replacements, and without marks.

    Lone surrogates count as U+FFFD, as in sending.
    """
    given = well_formed(text)
    composed = unicodedata.normalize("NFC", given)
    return Advice(
        written=_form("none", composed, str, profile),
        smart=_form("smart", composed, replace_smart, profile),
        unmarked=_form("unmarked", composed, strip_marks, profile),
        is_nfc=composed == given,
        warnings=word_warnings(composed),
    )


def _form(
    rewriting: Rewriting, text: str, rewrite: Callable[[str], str], profile: EncodingProfile
) -> Form:
    written = rewrite(text)
    count = segment_count(written, profile=profile)
    replaced = _replaced(text, rewrite) if written != text else ()
    return Form(rewriting, written, count.encoding, count.units, count.segment_count, replaced)


def _replaced(text: str, rewrite: Callable[[str], str]) -> tuple[Replacement, ...]:
    counts = Counter(match[0] for match in _CLUSTER.finditer(text) if not match[0].isascii())
    pairs = ((cluster, rewrite(cluster), count) for cluster, count in counts.items())
    return tuple(Replacement(*one) for one in pairs if one[0] != one[1])
