"""Rules of single fields that several services share."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from compliance.models import Account, Advertiser, Program
from config.common.errors import InvalidError

SHORTEST_MSISDN, LONGEST_MSISDN = 7, 15  # E.164 allows 15 digits


def is_msisdn(text: str) -> bool:
    """Whether it is E.164 digits without plus, as numbers are stored."""
    is_digits = text.isascii() and text.isdecimal() and not text.startswith("0")
    return is_digits and SHORTEST_MSISDN <= len(text) <= LONGEST_MSISDN


def check_msisdn(msisdn: str) -> None:
    """E.164 digits without plus, as numbers are stored. Raises InvalidError."""
    if not is_msisdn(msisdn):
        raise InvalidError(
            "invalid_number",
            _("The number must have its country code, for example +84912345678."),
            field="msisdn",
        )


def check_choice(field: str, value: str, allowed: Iterable[str]) -> None:
    """One of a closed list. Raises InvalidError."""
    if value not in allowed:
        raise InvalidError("unknown_choice", _("Choose one of the list."), field=field)


def check_advertiser(account: Account, advertiser: Advertiser | None) -> None:
    """An advertiser of this account. Raises InvalidError."""
    if advertiser is not None and advertiser.account_id != account.pk:
        raise InvalidError(
            "advertiser_of_other_account",
            _("Choose an advertiser of this account."),
            field="advertiser",
        )


def country_checked(country: str, *, field: str = "country") -> str:
    """A country in two capitals, or "" for none. Raises InvalidError."""
    text = country.strip().upper()
    if text and not (len(text) == 2 and text.isascii() and text.isalpha()):
        raise InvalidError(
            "invalid_country", _("Write a country in two letters, such as VN."), field=field
        )
    return text


def check_program(account: Account, advertiser: Advertiser | None, program: Program | None) -> None:
    """A program of this account, and of the advertiser where one is given. Raises InvalidError."""
    if program is None:
        return
    is_other = advertiser is not None and program.advertiser_id != advertiser.pk
    if is_other or program.account_id != account.pk:
        raise InvalidError(
            "program_of_other_advertiser",
            _("Choose a program of this advertiser."),
            field="program",
        )
