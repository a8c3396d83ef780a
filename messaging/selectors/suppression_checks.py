"""Whether numbers may be written to, thousands at a time: suppressions and registers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from compliance.constants import Purpose
from compliance.models import Account, Advertiser, Program
from compliance.selectors.registers import RegisterStanding, listed, register_standings
from routing.numbers import NumberError, normalize

_STANDING = """
SELECT msisdn, array_agg(DISTINCT cause ORDER BY cause),
    CASE WHEN bool_or(expires_at IS NULL) THEN NULL ELSE max(expires_at) END
FROM compliance_suppression
WHERE msisdn = ANY(%(msisdns)s) AND account_id = %(account)s AND lifted_at IS NULL
    AND purpose = ANY(%(purposes)s)
    AND (advertiser_id IS NULL OR advertiser_id = %(advertiser)s)
    AND (program_id IS NULL OR program_id = %(program)s)
    AND sender IN ('', %(sender)s)
GROUP BY msisdn
"""


@dataclass(frozen=True, slots=True)
class CheckedNumber:
    """A number as it was given; `msisdn` None: it is none. `is_registered` None: its country has
    no register, or no list of it was ever loaded. `until`: when the last suppression ends (None:
    not by time, or none stands)."""

    given: str
    msisdn: str | None
    country: str = ""
    error: str = ""
    causes: tuple[str, ...] = ()
    until: datetime | None = None
    is_registered: bool | None = None


@dataclass(frozen=True, slots=True)
class About:
    """The messages that are asked about."""

    message_class: str
    advertiser: Advertiser | None = None
    program: Program | None = None
    sender: str = ""


def numbers_check(
    account: Account, given: Sequence[str], about: About
) -> tuple[Sequence[CheckedNumber], Mapping[str, RegisterStanding]]:
    """What stands against each number, in the order given, and the registers that were asked.

    One query for the suppressions, one for each country among the numbers that has a register.
    """
    read = [_read(one, account.country) for one in given]
    msisdns = sorted({one.msisdn for one in read if one.msisdn})
    standing = _standing(account, msisdns, about)
    countries = {one.country for one in read if one.msisdn}
    registers = {c: r for c, r in register_standings().items() if c in countries}
    on_register: set[str] = set()
    for country in registers:
        ours = {one.msisdn for one in read if one.msisdn and one.country == country}
        on_register |= listed(country, ours)
    return [_checked(one, standing, registers, on_register) for one in read], registers


def _read(given: str, country: str) -> CheckedNumber:
    try:
        number = normalize(given, default_country=country)
    except NumberError as error:
        return CheckedNumber(given, None, error=error.code)
    return CheckedNumber(given, number.msisdn, number.country)


def _standing(
    account: Account, msisdns: Sequence[str], about: About
) -> Mapping[str, tuple[tuple[str, ...], datetime | None]]:
    values: dict[str, Any] = {
        "msisdns": list(msisdns),
        "account": account.pk,
        "purposes": [about.message_class, Purpose.ALL.value],
        "advertiser": about.advertiser.pk if about.advertiser else None,
        "program": about.program.pk if about.program else None,
        "sender": about.sender,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, values)
        return {msisdn: (tuple(causes), until) for msisdn, causes, until in cursor.fetchall()}


def _checked(
    one: CheckedNumber,
    standing: Mapping[str, tuple[tuple[str, ...], datetime | None]],
    registers: Mapping[str, RegisterStanding],
    on_register: set[str],
) -> CheckedNumber:
    if one.msisdn is None:
        return one
    causes, until = standing.get(one.msisdn, ((), None))
    registered = one.msisdn in on_register if one.country in registers else None
    return CheckedNumber(one.given, one.msisdn, one.country, "", causes, until, registered)
