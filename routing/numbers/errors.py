"""Why a raw number was refused: stable codes, and the sentences a person reads.

The sentences are only marked here, so that this stays free of Django: a door translates
them with `gettext(MESSAGES[error.code]) % error.params`.
"""

from collections.abc import Mapping


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


MESSAGES: Mapping[str, str] = {
    "empty": gettext_noop("The number is empty. Enter a mobile number."),
    "not_a_number": gettext_noop(
        "The number contains “%(found)s”. Use digits, spaces, dots, dashes and a leading plus only."
    ),
    "damaged_scientific": gettext_noop(
        "A spreadsheet has cut the number to %(found)s and its last digits are lost. "
        "Format the column as text and export the file again."
    ),
    "extension": gettext_noop(
        "The number has an extension, and SMS cannot reach one. Give a mobile number."
    ),
    "several_numbers": gettext_noop(
        "The field holds several numbers. Put each number in its own row."
    ),
    "country_missing": gettext_noop(
        "The number has no country code. Write it with a plus, like +84912345678."
    ),
    "country_unknown": gettext_noop(
        "No country has the code that the number begins with. Check the digits after the plus."
    ),
    "short_code": gettext_noop(
        "%(found)s is a short code or a part of a number. Give a full mobile number."
    ),
    "too_short": gettext_noop("The number has %(digits)s digits, too few. Check for missing ones."),
    "too_long": gettext_noop("The number has %(digits)s digits, too many. Check for extra ones."),
    "invalid": gettext_noop(
        "No mobile number in this country looks like this. Check the first digits."
    ),
    "ambiguous": gettext_noop(
        "The number fits no mobile here, but reads as %(suggestion)s abroad. "
        "If that is meant, write it with the plus."
    ),
    "fixed_line": gettext_noop("This is a fixed line, and SMS cannot reach it. Give a mobile."),
    "m2m_range": gettext_noop("This range belongs to machines, not people. Give a mobile number."),
    "premium": gettext_noop("This is a premium-rate number. Give a mobile number."),
    "toll_free": gettext_noop("This is a toll-free number. Give a mobile number."),
    "not_mobile": gettext_noop("This is not a mobile number. Give a mobile number."),
    "defunct_range": gettext_noop(
        "This range belonged to a network that has closed. Ask for the new number."
    ),
}


class NumberError(ValueError):
    """A raw number that cannot be used; `code` is a key of MESSAGES, `params` fill its text."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
