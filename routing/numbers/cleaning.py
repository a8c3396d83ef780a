"""From what people paste to digits: the mess of spreadsheets, undone or refused."""

import re
import unicodedata
from dataclasses import dataclass

from routing.numbers.errors import NumberError

# Excel shows a long number in a narrow column as 8.49123E+10 and saves it so to CSV.
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)
# Floats written by data tools: 84912345678.0
_DECIMAL_SUFFIX = re.compile(r"(\+?\d{8,15})\.0+")
_SCHEME = re.compile(r"(?:tel|sms|callto):\s*(?://)?", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?:;\s*ext\s*=|\bext(?:n|ension)?\b\.?|m[aá]y l[eẻ]|s[oố] l[eẻ]|(?<=\d)\s*[x#]|[,;](?=\s*\d{1,5}$))"
    r"\s*[:.]?\s*\d{1,7}\s*#?$",
    re.IGNORECASE,
)
_BETWEEN_NUMBERS = re.compile(r"[/;,|&\n\\]|\s-\s|\b(?:or|hoặc|hay|và|and)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\d+", re.ASCII)
_PUNCTUATION = str.maketrans("", "", " .-()[]_/·•\t")
_QUOTES = "'\"’‘`´“”= "
_LONGEST_FIELD = 80  # characters; longer is no number, and not worth the regexes
_WHOLE_NUMBER = 8  # digits; two runs of that many in one field are two numbers


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Bare digits, whether a plus stood before them, and what had to be undone."""

    digits: str
    has_plus: bool
    repairs: tuple[str, ...]


def clean(raw: str) -> Cleaned:
    """Digits of a pasted number. Raises NumberError where a guess could reach a stranger."""
    if len(raw) > _LONGEST_FIELD:
        raise NumberError("not_a_number", found=raw[:12])
    text = _SCHEME.sub("", _plain(raw).strip(_QUOTES), count=1).strip()
    if not text:
        raise NumberError("empty")
    if _SCIENTIFIC.fullmatch(text):
        raise NumberError("damaged_scientific", found=text)
    repairs: tuple[str, ...] = ()
    if decimal := _DECIMAL_SUFFIX.fullmatch(text):
        text, repairs = decimal[1], ("decimal_suffix",)
    _refuse_company(text)
    compact = text.translate(_PUNCTUATION)
    if not _DIGITS.fullmatch(compact):
        raise NumberError("not_a_number", found=_culprit(compact) or text[:12])
    return Cleaned(compact.lstrip("+"), compact.startswith("+"), repairs)


def _plain(raw: str) -> str:
    """Any script's digits as ASCII, any space as a space, any dash as a dash, no marks."""
    return "".join(map(_plain_character, unicodedata.normalize("NFKC", raw))).strip()


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    # Format characters: direction marks that address books put around numbers, BOM, ZWSP.
    return {"Zs": " ", "Pd": "-", "Cf": ""}.get(category, "-" if character == "−" else character)


def _refuse_company(text: str) -> None:
    """Two numbers in one field, or a number with an extension, is a person's to sort out."""
    whole = [
        part
        for part in _BETWEEN_NUMBERS.split(text)
        if sum(map(str.isdecimal, part)) >= _WHOLE_NUMBER
    ]
    if len(whole) > 1:
        raise NumberError("several_numbers")
    if _EXTENSION.search(text):
        raise NumberError("extension")


def _culprit(compact: str) -> str:
    """The first thing that has no place in a number, short enough for an error line."""
    stray = re.sub(r"^\+?\d*", "", compact, flags=re.ASCII)
    return re.split(r"\d", stray, maxsplit=1)[0][:12] or stray[:12]
