"""What changed between two wordings, word by word."""

import difflib
import re
from dataclasses import dataclass
from typing import Literal

_WORDS = re.compile(r"\{[^{}]*\}|\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of words that two wordings share, or that only one of them has."""

    kind: Literal["same", "added", "removed"]
    text: str


def changes_between(old: str, new: str) -> tuple[Change, ...]:
    """What became of `old`, word by word; joined without "removed" it is `new`."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    changes: list[Change] = []
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            changes.append(Change("same", "".join(after[new_from:new_to])))
            continue
        if old_to > old_from:
            changes.append(Change("removed", "".join(before[old_from:old_to])))
        if new_to > new_from:
            changes.append(Change("added", "".join(after[new_from:new_to])))
    return tuple(changes)
