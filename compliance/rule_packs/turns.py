"""The instants at which a country's rules change by the calendar.

What was decided before such an instant is decided again after it: no message leaves by rules
that ended while it waited in the queue.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from compliance.rule_packs.adjustments import Adjustment
from compliance.rule_packs.model import Pack
from compliance.rule_packs.packs import ANY_COUNTRY, PackInForce


class Turns:
    """Sorted instants by country, and by account for what accounts changed themselves."""

    __slots__ = ("_accounts", "_countries")

    def __init__(
        self, entries: Iterable[PackInForce], adjustments: Iterable[Adjustment] = ()
    ) -> None:
        days: dict[str, set[date]] = {}
        zones: dict[str, ZoneInfo] = {}
        for entry in entries:
            country = entry.pack.country
            zones[country] = entry.pack.zone
            days.setdefault(country, set()).update(_days_of(entry.pack))
            days[country].update(day for day in (entry.active_from, entry.active_to) if day)
        self._countries = {
            country: tuple(sorted(_midnight(day, zones[country]) for day in those))
            for country, those in days.items()
        }
        self._accounts = _of_accounts(adjustments, zones)

    def after(self, country: str, now: datetime, account_id: int = 0) -> datetime | None:
        """The next instant at which other rules hold for an account's messages to a country;
        None where nothing is known to come."""
        shared = self._countries.get(country, self._countries.get(ANY_COUNTRY, ()))
        found = [_next(instants, now) for instants in (shared, self._accounts.get(account_id, ()))]
        known = [instant for instant in found if instant is not None]
        return min(known, default=None)


def _days_of(pack: Pack) -> set[date]:
    days = {pack.effective_from, *(change.effective_from for change in pack.optout_changes)}
    days |= {rule.effective_from for rule in pack.rules}
    days |= {rule.effective_to for rule in pack.rules if rule.effective_to}
    return days | ({pack.effective_to} if pack.effective_to else set())


def _of_accounts(
    adjustments: Iterable[Adjustment], zones: Mapping[str, ZoneInfo]
) -> dict[int, tuple[datetime, ...]]:
    found: dict[int, set[datetime]] = {}
    for one in adjustments:
        zone = zones.get(one.country) or zones[ANY_COUNTRY]
        days = (one.effective_from, one.effective_to)
        found.setdefault(one.account_id, set()).update(_midnight(day, zone) for day in days if day)
    return {account_id: tuple(sorted(instants)) for account_id, instants in found.items()}


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _next(instants: tuple[datetime, ...], now: datetime) -> datetime | None:
    place = bisect_right(instants, now)
    return instants[place] if place < len(instants) else None
