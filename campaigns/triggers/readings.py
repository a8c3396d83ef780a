"""What a mapping reads in an event, value by value: for people who look at a sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from campaigns.triggers.formats import FormatError
from campaigns.triggers.mapping import value_read
from campaigns.triggers.problems import Problem
from campaigns.triggers.spec import Spec, Value


@dataclass(frozen=True, slots=True)
class Reading:
    """A value's dotted place in the mapping, and the text that it gives or why it gives none;
    `is_default` where the event has nothing there."""

    place: str
    path: str
    text: str = ""
    is_default: bool = False
    problem: Problem | None = None


def readings_of(spec: Spec, document: Any, zone: str) -> list[Reading]:
    """All values of the mapping; `zone` is that of times without one."""
    return [_reading(place, value, document, zone) for place, value in _values(spec)]


def _values(spec: Spec) -> Iterator[tuple[str, Value]]:
    yield "number", spec.number
    yield from ((f"slots.{name}", value) for name, value in spec.slots.items())
    for place in ("language", "time_zone", "dedupe", "client_reference"):
        value = getattr(spec, place)
        if value is not None:
            yield place, value
    yield from ((f"metadata.{name}", value) for name, value in spec.metadata.items())


def _reading(place: str, value: Value, document: Any, zone: str) -> Reading:
    try:
        text = value_read(value, document, zone)
    except FormatError as error:
        params = {"path": value.path, **error.params}
        return Reading(place, value.path, problem=Problem(place, error.code, params))
    if text:
        is_default = bool(value.path and value.default) and text == value.default
        return Reading(place, value.path, text, is_default)
    problem = Problem(place, "value_missing", {"path": value.path})
    return Reading(place, value.path, problem=problem)
