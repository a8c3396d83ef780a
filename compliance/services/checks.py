"""Rules of single fields that several services share."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from compliance.models import Account, Advertiser
from config.common.errors import InvalidError

SHORTEST_MSISDN, LONGEST_MSISDN = 7, 15  # E.164 allows 15 digits


def check_msisdn(msisdn: str) -> None:
    """E.164 digits without plus, as numbers are stored. Raises InvalidError."""
    is_digits = msisdn.isascii() and msisdn.isdecimal() and not msisdn.startswith("0")
    if not is_digits or not SHORTEST_MSISDN <= len(msisdn) <= LONGEST_MSISDN:
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
