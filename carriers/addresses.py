"""How numbers are written for an SMSC, and read again. Pure: digits in storage, forms in PDUs."""

from collections.abc import Callable

from carriers.constants import AddressForm

Writer = Callable[[str], str]

_SHORTEST = 8  # digits of a telephone number; what is shorter is a short code
_NATIONAL = {AddressForm.NATIONAL: "0", AddressForm.BARE: ""}


def writer(form: str, country_code: str = "") -> Writer | None:
    """Digits to the form; None where the form is digits. Numbers of other countries than
    `country_code` stay international in a national form."""
    if form == AddressForm.PLUS:
        return lambda digits: f"+{digits}"
    if form == AddressForm.DOUBLE_ZERO:
        return lambda digits: f"00{digits}"
    if form not in _NATIONAL or not country_code:
        return None
    trunk = _NATIONAL[AddressForm(form)]
    skipped = len(country_code)
    return lambda digits: (
        trunk + digits[skipped:] if digits.startswith(country_code) else f"00{digits}"
    )


def digits_of(written: str, form: str = AddressForm.DIGITS, country_code: str = "") -> str:
    """The digits of a number that an SMSC wrote in this form; short codes stay as they are."""
    if written.startswith("+"):
        return written[1:]
    if form == AddressForm.DIGITS or len(written) < _SHORTEST:
        return written
    if written.startswith("00"):
        return written[2:]
    if form not in _NATIONAL or not country_code:
        return written
    trunk = _NATIONAL[AddressForm(form)]
    if trunk and written.startswith(trunk):
        return country_code + written[len(trunk) :]
    # Some SMSCs answer with the whole number although they want the national one.
    is_whole = bool(trunk) or written.startswith(country_code)
    return written if is_whole and written.startswith(country_code) else country_code + written


def kind_of(address: str) -> str:
    """The kind of sender an address looks like: alphanumeric, short_code or long_code."""
    digits = address.lstrip("+")
    if not (digits.isascii() and digits.isdecimal()):
        return "alphanumeric"
    return "short_code" if len(digits) < _SHORTEST else "long_code"
