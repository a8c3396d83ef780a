"""Consent, dates and languages as people write them. Pure."""

import re
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from functools import lru_cache

from campaigns.imports.text import fold

_GRANTED = frozenset(
    {"co", "yes", "y", "true", "t", "1", "x", "ok", "v", "dong y", "da dong y", "opt in", "opted in",
     "granted", "subscribed", "dang ky", "da dang ky", "dk", "on"}
)  # fmt: skip
_NOT_GIVEN = frozenset(
    {"khong", "no", "n", "false", "f", "0", "ko", "k", "khong dong y", "chua", "chua dong y", "off"}
)
_REFUSED = frozenset(
    {"tu choi", "da tu choi", "tu choi nhan tin", "opt out", "opted out", "unsubscribed", "stop", "huy",
     "da huy", "huy dang ky", "da huy dang ky", "tc", "revoked", "withdrawn", "dnc"}
)  # fmt: skip
_TICKS = frozenset("✓✔☑√✅")
_CROSSES = frozenset("✗✘☒❌×")

_LANGUAGES = {
    "vi": "vi", "vn": "vi", "vie": "vi", "vietnamese": "vi", "tieng viet": "vi", "viet": "vi",
    "en": "en", "eng": "en", "english": "en", "tieng anh": "en", "anh": "en",
    # Vietnamese without marks, for phones that show none (RFC 5646 §2.2.7: private use).
    "vi x plain": "vi-x-plain", "khong dau": "vi-x-plain", "tieng viet khong dau": "vi-x-plain",
}  # fmt: skip
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]+(.+))?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ ,T]+(.+))?")
_TIME_FIRST = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?)[ ,]+(\d{1,2}[-/.]\d{1,2}[-/.]\d{4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?")
_MONTH_FIRST_COUNTRIES = frozenset({"US"})


class Consent(StrEnum):
    """What a cell says of consent: an empty box is no refusal, and a refusal is more than that."""

    GRANTED = "granted"
    NOT_GIVEN = "not_given"
    REFUSED = "refused"


@lru_cache(maxsize=256)
def consent(value: str) -> Consent | None:
    """What a cell says; None where it is empty. Raises ValueError for anything unclear."""
    text = value.strip()
    if not text:
        return None
    folded = fold(text)
    if folded in _GRANTED or text in _TICKS:
        return Consent.GRANTED
    if folded in _NOT_GIVEN or text in _CROSSES:
        return Consent.NOT_GIVEN
    if folded in _REFUSED:
        return Consent.REFUSED
    raise ValueError(value)


def language(value: str) -> str:
    """A language code such as `vi`, from a code or a common name. Raises ValueError."""
    known = _LANGUAGES.get(fold(value))
    if known is None and _LANGUAGE_TAG.fullmatch(value):
        base, _, region = value.replace("_", "-").partition("-")
        known = _LANGUAGES.get(base.lower(), base.lower()) + (
            f"-{region.upper()}" if region else ""
        )
    if known is None:
        raise ValueError(value)
    return known


@lru_cache(maxsize=4096)  # a file repeats its days
def moment(value: str, zone: tzinfo, country: str) -> datetime:
    """An aware time; a date alone is its first minute in `zone`. 03/04 is 3 April, except
    where `country` writes the month first. Raises ValueError."""
    text = value.strip()
    if swapped := _TIME_FIRST.fullmatch(text):
        text = f"{swapped[2]} {swapped[1]}"
    if found := _YEAR_FIRST.fullmatch(text):
        return _year_first(text, found, zone)
    found = _YEAR_LAST.fullmatch(text)
    if not found:
        raise ValueError(value)
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    day, month = (second, first) if country in _MONTH_FIRST_COUNTRIES else (first, second)
    return datetime.combine(date(year, month, day), _time(found[4]), zone)


def date_example(country: str) -> str:
    """The last day of March in the manner of the country, for error sentences."""
    return "03/31/2026" if country in _MONTH_FIRST_COUNTRIES else "31/03/2026"


def _year_first(text: str, found: re.Match[str], zone: tzinfo) -> datetime:
    rest = found[4] or ""
    if "T" in text or "+" in rest or rest.endswith("Z"):
        aware = datetime.fromisoformat(text)  # RFC 3339 and its relatives
        return aware if aware.tzinfo else aware.replace(tzinfo=zone)
    day = date(int(found[1]), int(found[2]), int(found[3]))
    return datetime.combine(day, _time(rest), zone)


def _time(value: str | None) -> time:
    if not value:
        return time()
    found = _TIME.fullmatch(value.strip())
    if not found:
        raise ValueError(value)
    hour = int(found[1])
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
    return time(hour, int(found[2]), int(found[3] or 0))
