"""What an account may still spend, and how near its limit it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from messaging.constants import BillingMode

CREDIT, DAY, MONTH = "credit", "day", "month"  # limits, as events and answers name them


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's money at a moment; `day_micros` and `month_micros` are of that moment's."""

    mode: str
    funds_micros: int
    taken_micros: int
    day_micros: int = 0
    month_micros: int = 0
    day_limit_micros: int | None = None
    month_limit_micros: int | None = None
    mark_micros: int = 0
    unit_micros: int = 0

    @property
    def credit_micros(self) -> int | None:
        """What is left of what was paid in; None where that does not end sending."""
        return self.funds_micros - self.taken_micros if self.mode == BillingMode.PREPAID else None

    @property
    def rooms(self) -> dict[str, int]:
        """What each limit still lets be spent; empty where nothing limits it."""
        if self.mode == BillingMode.UNLIMITED:
            return {}
        rooms = {
            CREDIT: self.credit_micros,
            DAY: _room(self.day_limit_micros, self.day_micros),
            MONTH: _room(self.month_limit_micros, self.month_micros),
        }
        return {limit: room for limit, room in rooms.items() if room is not None}

    @property
    def available_micros(self) -> int | None:
        """What may still be spent; None where nothing limits it."""
        return min(self.rooms.values(), default=None)

    @property
    def used_percents(self) -> dict[str, int]:
        """How much of each limit is used, rounded down; of credit since the last top-up. 100 where
        not even the cheapest message fits."""
        credit = self.credit_micros or 0
        used = {
            CREDIT: _percent(self.mark_micros - credit, self.mark_micros),
            DAY: _percent(self.day_micros, self.day_limit_micros),
            MONTH: _percent(self.month_micros, self.month_limit_micros),
        }
        return {
            limit: 100 if room <= 0 or room < self.unit_micros else used[limit]
            for limit, room in self.rooms.items()
        }

    @property
    def used_percent(self) -> int:
        """Of the narrowest limit."""
        return max(self.used_percents.values(), default=0)


def _room(limit: int | None, used: int) -> int | None:
    return None if limit is None else limit - used


def _percent(used: int, whole: int | None) -> int:
    return max(0, min(99, used * 100 // whole)) if whole else 0


def alert_due(percents: Iterable[int], used: int, told: int) -> int | None:
    """The highest threshold that is reached and was not told of yet; None where there is none."""
    reached = max((one for one in percents if one <= used), default=None)
    return reached if reached is not None and reached > told else None


def fitting(prices: Sequence[int], room: int) -> list[bool]:
    """Which of the messages fit into the room, taken in order: one that is too dear does not stop
    a cheaper one behind it."""
    fits: list[bool] = []
    for price in prices:
        fits.append(price <= room)
        room -= price if fits[-1] else 0
    return fits


def is_enough(room: int | None, needed_micros: int) -> bool:
    """Whether a message that costs so much may be accepted; no room at all is without a limit."""
    return room is None or room >= needed_micros
