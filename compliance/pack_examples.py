"""Runs the cases that a rule pack carries: in tests, and before an edited pack is activated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from compliance.decision import ComplianceDecision, Facts, decide
from compliance.rule_packs.model import Example, Pack
from compliance.rule_packs.packs import Rules
from compliance.rule_packs.reading import PackError

_READERS: Mapping[str, Callable[[str], object]] = {
    "now": datetime.fromisoformat,
    "register_as_of": datetime.fromisoformat,
}
_LIST_READERS: Mapping[str, Callable[[list[Any]], object]] = {
    "promised": tuple,
    "registered_ids": frozenset,
    "suppressed": frozenset,
    "touches": lambda moments: tuple(map(datetime.fromisoformat, moments)),
    "zones": lambda names: tuple(map(ZoneInfo, names)),
}


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """A case whose decision is not the expected one."""

    name: str
    expected: Mapping[str, object]
    found: Mapping[str, object]


def run_examples(pack: Pack) -> tuple[ExampleFailure, ...]:
    """The cases of a pack that fail. Raises PackError where a case's facts are malformed."""
    return tuple(
        failure for example in pack.examples if (failure := _run(pack, example)) is not None
    )


def _run(pack: Pack, example: Example) -> ExampleFailure | None:
    facts = _facts(pack, example)
    rules = Rules(pack, facts.now.astimezone(pack.zone).date())
    expected = {
        "outcome": example.outcome,
        "until": example.until,
        "close_at": example.close_at,
        "findings": sorted(example.findings),
    }
    found = _summary(decide(rules, facts))
    return None if found == expected else ExampleFailure(example.name, expected, found)


def _summary(decision: ComplianceDecision) -> dict[str, object]:
    return {
        "outcome": decision.outcome,
        "until": decision.until,
        "close_at": decision.close_at,
        "findings": sorted(finding.rule_id for finding in decision.findings),
    }


def _facts(pack: Pack, example: Example) -> Facts:
    where = f"example “{example.name}”"
    values: dict[str, object] = {"country": pack.country, "account_id": 1, "advertiser_id": 1}
    for key, value in example.facts.items():
        if key not in Facts.__slots__:
            raise PackError(f"{where}.{key}", "is not a fact; check its spelling")
        try:
            values[key] = _value(key, value)
        except (ValueError, KeyError, OSError) as error:
            raise PackError(f"{where}.{key}", f"cannot be read: {error}") from error
    try:
        facts = Facts(**values)  # type: ignore[arg-type]
    except TypeError as error:
        raise PackError(where, "needs message_class, sender_kind and now") from error
    if facts.now.tzinfo is None:
        raise PackError(f"{where}.now", "needs an offset, like 2026-11-22T07:00:00+07:00")
    return facts


def _value(key: str, value: object) -> object:
    if key in _LIST_READERS and isinstance(value, list):
        return _LIST_READERS[key](value)
    if key in _READERS and isinstance(value, str):
        return _READERS[key](value)
    return value
