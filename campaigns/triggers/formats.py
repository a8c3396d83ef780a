"""How a value of an event becomes words in a message: steps, one after the other."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

_TOKENS: Final = re.compile(r"yyyy|yy|MM|M|dd|d|HH|H|mm|ss|'[^']*'|[^A-Za-z']+")
_FIELDS: Mapping[str, Callable[[datetime], str]] = {
    "yyyy": lambda at: f"{at.year:04d}",
    "yy": lambda at: f"{at.year % 100:02d}",
    "MM": lambda at: f"{at.month:02d}",
    "M": lambda at: str(at.month),
    "dd": lambda at: f"{at.day:02d}",
    "d": lambda at: str(at.day),
    "HH": lambda at: f"{at.hour:02d}",
    "H": lambda at: str(at.hour),
    "mm": lambda at: f"{at.minute:02d}",
    "ss": lambda at: f"{at.second:02d}",
}
_SECONDS_END: Final = 100_000_000_000  # larger numbers are milliseconds (1973 as those)
_MOST_DIGITS: Final = 24
_MOST_DECIMALS: Final = 6


class FormatError(Exception):
    """A value that a step cannot read."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@lru_cache(maxsize=512)
def pattern_parts(pattern: str) -> tuple[str, ...] | None:
    """The parts of a date's pattern, or None where it has other letters than those of fields."""
    parts = tuple(match.group() for match in _TOKENS.finditer(pattern))
    return parts if "".join(parts) == pattern and parts else None


def moment_of(value: Any, zone: str) -> datetime:
    """The time that a value means: ISO 8601, a day, or seconds or milliseconds since 1970; without
    a zone of its own it is in `zone`. Raises FormatError."""
    try:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return _since_1970(Decimal(value))
        text = str(value).strip()
        if text.isascii() and text.isdecimal() and len(text) in (10, 13):
            return _since_1970(Decimal(text))
        found = datetime.fromisoformat(text)
        local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)  # what is before or after all years fails here
    except (ValueError, OverflowError, OSError, InvalidOperation) as error:
        raise FormatError("not_a_time", value=_shown(value)) from error


def _since_1970(number: Decimal) -> datetime:
    seconds = number / 1000 if abs(number) >= _SECONDS_END else number
    return datetime.fromtimestamp(float(seconds), tz=UTC)


def _shown(value: Any) -> str:
    """So much of a value as a message about it may hold; the rest may be personal."""
    return storable(str(value)[:24])


def is_day(value: Any) -> bool:
    """Whether a value names a day without a time."""
    try:
        date.fromisoformat(str(value).strip())
    except ValueError:
        return False
    return True


def _date(value: Any, step: Mapping[str, Any], zone: str) -> str:
    own = step.get("zone") or zone
    local = moment_of(value, own).astimezone(ZoneInfo(own))
    if is_day(value):
        local = datetime.combine(local.date(), time(), local.tzinfo)
    parts = pattern_parts(step["pattern"]) or ()
    return "".join(_FIELDS[part](local) if part in _FIELDS else part.strip("'") for part in parts)


def _money(value: Any, step: Mapping[str, Any], _zone: str) -> str:
    places = Decimal(1).scaleb(-int(step.get("decimals", 0)))
    try:
        amount = _amount(value) / Decimal(step.get("divide", 1))
        whole, _point, rest = f"{amount.quantize(places, ROUND_HALF_UP):,f}".partition(".")
    except (InvalidOperation, ValueError) as error:
        raise FormatError("not_an_amount", value=_shown(value)) from error
    shown = whole.replace(",", step.get("thousands", "."))
    if rest:
        shown += step.get("point", ",") + rest
    return f"{step.get('prefix', '')}{shown}{step.get('suffix', '')}"


def _amount(value: Any) -> Decimal:
    """Raises ValueError, or InvalidOperation."""
    found = Decimal(str(value).strip().replace(" ", ""))
    if isinstance(value, bool) or not found.is_finite() or abs(found.adjusted()) > _MOST_DIGITS:
        raise ValueError(value)
    return found


def _first_word(value: Any, _step: Mapping[str, Any], _zone: str) -> str:
    words = str(value).split()
    return words[0] if words else ""


def _last_word(value: Any, _step: Mapping[str, Any], _zone: str) -> str:
    words = str(value).split()
    return words[-1] if words else ""


def _map(value: Any, step: Mapping[str, Any], _zone: str) -> str:
    text = str(value)
    return str(step["values"].get(text, text))


def _shorten(value: Any, step: Mapping[str, Any], _zone: str) -> str:
    return str(value)[: int(step["length"])]


Step = Callable[[Any, Mapping[str, Any], str], str]
STEPS: Mapping[str, Step] = {
    "trim": lambda value, _step, _zone: " ".join(str(value).split()),
    "first_word": _first_word,
    "last_word": _last_word,
    "upper": lambda value, _step, _zone: str(value).upper(),
    "lower": lambda value, _step, _zone: str(value).lower(),
    "digits": lambda value, _step, _zone: "".join(one for one in str(value) if one.isdecimal()),
    "shorten": _shorten,
    "map": _map,
    "date": _date,
    "money": _money,
}
MOST_DECIMALS = _MOST_DECIMALS


def formatted(value: Any, steps: tuple[Mapping[str, Any], ...], zone: str) -> str:
    """The value after all steps. Raises FormatError."""
    for step in steps:
        value = STEPS[step["kind"]](value, step, zone)
    return plain_text(value)


def plain_text(value: Any) -> str:
    """A JSON value as people write it. Raises FormatError for objects and lists."""
    if isinstance(value, dict | list):
        raise FormatError("not_a_value")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) <= _MOST_DIGITS else str(value)
    return storable(str(value))


def storable(text: str) -> str:
    """Without U+0000 and halves of characters, which JSON can escape and nobody can read."""
    whole = text.replace("\x00", "").encode("utf-16-le", "surrogatepass")
    return whole.decode("utf-16-le", "replace")
