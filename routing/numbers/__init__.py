"""Numbers: what people write to E.164 digits, and back. Pure: no Django, no clock.

`normalize` uses the plans shipped with the product; a `Normalizer` of one's own uses
others (an edited plan from the database).
"""

from functools import cache

import phonenumbers

from routing.numbers.errors import MESSAGES, NumberError
from routing.numbers.normalizer import Normalizer, Number
from routing.numbers.plan import shipped_plans

__all__ = [
    "MESSAGES",
    "Normalizer",
    "Number",
    "NumberError",
    "display",
    "normalize",
    "shipped_normalizer",
    "to_e164",
]


@cache
def shipped_normalizer() -> Normalizer:
    """The normalizer over the shipped plans; bind it to a local name in a bulk loop."""
    return Normalizer(shipped_plans())


def normalize(raw: str, *, default_country: str | None = "VN") -> Number:
    """The mobile number meant by `raw`, repaired where the repair is certain or flagged.

    `default_country` (ISO code) is assumed for numbers without a plus or 00; None demands
    an international number. Raises NumberError with a code of MESSAGES.
    """
    return shipped_normalizer()(raw, default_country=default_country)


def to_e164(msisdn: str) -> str:
    """Stored digits in the form of the API and the UI: with a plus."""
    return f"+{msisdn}"


def display(msisdn: str) -> str:
    """Stored digits grouped for people, internationally: `+84 912 345 678`."""
    try:
        parsed = phonenumbers.parse(f"+{msisdn}")
    except phonenumbers.NumberParseException:
        return to_e164(msisdn)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
