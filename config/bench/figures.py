"""What a benchmark prints: one JSON line per figure. Pure."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A measurement with everything needed to judge it; `is_sound` is False where the counts of
    both sides differ or messages were lost, and the command then fails."""

    name: str
    values: Mapping[str, Any]
    settings: Mapping[str, Any] = field(default_factory=dict)
    is_sound: bool = True


def json_line(figure: Figure, *, machine: Mapping[str, Any], load: Mapping[str, Any]) -> str:
    """The figure as one line; its name first, its surroundings last."""
    line = {
        "figure": figure.name,
        **figure.values,
        "sound": figure.is_sound,
        "settings": figure.settings,
        "machine": machine,
        "load": load,
    }
    return json.dumps(line, ensure_ascii=False)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0..1) of all values do not exceed (nearest rank).

    Raises ValueError where there are no values.
    """
    if not values:
        raise ValueError("no values")
    rank = math.ceil(share * len(values) - 1e-9)
    return sorted(values)[max(0, rank - 1)]


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the largest in milliseconds; empty without values."""
    if not seconds:
        return {}
    return {
        "p50_ms": round(percentile(seconds, 0.5) * 1000, 2),
        "p99_ms": round(percentile(seconds, 0.99) * 1000, 2),
        "max_ms": round(max(seconds) * 1000, 2),
    }


def per_message(seconds: Mapping[str, float], messages: int) -> dict[str, float]:
    """CPU seconds by process as microseconds per message."""
    return {
        name: round(value * 1_000_000 / messages, 1) if messages else 0.0
        for name, value in seconds.items()
    }
