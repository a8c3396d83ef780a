"""Rules of single fields that several services share."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from compliance.models import Account, Advertiser
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
