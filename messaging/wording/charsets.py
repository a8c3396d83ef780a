"""The character sets a slot can be held to: a closed list, because cost follows from it.

Every set speaks of rewritten text in NFC. `pattern` is the inside of a character class.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from messaging.encoding import gsm7

_EXTENSION = frozenset(gsm7.EXTENSION)
_GSM7 = "".join(sorted(gsm7.CHARACTERS - {"\n", "\r", "\f"}))
_GSM7_BASIC = "".join(sorted(gsm7.CHARACTERS - _EXTENSION - {"\n", "\r"}))
# Without the backtick: GSM-7 has no code for it, and one of them would turn a text into UCS-2.
_ASCII = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "`")
_FIRST_PLANE = 0x10000
_SIMPLE_PUNCTUATION = " .,'’&()/+-"


@dataclass(frozen=True, slots=True)
class Charset:
    """A set of characters and what they can cost.

    `gsm7_units`: septets of its most expensive character that GSM-7 has; `is_gsm7`: whether it
    has no other; `has_pairs`: whether a character can take two code units in UCS-2.
    """

    name: str
    allowed: re.Pattern[str]
    first_outside: re.Pattern[str] | None
    gsm7_units: int
    is_gsm7: bool
    has_pairs: bool

    def outside(self, text: str, start: int = 0, end: int | None = None) -> int | None:
        """Position of the first character of `text` (between `start` and `end`) that is not in
        the set."""
        if self.first_outside is None:
            return None
        found = self.first_outside.search(text, start, len(text) if end is None else end)
        return found.start() if found else None


def _charset(name: str, characters: str) -> Charset:
    escaped = re.escape(characters)
    return Charset(
        name,
        re.compile(f"[{escaped}]"),
        re.compile(f"[^{escaped}]"),
        gsm7_units=2 if _EXTENSION & set(characters) else 1,
        is_gsm7=gsm7.CHARACTERS.issuperset(characters),
        has_pairs=False,
    )


def _letters() -> Charset:
    """Letters, marks, digits and simple punctuation of the first plane."""
    inside = "".join(_ranges()) + re.escape(_SIMPLE_PUNCTUATION)
    # All that GSM-7 has of these takes one septet.
    return Charset(
        "letters", re.compile(f"[{inside}]"), re.compile(f"[^{inside}]"), 1, False, False
    )


def _ranges() -> Iterator[str]:
    start = None
    for code in range(_FIRST_PLANE + 1):
        category = unicodedata.category(chr(code)) if code < _FIRST_PLANE else "Cn"
        if category[0] in "LM" or category == "Nd":
            start = code if start is None else start
        elif start is not None:
            yield re.escape(chr(start)) + "-" + re.escape(chr(code - 1))
            start = None


_ANY = Charset("any", re.compile(r"[\s\S]"), None, 2, False, True)
_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

_ALL = (
    _ANY,
    _letters(),
    _charset("plain_letters", _PLAIN + " .,'&()/+-"),
    _charset("gsm7", _GSM7),
    _charset("gsm7_basic", _GSM7_BASIC),
    _charset("ascii", _ASCII),
    _charset("digits", "0123456789"),
    _charset("alphanumeric", _PLAIN),
    _charset("base64", _PLAIN + "+/="),
)
CHARSETS: dict[str, Charset] = {one.name: one for one in _ALL}


@lru_cache(maxsize=64)
def charset_of(characters: str) -> Charset:
    """A set of exactly these characters: of types whose form says what can stand in them."""
    return _charset("", characters)
