"""Whether a slot is described in a way that can be kept: asked when a version is saved."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from messaging.wording.slots import (
    MAX_LONGEST,
    MAX_PATTERN,
    SLOT_TYPES,
    PatternError,
    SlotSpec,
    is_charset,
    pattern_of,
)
from messaging.wording.values import Params, RefusedValueError, ValueProblem, check_of

_CURRENCY: Final = re.compile("[A-Z]{3}")
_HASH_LENGTH: Final = 11
TAG: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,3}")
MAX_TAG: Final = 16


@dataclass(frozen=True, slots=True)
class SpecProblem:
    """What is wrong with a slot; `member` is the field of the entry.

    bad_type · bad_charset · bad_longest (limit) · app_hash_length · bad_currency ·
    pattern_too_long (limit) · bad_pattern (reason) · example · fallback (both with `problem`).
    """

    slot: str
    member: str
    code: str
    params: Params = ()
    problem: ValueProblem | None = None


def spec_problems(spec: SlotSpec, rewriting: str) -> tuple[SpecProblem, ...]:
    """Everything wrong with a slot under a choice of letters; its example and its fallback are
    looked at where the rest is right."""
    return tuple(_members(spec)) or tuple(_values(spec, rewriting))


def _members(spec: SlotSpec) -> Iterator[SpecProblem]:
    if spec.type not in SLOT_TYPES:
        yield SpecProblem(spec.name, "type", "bad_type", (("type", spec.type),))
    if not is_charset(spec.charset):
        yield SpecProblem(spec.name, "charset", "bad_charset", (("charset", spec.charset),))
    if not 1 <= spec.max_length <= MAX_LONGEST:
        yield SpecProblem(spec.name, "max_length", "bad_longest", (("limit", MAX_LONGEST),))
    elif spec.type == "app_hash" and spec.max_length < _HASH_LENGTH:
        yield SpecProblem(spec.name, "max_length", "app_hash_length")
    if spec.currency and (spec.type != "amount" or not _CURRENCY.fullmatch(spec.currency)):
        yield SpecProblem(spec.name, "currency", "bad_currency", (("currency", spec.currency),))
    yield from _pattern(spec)


def _pattern(spec: SlotSpec) -> Iterator[SpecProblem]:
    if len(spec.pattern) > MAX_PATTERN:
        limit = (("limit", MAX_PATTERN),)
        yield SpecProblem(spec.name, "pattern", "pattern_too_long", limit)
    elif spec.pattern:
        try:
            pattern_of(spec.pattern)
        except PatternError as error:
            reason = (("pattern", spec.pattern), ("reason", error.reason))
            yield SpecProblem(spec.name, "pattern", "bad_pattern", reason)


def _values(spec: SlotSpec, rewriting: str) -> Iterator[SpecProblem]:
    check = check_of(replace(spec, fallback=""), rewriting)
    for member, value in (("example", spec.example), ("fallback", spec.fallback)):
        if not value.strip():
            continue
        try:
            check.take(value)
        except RefusedValueError as error:
            yield SpecProblem(spec.name, member, member, problem=error.problem)
