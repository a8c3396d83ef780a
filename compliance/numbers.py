"""Telephone numbers as people write them in the console, and back."""

import phonenumbers

SHORTEST_SEARCH = 4


def to_msisdn(text: str, country: str) -> str | None:
    """E.164 digits of a number written in a country's way; None when it is none."""
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def search_prefixes(text: str, country: str) -> tuple[str, ...]:
    """The digits a stored number may begin with when somebody searches for this.

    `0912` and `+84 912` become 84912 in Vietnam; `212 555` is also looked for as 1212555 in
    the United States. Empty for what is no number.
    """
    digits = "".join(char for char in text if char not in " .-()+")
    if not digits.isascii() or not digits.isdecimal() or len(digits) < SHORTEST_SEARCH:
        return ()
    calling_code = phonenumbers.country_code_for_region(country)
    if text.strip().startswith("+"):
        return (digits,)
    if digits.startswith("00"):
        return (digits[2:],)
    if digits.startswith("0"):
        return (f"{calling_code}{digits[1:]}",)
    return (digits, f"{calling_code}{digits}")


def to_display(msisdn: str) -> str:
    """E.164 with plus, as numbers are shown."""
    return f"+{msisdn}" if msisdn.isdecimal() else msisdn
