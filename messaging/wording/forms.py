"""The forms of typed values: what an amount, a date or a telephone number looks like.

`characters` are all that a value of the form can have; its cost follows from them. Forms hold
rewritten text, so the marks of a currency are rewritten too.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from messaging.encoding.gsm7 import EXTENSION
from messaging.wording.rewriting import rewrite

# How amounts in a currency are marked where people write them; the code itself always may be.
_MARKS: Final = {
    "VND": ("VNĐ", "đ", "₫", "d", "đồng", "dong"),
    "USD": ("$", "US$"),
    "EUR": ("€",),
    "GBP": ("£",),
    "JPY": ("¥",),
    "CNY": ("¥",),
    "KRW": ("₩",),
    "THB": ("฿",),
    "INR": ("₹", "Rs", "Rs."),
    "PHP": ("₱",),
    "IDR": ("Rp",),
    "MYR": ("RM",),
    "SGD": ("$", "S$"),
    "AUD": ("$", "A$"),
    "CAD": ("$", "C$"),
    "HKD": ("$", "HK$"),
    "TWD": ("$", "NT$"),
    "MXN": ("$",),
    "BRL": ("R$",),
}
_MOST_MARKS: Final = 3  # of one amount, as its pattern has them
_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Digits with or without grouping, and at most three decimals (dinars have them).
_NUMBER = r"(?:[0-9]{1,3}(?:[., '][0-9]{3})+|[0-9]+)(?:[.,][0-9]{1,3})?"
_DATE = (
    r"[0-9]{1,2}[/.-][0-9]{1,2}(?:[/.-](?:[0-9]{4}|[0-9]{2}))?"  # 30/11, 30.11.2026
    r"|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}"  # 2026-11-30
    r"|[0-9]{1,2}/[0-9]{4}"  # 11/2026
)
_TIME = r"(?:[01]?[0-9]|2[0-4])(?:[:hHg][0-5][0-9](?::[0-5][0-9])?|[hHg])?(?: ?[AaPp][Mm])?"
_PHONE = r"\+?\(?[0-9](?:[ .()-]{0,2}[0-9]){2,14}"
_HOST = (
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_URL = rf"(?:[Hh][Tt][Tt][Pp][Ss]?://)?{_HOST}(?::[0-9]{{1,5}})?(?:[/?#][!-_a-~]*)?"
_APP_HASH = r"[A-Za-z0-9+/]{11}"


@dataclass(frozen=True, slots=True)
class Form:
    """A type's form; `characters` "" where the slot's character set says what it can have.

    `is_closed`: nothing else can hide in it, such as a link or a label. `gsm7_extra`: septets
    beyond one per character that its characters of GSM-7's extension table can add. `short` is a
    value as short as can be, `sample` a typical one.
    """

    pattern: re.Pattern[str]
    characters: str
    is_closed: bool
    short: str
    sample: str
    longest: int | None = None
    gsm7_extra: int = 0


_FIXED: Final = {
    "date": Form(re.compile(_DATE), _DIGITS + "/.-", True, "1/1", "30/11/2026", 10),
    "time": Form(re.compile(_TIME), _DIGITS + ":hHgAaPpMm ", True, "9", "14:30", 11),
    "phone": Form(re.compile(_PHONE), _DIGITS + "+ .()-", True, "113", "0912345678"),
    "app_hash": Form(
        re.compile(_APP_HASH),
        _LETTERS + _LETTERS.lower() + _DIGITS + "+/",
        True,
        "+QyYAqib1U4",
        "+QyYAqib1U4",
        11,
    ),
    "url": Form(re.compile(_URL), "", False, "a.vn", "https://example.com/x"),
}


@lru_cache(maxsize=256)
def form_of(slot_type: str, currency: str, rewriting: str) -> Form | None:
    """The form of a type under a choice of letters; None where it has none."""
    if slot_type == "amount":
        return _amount(currency, rewriting)
    return _FIXED.get(slot_type)


def _amount(currency: str, rewriting: str) -> Form:
    if currency:
        marks = {currency, *_MARKS.get(currency, ())}
    else:
        marks = {mark for group in _MARKS.values() for mark in group} | set(_MARKS)
    rewritten = sorted(
        {rewrite(mark, rewriting) for mark in marks}, key=lambda mark: (-len(mark), mark)
    )
    mark = "|".join(re.escape(one) for one in rewritten)
    if not currency:
        mark += "|[A-Z]{3}"
    pattern = re.compile(rf"(?:(?:{mark}) ?)?[+-]?(?:(?:{mark}) ?)?{_NUMBER}(?: ?(?:{mark}))?")
    characters = "".join(sorted({*"".join(rewritten), *_DIGITS, *"+-., '", *_LETTERS}))
    costly = max(sum(character in EXTENSION for character in one) for one in rewritten)
    return Form(
        pattern,
        characters,
        True,
        "0",
        f"1.250.000{rewritten[-1]}" if currency else "1.250.000",
        gsm7_extra=_MOST_MARKS * costly,
    )
