"""Reads lists of numbers that belong to somebody else since a date."""

import csv
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from compliance.models import Account
from compliance.numbers import to_msisdn
from compliance.services.consent_lapses import Reassigned
from config.common import clock

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class BadMove:
    """A line that could not be read, and why."""

    line: int
    content: str
    reason: str


def moves_read(text: str, account: Account) -> tuple[list[Reassigned], list[BadMove]]:
    """Lines `number, date` (comma, semicolon or tab; a heading is passed over); dates are
    2026-03-01 or 01/03/2026 (day first), midnight in the account's zone."""
    rows: list[Reassigned] = []
    bad: list[BadMove] = []
    lines = text.splitlines()
    delimiter = max(",;\t", key=lambda char: sum(char in line for line in lines[:20]))
    for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
        values = [cell.strip() for cell in cells if cell.strip()]
        if not values:
            continue
        msisdn = to_msisdn(values[0], account.country)
        since = _moment(values[1], account) if len(values) > 1 else None
        if msisdn and since:
            rows.append(Reassigned(msisdn, since))
        elif number > 1 or any(char.isdigit() for char in values[0]):
            reason = _reason(msisdn, values)
            bad.append(BadMove(number, ", ".join(values)[:_LONGEST_SHOWN], reason))
    return rows, bad


def _reason(msisdn: str | None, values: list[str]) -> str:
    if msisdn is None:
        return _("this is no telephone number")
    if len(values) < 2:
        return _("the date is missing")
    return _("write the date, not in the future, as 2026-03-01 or 01/03/2026")


def _moment(text: str, account: Account) -> datetime | None:
    try:
        day = parse_date(text) or datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007
    except ValueError:
        return None
    moment = datetime.combine(day, time(), ZoneInfo(account.timezone))
    return moment if moment <= clock.now() else None
