"""A mapping's JSON and the fields of its form: one into the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from campaigns.triggers.notation import steps_read, steps_written
from campaigns.triggers.problems import Problem, SpecError

VALUE_PARTS: Final = ("from", "steps", "default")
# Values with a place of their own, in the order of the form.
SINGLE: Final = ("number", "language", "time_zone", "dedupe", "client_reference")


@dataclass(frozen=True, slots=True)
class ValueTyped:
    """A value as three fields show it: a path or a text, its steps, what stands instead."""

    source: str = ""
    steps: str = ""
    default: str = ""


def value_typed(raw: Any) -> ValueTyped:
    """The fields of a stored value."""
    if raw is None:
        return ValueTyped()
    if isinstance(raw, str):
        return ValueTyped(raw)
    steps = steps_written(raw.get("format") or (), raw.get("join") or "")
    return ValueTyped(raw.get("path") or raw.get("text") or "", steps, raw.get("default") or "")


def value_raw(typed: ValueTyped, place: str) -> Any:
    """The value as a mapping has it, as short as it can be; None for nothing. Raises SpecError."""
    steps, join = steps_read(typed.steps, f"{place}.format")
    if not typed.source:
        if steps or typed.default:
            raise SpecError([Problem(place, "path_or_text")])
        return None
    is_path = typed.source.startswith("$")
    found: dict[str, Any] = {"path" if is_path else "text": typed.source}
    found |= {"format": steps} if steps else {}
    found |= {"join": join} if join else {}
    found |= {"default": typed.default} if typed.default else {}
    return typed.source if is_path and len(found) == 1 else found


@dataclass(frozen=True, slots=True)
class ConditionTyped:
    """A comparison as three fields show it; `raw` as it is stored, where it is."""

    path: str = ""
    operator: str = "equals"
    value: str = ""
    raw: Any = field(default=None, compare=False)


def conditions_typed(raw: Any) -> tuple[str, list[ConditionTyped]] | None:
    """all or any, and the comparisons; None where the condition is nested, so that only its JSON
    can say it."""
    if not raw:
        return "all", []
    kind = next((one for one in ("all", "any") if one in raw), "")
    members = raw[kind] if kind else [raw]
    if not all(isinstance(one, dict) and "path" in one for one in members):
        return None
    found = [
        ConditionTyped(
            one["path"], one.get("operator", "equals"), _value_typed(one.get("value")), one
        )
        for one in members
    ]
    if any("," in str(item) for one in members for item in _items(one.get("value"))):
        return None
    return kind or "all", found


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _value_typed(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def conditions_raw(kind: str, typed: list[ConditionTyped], stored: list[ConditionTyped]) -> Any:
    """The condition as a mapping has it; None for none. What reads as it is stored stays so: a
    number is not made a text."""
    kept = {(one.path, one.operator, one.value): one.raw for one in stored}
    members = [
        kept.get((one.path, one.operator, one.value)) or _condition_raw(one) for one in typed
    ]
    return {kind: members} if members else None


def _condition_raw(typed: ConditionTyped) -> dict[str, Any]:
    found = {"path": typed.path, "operator": typed.operator}
    if typed.operator in {"exists", "missing"}:
        return found
    if typed.operator in {"in", "not_in"}:
        return found | {"value": [one.strip() for one in typed.value.split(",") if one.strip()]}
    return found | {"value": typed.value}


def slots_of(spec: Mapping[str, Any], of_text: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The slots to fill: those of the text, then those that the mapping fills beside them; each
    with whether the text has it."""
    yield from ((name, True) for name in of_text)
    filled = spec.get("slots") or {}
    yield from ((name, False) for name in filled if name not in of_text)
