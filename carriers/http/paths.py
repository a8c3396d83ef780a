"""Where in a carrier's JSON a value stands: `messages[0].id`. Pure."""

import re
from typing import Final

_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_PATH: Final = re.compile(r"(?:[^.\[\]]+|\[\d+\])(?:\.[^.\[\]]+|\[\d+\])*")

Json = object  # what json.loads returns


def is_path(path: str) -> bool:
    """Whether it can be read as a path; the empty one is the document itself."""
    return not path or _PATH.fullmatch(path) is not None


def find(document: Json, path: str) -> Json:
    """The value at the path, None where there is none."""
    found = document
    for match in _STEP.finditer(path):
        name, index = match.groups()
        if name is not None:
            found = found.get(name) if isinstance(found, dict) else None
        else:
            at = int(index)
            found = found[at] if isinstance(found, list) and at < len(found) else None
    return found


def text(document: Json, path: str) -> str:
    """The scalar at the path as text, "" where there is none; no path means no value."""
    if not path:
        return ""
    found = find(document, path)
    if found is None or isinstance(found, dict | list):
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)
