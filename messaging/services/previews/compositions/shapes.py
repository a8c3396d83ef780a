"""Slots, examples and formats of a wording that may still be half written."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from messaging.encoding import segmentation
from messaging.services.previews.compositions.values import (
    FormatCheck,
    Shown,
    SlotProblem,
)
from messaging.services.templates.wordings import spec_sentence
from messaging.wording.formats import format_findings
from messaging.wording.grammar import Template
from messaging.wording.judging import spec_problems
from messaging.wording.sentences import FORMATS
from messaging.wording.slots import SlotList, SlotSpec, SpecError, default_length, reserved, spec_of
from messaging.wording.wordings import Wording, wording_of
from messaging.wording.worst import Bound, bound_of, figures_of

_MOST_SEGMENTS = 10_000  # what no message holds is shown all the same, with its worst case
# What stands in for a member that cannot be used, so that the rest is counted all the same.
_PLAIN: dict[str, Any] = {"type": "text", "charset": "", "pattern": "", "currency": ""}


def specs_judged(
    parsed: Template, given: SlotList, rewritings: Sequence[str]
) -> tuple[tuple[SlotSpec, ...], tuple[SlotSpec, ...], tuple[SlotProblem, ...]]:
    """One spec per slot of the text, in its order: as written, as they can be used, and what is
    wrong with them under any of the choices of letters."""
    by_name = {}
    problems: list[SlotProblem] = []
    for one in given:
        name = str(one.get("name"))
        if name not in parsed.slots:
            continue
        try:
            by_name[name] = reserved(name) or spec_of(one)
        except SpecError:
            problems.append(SlotProblem(name, "max_length", _("Write a whole number.")))
    specs = tuple(by_name.get(name) or reserved(name) or SlotSpec(name) for name in parsed.slots)
    usable = tuple(_usable(spec, rewritings, problems) for spec in specs)
    return specs, usable, tuple(dict.fromkeys(problems))


def _usable(spec: SlotSpec, rewritings: Sequence[str], problems: list[SlotProblem]) -> SlotSpec:
    usable = spec
    for rewriting in rewritings:
        for problem in spec_problems(spec, rewriting):
            problems.append(SlotProblem(spec.name, problem.member, spec_sentence(problem)))
            if problem.member in _PLAIN:
                usable = replace(usable, **{problem.member: _PLAIN[problem.member]})
            elif problem.member == "max_length":
                usable = replace(usable, max_length=default_length(spec.type))
    return usable


def shown(text: str) -> Shown:
    """A rendered text with where it is cut."""
    cut = segmentation.segment(text, max_segments=_MOST_SEGMENTS)
    return Shown(text, figures_of(text), cut.segments)


def plain_bound(wording: Wording) -> Bound | None:
    """The bound if no value had a character outside GSM-7, where that is less."""
    worst = bound_of(wording)
    if worst.encoding == "gsm7" or worst.gsm7_units is None:
        return None
    specs = [
        spec if check.charset.is_gsm7 else replace(spec, charset="gsm7_basic", pattern="")
        for spec, check in zip(wording.specs, wording.checks, strict=True)
    ]
    plain = bound_of(wording_of(wording.language, wording.template, wording.rewriting, specs))
    return plain if plain.segment_count < worst.segment_count else None


def format_checks(wording: Wording, message_format: str) -> tuple[FormatCheck, ...]:
    """What the format demands and is not met; one line where all of it is."""
    if not message_format:
        return ()
    found = format_findings(wording, message_format)
    if not found:
        return (FormatCheck(True, _("The text has this format.")),)
    return tuple(FormatCheck(False, _(FORMATS[one.code]) % dict(one.params)) for one in found)
