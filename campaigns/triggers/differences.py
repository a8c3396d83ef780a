"""What one version of a mapping says otherwise than another."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.triggers.notation import steps_written


@dataclass(frozen=True, slots=True)
class Difference:
    """A dotted place, and what stood and stands there; "" for nothing."""

    place: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        if not self.before:
            return "added"
        return "changed" if self.after else "removed"


def spec_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """By place, in the order of the new one; a value written as its path alone is the same as the
    object that says so."""
    before, after = dict(_flat(old)), dict(_flat(new))
    places = dict.fromkeys([*after, *before])
    return [
        Difference(place, before.get(place, ""), after.get(place, ""))
        for place in places
        if before.get(place, "") != after.get(place, "")
    ]


def _flat(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in spec.items():
        if name in {"slots", "metadata"} and isinstance(value, dict):
            yield from ((f"{name}.{one}", _written(inner)) for one, inner in value.items())
        elif name == "delay" and isinstance(value, dict):
            yield from ((f"delay.{one}", _written(inner)) for one, inner in value.items())
        else:
            yield name, _written(value)


def _value_written(value: Mapping[str, Any]) -> str:
    """As people type it: where it comes from, its steps, and what stands otherwise."""
    if "operator" in value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    source = str(value.get("path") or value.get("text"))
    steps = steps_written(value.get("format") or (), str(value.get("join") or ""))
    default = value.get("default")
    shown = f"{source} | {steps}" if steps else source
    return f"{shown} (“{default}”)" if default else shown


def _written(value: Any) -> str:
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if one not in ("", None, [])}
        if len(kept) == 1 and not value.keys().isdisjoint({"path", "text"}):
            return str(next(iter(kept.values())))
        if "path" in kept or "text" in kept:
            return _value_written(kept)
        return json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else ""
    if isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            return ", ".join(value)
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if value in (None, "", 0) else str(value)
