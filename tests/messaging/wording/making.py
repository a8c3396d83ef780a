"""Wordings for tests, in one line."""

from typing import Any

from messaging.wording.slots import SlotSpec
from messaging.wording.values import RefusedValueError, check_of
from messaging.wording.wordings import Wording, wording_set


def make_wording(body: str, rewriting: str = "none", **slots: Any) -> Wording:
    """A wording; a slot is a type or the members of its entry."""
    entries = [
        {"name": name, **({"type": given} if isinstance(given, str) else given)}
        for name, given in slots.items()
    ]
    return wording_set(body=body, slots=entries, rewriting=rewriting, language="vi").default


def taken(value: str | None, rewriting: str = "none", **spec: Any) -> str:
    """What becomes of a value, or the code of its refusal."""
    check = check_of(SlotSpec("a", **spec), rewriting)
    try:
        return f"={check.take(value)}"
    except RefusedValueError as error:
        return error.problem.code
