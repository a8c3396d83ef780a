"""What is in an event: every value with the path that leads to it, for those who write mappings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from campaigns.triggers.documents import is_deeper
from campaigns.triggers.formats import storable
from campaigns.triggers.paths import DEEPEST, LONGEST_PATH

MOST_PLACES: Final = 200
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_LONGEST_SHOWN: Final = 60
_MOST_ITEMS: Final = 3  # of a list


@dataclass(frozen=True, slots=True)
class Place:
    """A path and what is there, cut."""

    path: str
    shown: str


def places_in(document: Any) -> list[Place]:
    """The values of an event in its order, at most 200; of lists the first three items."""
    if is_deeper(document, DEEPEST):
        return []
    found: list[Place] = []
    for place in _walk("$", document):
        if len(place.path) <= LONGEST_PATH:
            found.append(place)
        if len(found) == MOST_PLACES:
            break
    return found


def _walk(path: str, value: Any) -> Iterator[Place]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if not _CONTROL.search(name):  # the paths' library takes none, escaped or not
                yield from _walk(path + _member(name), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value[:_MOST_ITEMS]):
            yield from _walk(f"{path}[{index}]", inner)
    elif value is not None:
        text = "true" if value is True else "false" if value is False else str(value)
        yield Place(path, storable(text[:_LONGEST_SHOWN]))


def _member(name: str) -> str:
    """A member's segment; names of other signs in brackets (RFC 9535 §2.3.1)."""
    if _NAME.fullmatch(name):
        return f".{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"
