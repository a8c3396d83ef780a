"""Which column holds what: the fields of a contact, and mappings checked before use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from campaigns.imports.errors import MappingError

ATTRIBUTE = "attribute:"
MOST_ATTRIBUTES = 50
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Field(StrEnum):
    """What a column may hold, besides `attribute:` and a key."""

    NUMBER = "number"
    NAME = "name"
    LANGUAGE = "language"
    TIMEZONE = "timezone"
    CONSENT = "consent"
    CONSENT_DATE = "consent_date"
    CONSENT_SOURCE = "consent_source"
    CONSENT_UNTIL = "consent_until"
    CONSENT_TEXT = "consent_text"
    CONSENT_CONTENT = "consent_content"
    CONSENT_FORM = "consent_form"
    CONSENT_FREQUENCY = "consent_frequency"
    IGNORE = "ignore"


# What a person agreed to, by the name the ledger has for it.
FACETS = {
    Field.CONSENT_TEXT: "text_version",
    Field.CONSENT_CONTENT: "content",
    Field.CONSENT_FORM: "form",
    Field.CONSENT_FREQUENCY: "frequency",
}
_FIELDS = frozenset(field.value for field in Field)


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the fields, from 0; several columns of names are joined in file order."""

    number: int
    names: tuple[int, ...] = ()
    language: int | None = None
    attributes: tuple[tuple[int, str], ...] = ()
    consent: int | None = None
    consent_date: int | None = None
    consent_source: int | None = None
    consent_until: int | None = None
    consent_text: int | None = None
    consent_content: int | None = None
    consent_form: int | None = None
    consent_frequency: int | None = None
    timezone: int | None = None

    @property
    def facets(self) -> tuple[tuple[Field, int], ...]:
        """The columns that say what was agreed to."""
        positions = (
            self.consent_text,
            self.consent_content,
            self.consent_form,
            self.consent_frequency,
        )
        found = zip(FACETS, positions, strict=True)
        return tuple((field, index) for field, index in found if index is not None)

    @property
    def highest(self) -> int:
        """The last position that is read."""
        single = (
            self.language,
            self.consent,
            self.consent_date,
            self.consent_source,
            self.consent_until,
            *(index for _field, index in self.facets),
            self.timezone,
        )
        return max(
            0,
            self.number,
            *self.names,
            *(index for index, _ in self.attributes),
            *(index for index in single if index is not None),
        )


def attribute_key(folded: str) -> str:
    """A key from a folded title (`ma don hang` → `ma_don_hang`), or nothing if it gives none."""
    key = folded.replace(" ", "_").strip("_")[:40].rstrip("_")
    if key and not key[0].isalpha():
        key = f"c_{key}"[:40]
    return key if _KEY.fullmatch(key) else ""


def is_attribute_key(key: str) -> bool:
    """Whether a key can be a slot of a template, too: small ASCII letters, digits, underscores."""
    return _KEY.fullmatch(key) is not None


def columns(mapping: Mapping[int, str], width: int) -> Columns:
    """The positions of a mapping (position → field). Raises MappingError."""
    singles: dict[str, int] = {}
    names: list[int] = []
    attributes: dict[str, int] = {}
    for index, target in sorted(mapping.items()):
        _check(index, target, width)
        if target == Field.NAME:
            names.append(index)
        elif target.startswith(ATTRIBUTE):
            _put(attributes, target.removeprefix(ATTRIBUTE), index, target)
        elif target != Field.IGNORE:
            _put(singles, target, index, target)
    if len(attributes) > MOST_ATTRIBUTES:
        raise MappingError("too_many_attributes", limit=str(MOST_ATTRIBUTES))
    if Field.NUMBER not in singles:
        raise MappingError("number_column_missing")
    return Columns(
        names=tuple(names),
        attributes=tuple((index, key) for key, index in attributes.items()),
        number=singles.pop(Field.NUMBER),
        **singles,
    )


def _check(index: int, target: str, width: int) -> None:
    if not 0 <= index < width:
        raise MappingError("column_unknown", column=str(index), columns=str(width))
    if target.startswith(ATTRIBUTE):
        key = target.removeprefix(ATTRIBUTE)
        if not is_attribute_key(key):
            raise MappingError("attribute_key_invalid", key=key[:60])
    elif target not in _FIELDS:
        raise MappingError("field_unknown", field=target[:60])


def _put(found: dict[str, int], key: str, index: int, target: str) -> None:
    if key in found:
        raise MappingError("field_twice", field=target)
    found[key] = index
