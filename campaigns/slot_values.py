"""Where the slots of a campaign's text get their values from. Pure.

A campaign keeps `{slot: {"attribute": column, "fallback": text}}` or `{slot: {"fixed": text}}`;
`column` is an attribute's key, or `name` or `language` of the contact itself.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OWN_COLUMNS = ("name", "language")
LONGEST_TEXT = 300  # characters of a fixed text or a fallback


class SlotValueError(ValueError):
    """`slot` is not filled the right way: `code` is missing, unknown, malformed, too_long or
    unprintable (at `position`, characters from 0)."""

    def __init__(self, slot: str, code: str, position: int = 0) -> None:
        super().__init__(f"{slot}: {code}")
        self.slot = slot
        self.code = code
        self.position = position


@dataclass(frozen=True, slots=True)
class SlotSource:
    """A slot's value: a `column` of the contact, with `text` where the column is empty; or,
    without a column, `text` for everybody."""

    slot: str
    column: str = ""
    text: str = ""

    @property
    def is_fixed(self) -> bool:
        return not self.column

    def as_json(self) -> dict[str, str]:
        """As a campaign keeps it."""
        if self.is_fixed:
            return {"fixed": self.text}
        return {"attribute": self.column} | ({"fallback": self.text} if self.text else {})


def slot_sources(
    values: Mapping[str, Any], slots: Sequence[str], optional: Collection[str] = ()
) -> tuple[SlotSource, ...]:
    """The source of each slot, in the order of `slots`; an `optional` one, which has a fallback
    of the template's, may have none. Raises SlotValueError."""
    unknown = sorted(set(values) - set(slots))
    if unknown:
        raise SlotValueError(unknown[0], "unknown")
    return tuple(
        _source(slot, values.get(slot))
        for slot in slots
        if slot not in optional or values.get(slot) is not None
    )


def _source(slot: str, value: Any) -> SlotSource:
    if value is None:
        raise SlotValueError(slot, "missing")
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise SlotValueError(slot, "malformed")
    if set(value) == {"fixed"}:
        if not value["fixed"].strip():
            raise SlotValueError(slot, "missing")
        return SlotSource(slot, text=_text(slot, value["fixed"]))
    if "attribute" not in value or not set(value) <= {"attribute", "fallback"}:
        raise SlotValueError(slot, "malformed")
    if not value["attribute"]:
        raise SlotValueError(slot, "missing")
    return SlotSource(slot, value["attribute"], _text(slot, value.get("fallback", "")))


def _text(slot: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise SlotValueError(slot, "too_long")
    for position, character in enumerate(text):
        if not (character.isprintable() or character == "\n"):
            raise SlotValueError(slot, "unprintable", position)
    return unicodedata.normalize("NFC", text.strip())
