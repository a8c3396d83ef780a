"""What a sender's address may be, by kind and country."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from config.common.errors import InvalidError
from routing.constants import SenderKind

_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_LONG_CODE = re.compile(r"[1-9][0-9]{6,14}")
# Decree 91/2020/ND-CP, Art. 23: at most 11 of these and not digits alone; a letter is our reading.
_BRANDNAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._\- ]{1,11}")


def _check_short_code(address: str) -> None:
    if not _SHORT_CODE.fullmatch(address):
        raise InvalidError(
            "invalid_short_code",
            _("A short code has 3 to 8 digits, for example 53849."),
            field="address",
        )


def _check_long_code(address: str) -> None:
    if not _LONG_CODE.fullmatch(address):
        raise InvalidError(
            "invalid_long_code",
            _("A long code is a full number with country code and without plus: 84912345678."),
            field="address",
        )


def _check_brandname(address: str) -> None:
    if address != address.strip() or not _BRANDNAME.fullmatch(address):
        raise InvalidError(
            "invalid_brandname",
            _(
                "A brandname has at most 11 letters, digits, spaces, dots, dashes or underscores,"
                " with at least one letter and no space at its ends."
            ),
            field="address",
        )


_CHECKS: Mapping[str, Callable[[str], None]] = {
    SenderKind.SHORT_CODE.value: _check_short_code,
    SenderKind.LONG_CODE.value: _check_long_code,
    SenderKind.ALPHANUMERIC.value: _check_brandname,
}


def sender_check(
    *, kind: str, address: str, lease_start: date | None, lease_end: date | None
) -> None:
    """Raises InvalidError naming the field that breaks a rule of its kind."""
    check = _CHECKS.get(kind)
    if check is None:
        raise InvalidError("unknown_kind", _("Choose one of the kinds."), field="kind")
    check(address)
    if lease_start and lease_end and lease_end < lease_start:
        raise InvalidError(
            "lease_ends_before_start",
            _("The lease ends before it starts: choose a later end."),
            field="lease_end",
        )
