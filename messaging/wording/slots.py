"""What may stand in a slot: type, length, characters, pattern, example and fallback.

Stored as JSON in a version; members at their default are left out, and entries of older versions
(`name`, `max_length`, `example`) read as type `text`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

import re2

from messaging.wording.charsets import CHARSETS
from messaging.wording.grammar import Template

MAX_LONGEST: Final = 500
MAX_PATTERN: Final = 200

# Type -> longest value in UTF-16 units, and character set where the author chooses none.
_DEFAULTS: Final = {
    "text": (40, "any"),
    "name": (30, "letters"),
    "code": (10, "alphanumeric"),
    "amount": (20, ""),  # these have a form of their own, which says what may stand in them
    "date": (10, ""),
    "time": (8, ""),
    "url": (60, "ascii"),
    "phone": (18, ""),
    "app_hash": (11, ""),
}
SLOT_TYPES: Final = tuple(_DEFAULTS)
# Filled by sending itself: no customer gives it, and none can give another.
PREFERENCE_SLOT: Final = "unsubscribe"
SlotList = Sequence[Mapping[str, Any]]  # JSON objects, as a version stores them
# Without marks a text is meant to be GSM-7, so its values have to be as well.
_UNMARKED: Final = {"any": "gsm7", "letters": "plain_letters"}


class SpecError(ValueError):
    """A stored or given entry that is no slot: an entry is no object, or a member is no text."""

    code = "bad_slots"


class PatternError(ValueError):
    """A pattern that cannot be used; `reason` is the engine's, in English."""

    code = "bad_pattern"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """What may stand in a slot.

    `max_length` counts UTF-16 units, as phones do (an emoji is 2). `charset` is "" for the
    type's own. `pattern` is RE2 and has to match the whole value. `fallback` stands where a
    recipient has no value. `currency` (ISO 4217) belongs to type `amount`.
    """

    name: str
    type: str = "text"
    max_length: int = _DEFAULTS["text"][0]
    charset: str = ""
    pattern: str = ""
    example: str = ""
    fallback: str = ""
    currency: str = ""

    def as_json(self) -> dict[str, Any]:  # Any: a JSON object
        """How a version stores it."""
        always = {"name": self.name, "max_length": self.max_length, "example": self.example}
        rest = {key: value for key, value in asdict(self).items() if key not in always and value}
        if rest.get("type") == "text":
            del rest["type"]
        return always | rest

    def charset_under(self, rewriting: str) -> str:
        """The name of the set that its values are held to under a choice of letters; "" where
        the type's form says it all."""
        if self.charset:
            return self.charset
        default = default_charset(self.type)
        return _UNMARKED.get(default, default) if rewriting == "unmarked" else default


_reserved: dict[str, SlotSpec] = {}


def reserve(spec: SlotSpec) -> None:
    """Called once, when the application is ready: what stands in a slot that sending fills."""
    _reserved[spec.name] = spec


def reserved(name: str) -> SlotSpec | None:
    """What stands in a slot that sending fills; None for the author's own slots."""
    return _reserved.get(name)


def default_length(slot_type: str) -> int:
    """The longest value of a type where the author sets none, in UTF-16 units."""
    return _DEFAULTS.get(slot_type, _DEFAULTS["text"])[0]


def default_charset(slot_type: str) -> str:
    """The character set of a type where the author chooses none."""
    return _DEFAULTS.get(slot_type, _DEFAULTS["text"])[1]


def spec_of(given: Mapping[str, Any]) -> SlotSpec:
    """One entry as a spec; its values are not judged here. Raises SpecError."""
    if not isinstance(given, Mapping):
        raise SpecError("an entry is no object")
    slot_type = _text(given, "type") or "text"
    longest = given.get("max_length")
    if longest is not None and (isinstance(longest, bool) or not isinstance(longest, int | str)):
        raise SpecError("max_length is no number")
    try:
        max_length = default_length(slot_type) if longest in (None, "") else int(str(longest))
    except ValueError:
        raise SpecError("max_length is no number") from None
    return SlotSpec(
        name=_text(given, "name"),
        type=slot_type,
        max_length=max_length,
        charset=_text(given, "charset"),
        pattern=_text(given, "pattern"),
        example=_text(given, "example"),
        fallback=_text(given, "fallback"),
        currency=_text(given, "currency"),
    )


def specs_of(parsed: Template, given: Iterable[Mapping[str, Any]]) -> tuple[SlotSpec, ...]:
    """One spec per slot of the body, in its order: from `given` where it names the slot.

    Entries for slots that are gone are left out. Raises SpecError.
    """
    by_name = {spec.name: spec for spec in map(spec_of, given)} | _reserved
    return tuple(by_name.get(name, SlotSpec(name)) for name in parsed.slots)


@lru_cache(maxsize=2048)
def pattern_of(pattern: str) -> Any:  # Any: google-re2 carries no types
    """The compiled pattern: linear time whatever people write. Raises PatternError."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise PatternError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def is_charset(name: str) -> bool:
    """Whether `name` is "" or one of the sets."""
    return not name or name in CHARSETS


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise SpecError(f"{key} is no text")
    return value
