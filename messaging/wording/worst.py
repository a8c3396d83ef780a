"""What a wording costs before anybody's values are in it: examples, and a guaranteed worst case.

Counts are the published ones: GSM-7 or UCS-2, headers with references of eight bits.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from messaging.encoding import gsm7, segmentation, ucs2
from messaging.encoding.alphabets import UNIT_LIMITS, Encoding
from messaging.wording.samples import longest_value, sample_value, shortest_value
from messaging.wording.values import ValueCheck
from messaging.wording.wordings import Wording

_MANY: Final = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Encoding and cost of one text; `left` units are free in its last segment."""

    encoding: str
    units: int
    segment_count: int
    left: int


@dataclass(frozen=True, slots=True)
class Bound:
    """No text of a wording costs more. `encoding` is that of the dearest case; `gsm7_units` and
    `ucs2_units` bound the texts of each encoding, None where no text can have it."""

    encoding: Literal["gsm7", "ucs2"]
    units: int
    segment_count: int
    gsm7_units: int | None
    ucs2_units: int | None


@dataclass(frozen=True, slots=True)
class Extremes:
    """Rendered examples: values as short as can be, the author's examples, and long ones."""

    shortest: str
    typical: str
    longest: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Figures of the three examples, and the bound for all values that the checks accept."""

    shortest: Figures
    typical: Figures
    longest: Figures
    worst: Bound


def figures_of(text: str, *, encoding: segmentation.EncodingChoice = "auto") -> Figures:
    """Figures of a text as it would be sent."""
    segments = segmentation.segment(text, encoding=encoding, max_segments=_MANY)
    lone, shared = UNIT_LIMITS[segments.encoding]
    count = len(segments.segments)
    limit = lone if count == 1 else shared
    return Figures(
        encoding=segments.encoding,
        units=segments.units,
        segment_count=count,
        left=limit - segments.segments[-1].units,
    )


def typical_of(wording: Wording) -> str:
    """The text with the author's examples, as it would be sent."""
    return _filled(wording, {c.spec.name: sample_value(c) for c in wording.checks})


def extremes_of(wording: Wording) -> Extremes:
    """The three examples of a wording, as they would be sent."""
    return Extremes(
        shortest=_filled(wording, {c.spec.name: shortest_value(c) for c in wording.checks}),
        typical=typical_of(wording),
        longest=_filled(wording, {c.spec.name: longest_value(c) for c in wording.checks}),
    )


def cost_of(wording: Wording, *, before: str = "", after: str = "") -> Cost:
    """Figures of the examples and the bound, each with what a network adds in front and behind."""
    extremes = extremes_of(wording)
    return Cost(
        shortest=figures_of(before + extremes.shortest + after),
        typical=figures_of(before + extremes.typical + after),
        longest=figures_of(before + extremes.longest + after),
        worst=bound_of(wording, before=before, after=after),
    )


def bound_of(wording: Wording, *, before: str = "", after: str = "") -> Bound:
    """The guaranteed worst case over all values that the checks of the slots accept.

    `before` and `after` are what a network adds. Which character stands at a segment's edge is
    not known, so each pair of units that a value may bring can waste one unit of a segment.
    """
    by_name = {check.spec.name: check for check in wording.checks}
    checks = [by_name[name] for name in wording.sent.parts[1::2]]
    literal = before + wording.literal + after
    in_gsm7 = _gsm7(literal, checks)
    in_ucs2 = _ucs2(literal, checks) if in_gsm7 is None or not _all_gsm7(checks) else None
    loads: dict[Encoding, _Load | None] = {"gsm7": in_gsm7, "ucs2": in_ucs2}
    counts = [
        (_segments(load, *UNIT_LIMITS[encoding]), encoding, load.units)
        for encoding, load in loads.items()
        if load is not None
    ]
    # Of equal counts UCS-2 is said, the rarer and nearer to its edge.
    count, encoding, most = max(counts, key=lambda one: (one[0], one[1] == "ucs2"))
    return Bound(
        encoding="ucs2" if encoding == "ucs2" else "gsm7",
        units=most,
        segment_count=count,
        gsm7_units=in_gsm7.units if in_gsm7 else None,
        ucs2_units=in_ucs2.units if in_ucs2 else None,
    )


class _Load(NamedTuple):
    """The most units of a text, and the most pairs among them that may not be cut."""

    units: int
    pairs: int


def _gsm7(literal: str, checks: list[ValueCheck]) -> _Load | None:
    octets = gsm7.encode(literal)
    if octets is None:
        return None
    extra = [_gsm7_extra(check) for check in checks]
    return _Load(
        len(octets) + sum(check.longest for check in checks) + sum(extra),
        octets.count(gsm7.ESCAPE) + sum(extra),
    )


def _gsm7_extra(check: ValueCheck) -> int:
    """The most characters of a value that take two septets."""
    if check.charset.gsm7_units == 1:
        return 0
    if check.form is not None and check.form.characters:
        return min(check.longest, check.form.gsm7_extra)
    return check.longest


def _ucs2(literal: str, checks: list[ValueCheck]) -> _Load:
    wide = ucs2.units(literal)
    pairs = sum(check.longest // 2 for check in checks if check.charset.has_pairs)
    return _Load(wide + sum(check.longest for check in checks), wide - len(literal) + pairs)


def _all_gsm7(checks: list[ValueCheck]) -> bool:
    return all(check.charset.is_gsm7 for check in checks)


def _segments(load: _Load, lone: int, shared: int) -> int:
    if load.units <= lone:
        return 1
    count = math.ceil(load.units / shared)
    while count * shared - min(count - 1, load.pairs) < load.units:
        count += 1
    return count


def _filled(wording: Wording, values: dict[str, str]) -> str:
    filled = list(wording.sent.parts)
    filled[1::2] = [values[name] for name in filled[1::2]]
    return "".join(filled)
