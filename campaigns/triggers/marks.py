"""Numbers in a body, as marks by which a person's events are found again without reading them."""

import hashlib
import hmac
import re
from typing import Final

# With spaces, dots, dashes, brackets and slashes between, as people write numbers.
_RUNS: Final = re.compile(r"\d(?:[\s.\-()/]{0,3}\d){7,}")
_GROUPS: Final = re.compile(r"\d+")
_KEPT_DIGITS: Final = 8  # also a number written without its country ends with these


def number_marks(body: str, key: bytes) -> list[int]:
    """Keyed marks of every run of digits that could hold a number, or several."""
    endings = set()
    for run in _RUNS.finditer(body):
        digits = ""
        for group in _GROUPS.finditer(run.group()):
            digits = (digits + group.group())[-2 * _KEPT_DIGITS :]
            endings.add(digits[-_KEPT_DIGITS:])
    return sorted({_mark(one, key) for one in endings if len(one) == _KEPT_DIGITS})


def number_mark(msisdn: str, key: bytes) -> int:
    """The mark of a number."""
    return _mark(msisdn[-_KEPT_DIGITS:], key)


def _mark(ending: str, key: bytes) -> int:
    """63 bits: enough to tell numbers apart, and no way back without the key."""
    digest = hmac.new(key, ending.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8]) >> 1
