"""How often somebody agreed to be written to, read from what the form said. Pure.

`4/month`, `2 per week`, `twice a month`, `daily`, `3 lần/tuần`, `mỗi tháng 4 tin`: at most so
many messages in so many hours. Months and years count with their longest length (31 and 366
days), so that no calendar month holds more than was promised.
"""

import re
import unicodedata

_HOURS = {
    "hour": 1,
    "day": 24,
    "week": 7 * 24,
    "month": 31 * 24,
    "quarter": 92 * 24,
    "year": 366 * 24,
}
_UNITS = {
    "hour": "hour", "hours": "hour", "hr": "hour", "h": "hour", "gio": "hour",
    "day": "day", "days": "day", "d": "day", "ngay": "day", "daily": "day",
    "week": "week", "weeks": "week", "wk": "week", "w": "week", "tuan": "week", "weekly": "week",
    "month": "month", "months": "month", "mo": "month", "thang": "month", "monthly": "month",
    "quarter": "quarter", "quarters": "quarter", "quy": "quarter", "quarterly": "quarter",
    "year": "year", "years": "year", "yr": "year", "nam": "year", "yearly": "year",
    "annually": "year",
}  # fmt: skip
_ADVERBS = frozenset({"daily", "weekly", "monthly", "quarterly", "yearly", "annually"})
_COUNTS = {"once": 1, "one": 1, "mot": 1, "twice": 2, "two": 2, "hai": 2, "three": 3, "ba": 3}
_COUNTS |= {"four": 4, "bon": 4, "five": 5, "nam": 5}
_THINGS = r"(?:times|time|x|messages|message|msgs|msg|texts|text|sms|lan|tin nhan|tin|tn)"
_LEAD = r"(?:up to|at most|max\.?|maximum|not more than|no more than|toi da|khong qua)"
_LINK = r"(?:/|per|a|an|every|each|in|within|moi|mot|trong|trong vong|hang)"
_NUMBER = r"(\d{1,4}|" + "|".join(sorted(_COUNTS)) + ")"
_UNIT = "(" + "|".join(sorted(_UNITS, key=len, reverse=True)) + ")"
_MANY_FIRST = re.compile(
    rf"(?:{_LEAD} )?{_NUMBER} ?(?:{_THINGS} )?(?:{_THINGS} )?(?:{_LINK} )+(?:(\d{{1,3}}) )?{_UNIT}"
)
_UNIT_FIRST = re.compile(
    rf"(?:moi|hang|every|each) (?:(\d{{1,3}}) )?{_UNIT}"
    rf" (?:{_LEAD} )?{_NUMBER}(?: {_THINGS})*"
)
_ADVERB = re.compile(rf"(?:once |one )?(?:hang |moi |every |each )?{_UNIT}")
# Said so in calls to action: nothing is promised, nothing is enforced.
_NOTHING = re.compile(
    r"(?:recurring.*|.*varies|.*vary|as needed|any|unlimited|khong co dinh|khong gioi han"
    r"|tuy chuong trinh|theo chuong trinh)"
)
_MOST, _LONGEST_HOURS = 9999, 10 * 366 * 24


class FrequencyError(ValueError):
    """The text says no frequency in a form that can be kept to."""


def promised(text: str) -> tuple[int, int] | None:
    """At most so many messages in so many hours; None where nothing is promised (empty, or
    words such as “varies”). Raises FrequencyError."""
    plain = _plain(text)
    if not plain or _NOTHING.fullmatch(plain):
        return None
    found = _read(plain)
    if found is None:
        raise FrequencyError(text)
    limit, hours = found
    if not (1 <= limit <= _MOST and 1 <= hours <= _LONGEST_HOURS):
        raise FrequencyError(text)
    return limit, hours


def _read(plain: str) -> tuple[int, int] | None:
    if match := _MANY_FIRST.fullmatch(plain):
        number, many, unit = match.groups()
        return _count(number), _hours(unit, many)
    if match := _UNIT_FIRST.fullmatch(plain):
        many, unit, number = match.groups()
        return _count(number), _hours(unit, many)
    match = _ADVERB.fullmatch(plain)
    # A bare “month” says nothing; “monthly”, “every month” and “hàng tháng” do.
    if match and (match.group(1) in _ADVERBS or match.group(0) != match.group(1)):
        return 1, _hours(match.group(1), None)
    return None


def _count(number: str) -> int:
    return _COUNTS[number] if number in _COUNTS else int(number)


def _hours(unit: str, many: str | None) -> int:
    return _HOURS[_UNITS[unit]] * int(many or 1)


def _plain(text: str) -> str:
    """Lower case, without marks; one space between words, and around a slash."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(bare.replace("/", " / ").rstrip(" .;,").split())
