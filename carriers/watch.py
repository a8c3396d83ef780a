"""Whether a silent holder may be followed, and how binds spread over workers. Pure.

Clocks jump: a database's time may leap an hour ahead while a holder is well. So a taker goes by
what it has seen itself: a lease that nobody renewed while the taker's own monotonic clock counted
its whole length is over, because its holder counts less from earlier. Whoever has just started
has seen nothing yet and waits, unless a lock of the kernel proves the holder dead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

PATIENCE_SECONDS: Final = 3.0  # for a worker with fewer binds to take a free one
STAY_SECONDS: Final = 10.0  # a bind that came is not sent on before
_LEFT_SECONDS: Final = 3.0  # what a bind sent last is out of every rolling second by then
_UNTAKEABLE_SECONDS: Final = 15.0  # a bind that nobody takes is no reason to wait any longer


@dataclass(frozen=True, slots=True)
class SeenLease:
    """A lease as it was read. `is_wanted`: bind and carrier are switched on."""

    bind_id: int
    epoch: int
    expires_at: datetime | None
    holder: str
    lock: str
    is_wanted: bool


class Watch:
    """Since when each lease has been as it is, by the caller's monotonic clock."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[tuple[int, datetime | None], float]] = {}

    def see(self, leases: Iterable[SeenLease], now: float) -> None:
        """Note what was read; `now` was taken before reading it."""
        before, self._seen = self._seen, {}
        for lease in leases:
            mark = (lease.epoch, lease.expires_at)
            known = before.get(lease.bind_id)
            since = known[1] if known is not None and known[0] == mark else now
            self._seen[lease.bind_id] = (mark, since)

    def unchanged_seconds(self, lease: SeenLease, now: float) -> float:
        """How long nobody has renewed, taken or released the lease, as far as was seen."""
        known = self._seen.get(lease.bind_id)
        if known is None or known[0] != (lease.epoch, lease.expires_at):
            return 0.0
        return now - known[1]

    def is_over(self, lease: SeenLease, now: float, lease_seconds: float) -> bool:
        """Tell whether the lease was released, or has surely run out."""
        return lease.expires_at is None or self.unchanged_seconds(lease, now) >= lease_seconds

    def ended(self, now: float) -> list[int]:
        """Return the binds that were given back and that nobody has taken for a while."""
        return [
            bind_id
            for bind_id, ((_epoch, expires_at), since) in self._seen.items()
            if expires_at is None and now - since >= _LEFT_SECONDS
        ]

    def is_waiting(self, lease: SeenLease, now: float) -> bool:
        """Tell whether a bind is on its way to a worker; not one that nobody can take."""
        is_free = lease.is_wanted and lease.expires_at is None
        return is_free and self.unchanged_seconds(lease, now) < _UNTAKEABLE_SECONDS


def may_take(own: int, others: Sequence[int], waited_seconds: float) -> bool:
    """Whether a worker with `own` binds takes another one, where others have so many.

    The ones with the fewest come first; where none of them takes it, anybody does.
    """
    return own <= min(others, default=own) or waited_seconds >= PATIENCE_SECONDS


def has_surplus(own: int, others: Sequence[int]) -> bool:
    """Whether giving one bind up makes it more even: a difference of one is even."""
    return own - min(others, default=own) >= 2
