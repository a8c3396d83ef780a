"""What a template's text costs before anybody's values are in it. Pure.

Three figures, because nobody knows the values yet: with the examples, with the longest values
written in the examples' letters, and with the longest values should one of them bring a
character that GSM-7 lacks.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from messaging.encoding import segmentation
from messaging.slots import Template

DEFAULT_LONGEST = 20
MAX_LONGEST = 500
# Units of a lone segment and of one of several, which a header shortens (3GPP TS 23.038 §4).
_LIMITS = {"gsm7": (160, 153), "ucs2": (70, 67), "latin1": (140, 134)}
_WORDS = re.compile(r"\{[^{}]*\}|\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """What may stand in a slot: at most `max_length` characters, like `example`."""

    name: str
    max_length: int
    example: str

    def as_json(self) -> dict[str, Any]:  # Any: a JSON object
        """How a version stores it."""
        return {"name": self.name, "max_length": self.max_length, "example": self.example}


@dataclass(frozen=True, slots=True)
class Figures:
    """Encoding and cost of one text; `left` units are free in its last segment."""

    encoding: str
    units: int
    segment_count: int
    left: int


@dataclass(frozen=True, slots=True)
class Cost:
    """A template's figures with examples, longest values, and longest values in UCS-2."""

    example: Figures
    longest: Figures
    worst: Figures


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of words that two wordings share, or that only one of them has."""

    kind: Literal["same", "added", "removed"]
    text: str


def specs_of(parsed: Template, given: Iterable[Mapping[str, Any]]) -> tuple[SlotSpec, ...]:
    """One spec per slot of the body, in its order: from `given` where it names the slot.

    Entries for slots that are gone are left out; values are taken as they are.
    """
    by_name = {str(one.get("name")): one for one in given}
    return tuple(
        SlotSpec(
            name=name,
            max_length=int(by_name.get(name, {}).get("max_length") or DEFAULT_LONGEST),
            example=str(by_name.get(name, {}).get("example") or ""),
        )
        for name in parsed.slots
    )


def example_of(parsed: Template, specs: Iterable[SlotSpec]) -> str:
    """The text with the examples; a slot without one shows its name."""
    return parsed.render({spec.name: spec.example or spec.name for spec in specs})


def longest_of(parsed: Template, specs: Iterable[SlotSpec]) -> str:
    """The text with every value as long as it may be, in the letters of its example."""
    return parsed.render({spec.name: _stretched(spec) for spec in specs})


def cost_of(parsed: Template, specs: Iterable[SlotSpec]) -> Cost:
    """All three figures of a template."""
    specs = tuple(specs)
    longest = longest_of(parsed, specs)
    return Cost(
        example=figures_of(example_of(parsed, specs)),
        longest=figures_of(longest),
        worst=figures_of(longest, encoding="ucs2" if specs else "auto"),
    )


def figures_of(text: str, *, encoding: segmentation.EncodingChoice = "auto") -> Figures:
    """Figures of a text as it would be sent."""
    segments = segmentation.segment(text, encoding=encoding, max_segments=1000)
    lone, shared = _LIMITS[segments.encoding]
    count = len(segments.segments)
    limit = lone if count == 1 else shared
    return Figures(
        encoding=segments.encoding,
        units=segments.units,
        segment_count=count,
        left=limit - segments.segments[-1].units,
    )


def changes_between(old: str, new: str) -> tuple[Change, ...]:
    """What became of `old`, word by word; joined without "removed" it is `new`."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    changes: list[Change] = []
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            changes.append(Change("same", "".join(after[new_from:new_to])))
            continue
        if old_to > old_from:
            changes.append(Change("removed", "".join(before[old_from:old_to])))
        if new_to > new_from:
            changes.append(Change("added", "".join(after[new_from:new_to])))
    return tuple(changes)


def _stretched(spec: SlotSpec) -> str:
    pattern = spec.example or "x"
    return (pattern * (spec.max_length // len(pattern) + 1))[: spec.max_length]
