"""What an account may still spend, and how near its limit it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from messaging.constants import BillingMode


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
    def available_micros(self) -> int | None:
        """What may still be spent; None where nothing limits it."""
        if self.mode == BillingMode.UNLIMITED:
            return None
        rooms = [self.credit_micros]
        if self.day_limit_micros is not None:
            rooms.append(self.day_limit_micros - self.day_micros)
        if self.month_limit_micros is not None:
            rooms.append(self.month_limit_micros - self.month_micros)
        return min((room for room in rooms if room is not None), default=None)

    @property
    def used_percent(self) -> int:
        """How much of the narrowest limit is used, rounded down; of credit since the last top-up."""
        available = self.available_micros
        if available is None:
            return 0
        if available <= 0 or available < self.unit_micros:
            return 100
        shares = [_percent(self.day_micros, self.day_limit_micros)]
        shares.append(_percent(self.month_micros, self.month_limit_micros))
        if self.mode == BillingMode.PREPAID:
            shares.append(_percent(self.mark_micros - (self.credit_micros or 0), self.mark_micros))
        return max(shares)


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
