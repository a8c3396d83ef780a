"""What an example is made of."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """An operation's request and answer; None where it has no body. Of a list without pages
    `answers` is one row: the schema puts it into a list."""

    sends: Any = None
    answers: Any = None


def page(*rows: Any) -> dict[str, Any]:
    """A list that ends with these rows."""
    return {"data": list(rows), "next_cursor": None}
