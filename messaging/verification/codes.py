"""One-time codes: drawn, read as people type them, and what is kept of them instead."""

import re
import secrets
from collections.abc import Callable
from typing import Final

DIGITS: Final = "0123456789"
SHORTEST: Final = 4
LONGEST: Final = 10
# People copy codes with what stands around and in them.
_DIGITS_APART = re.compile(r"\d(?:[\s\-\u2010-\u2015.]?\d)*")
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015.]+")


def new_code(length: int, below: Callable[[int], int] = secrets.randbelow) -> str:
    """A code of so many digits, each as likely as any other."""
    return str(below(10**length)).zfill(length)


def sandbox_code(length: int, send: int) -> str:
    """The code of a test key's verification, known in advance: 123456, and 234567 where it is sent
    a second time. No secret: it opens nothing but what a test key has started."""
    return "".join(str((send + place) % 10) for place in range(length))


def code_read(typed: str) -> str | None:
    """The digits that somebody typed, whatever they look like (full width, Arabic-Indic) and with
    spaces or hyphens between; None for what is no code."""
    plain = _BETWEEN.sub("", typed)
    if not SHORTEST <= len(plain) <= LONGEST or not plain.isdecimal():
        return None
    return "".join(str(int(one)) for one in plain)


def code_in(text: str) -> str | None:
    """The code of a reply that may have words around it (“Mã: 123 456”); None where it has none,
    or numbers of which nobody can say which is meant."""
    whole = code_read(text.strip())
    if whole is not None:
        return whole
    found = {code for run in _DIGITS_APART.findall(text) if (code := code_read(run)) is not None}
    return found.pop() if len(found) == 1 else None


def bound(verification_id: object, code: str) -> str:
    """What the keyed digest is made of: a digest says nothing about the same code elsewhere."""
    return f"{verification_id}:{code}"
