"""Whether an event is one that a mapping is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import re2

from campaigns.triggers.paths import MISSING, path_first

LONGEST_PATTERN: Final = 200
_LONGEST_SEARCHED: Final = 4096
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 20


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of the event compared with one of the mapping's (a list of them for `in`)."""

    path: str
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions: `all` of them, or `any`."""

    kind: str
    members: tuple["Condition", ...]


Condition = Leaf | Group


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one comparison; `found` is the event's value, cut, "" where there is none."""

    leaf: Leaf
    is_met: bool
    is_missing: bool
    found: str


def condition_met(condition: Condition | None, document: Any) -> tuple[bool, tuple[Finding, ...]]:
    """Whether it holds, with every comparison for those who ask why."""
    if condition is None:
        return True, ()
    if isinstance(condition, Leaf):
        finding = _look(condition, document)
        return finding.is_met, (finding,)
    results = [condition_met(one, document) for one in condition.members]
    holds = all if condition.kind == "all" else any
    return holds(met for met, _ in results), tuple(one for _met, more in results for one in more)


def _look(leaf: Leaf, document: Any) -> Finding:
    found = path_first(leaf.path, document)
    is_missing = found is MISSING or found is None
    if leaf.operator in _OF_PRESENCE:
        is_met = is_missing == (leaf.operator == "missing")
    elif is_missing:
        is_met = leaf.operator in _MET_BY_NOTHING
    else:
        is_met = OPERATORS[leaf.operator](found, leaf.value)
    return Finding(leaf, is_met, is_missing, "" if is_missing else _text(found)[:80])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _equals(found: Any, wanted: Any) -> bool:
    numbers = _number(found), _number(wanted)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return _text(found).strip().casefold() == _text(wanted).strip().casefold()


def _compared(check: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """As numbers where both are; else as texts, so that ISO times compare too."""

    def compare(found: Any, wanted: Any) -> bool:
        left, right = _number(found), _number(wanted)
        if left is not None and right is not None:
            return check(left, right)
        return check(_text(found), _text(wanted))

    return compare


def _contains(found: Any, wanted: Any) -> bool:
    if isinstance(found, list):
        return any(_equals(one, wanted) for one in found if not isinstance(one, dict | list))
    return _text(wanted).casefold() in _text(found).casefold()


def _matches(found: Any, wanted: Any) -> bool:
    return re2.compile(str(wanted), _OPTIONS).search(_text(found)[:_LONGEST_SEARCHED]) is not None


def is_pattern(text: str) -> bool:
    """Whether a pattern can be used: RE2's syntax, with no way to take long."""
    try:
        re2.compile(text, _OPTIONS)
    except re2.error:
        return False
    return len(text) <= LONGEST_PATTERN


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": _equals,
    "not_equals": lambda found, wanted: not _equals(found, wanted),
    "contains": _contains,
    "not_contains": lambda found, wanted: not _contains(found, wanted),
    "starts_with": lambda found, wanted: (
        _text(found).casefold().startswith(_text(wanted).casefold())
    ),
    "ends_with": lambda found, wanted: _text(found).casefold().endswith(_text(wanted).casefold()),
    "in": lambda found, wanted: any(_equals(found, one) for one in wanted),
    "not_in": lambda found, wanted: not any(_equals(found, one) for one in wanted),
    "greater": _compared(lambda left, right: left > right),
    "at_least": _compared(lambda left, right: left >= right),
    "less": _compared(lambda left, right: left < right),
    "at_most": _compared(lambda left, right: left <= right),
    "matches": _matches,
    "exists": lambda _found, _wanted: True,
    "missing": lambda _found, _wanted: False,
}
_OF_PRESENCE: Final = frozenset({"exists", "missing"})
_MET_BY_NOTHING: Final = frozenset({"not_equals", "not_contains", "not_in"})
OF_LISTS: Final = frozenset({"in", "not_in"})
WITHOUT_VALUE: Final = _OF_PRESENCE
