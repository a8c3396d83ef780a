"""Compare-and-swap changes of state, the one way a status column is written through the ORM."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

Transitions = Mapping[str, frozenset[str]]


def sources(transitions: Transitions, to: str) -> frozenset[str]:
    """The states from which `to` may be reached."""
    return frozenset(state for state, targets in transitions.items() if to in targets)


def transition(
    model: type[models.Model],
    ids: Iterable[Any],
    *,
    to: str,
    transitions: Transitions,
    **fields: Any,
) -> int:
    """Moves the rows whose state allows it and says how many moved; repeating is harmless."""
    return model._default_manager.filter(
        pk__in=list(ids), status__in=sources(transitions, to)
    ).update(status=to, **fields)


def mermaid(transitions: Transitions, *, initial: Iterable[str]) -> str:
    """The chart of a transition table for the manual."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in initial]
    for state, targets in transitions.items():
        lines += [f"    {state} --> {target}" for target in sorted(targets)]
        if not targets:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)
