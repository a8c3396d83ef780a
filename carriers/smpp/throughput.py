"""How fast a bind or a sender may send: GCRA for evenness, a rolling log for the contract.

GCRA alone lets `burst + rate` through in some second, or must run `burst` below the contract all
the time. So it only spaces the segments (at most 100 ms of burst), and a log of what left during
the last second keeps the contract exactly. Both measure when we write; the SMSC counts when it
reads. A second is therefore taken as 1.05 s: 50 ms of network jitter do not break the contract,
at the price of 5 % of the rate.
"""

import math
from collections import deque
from typing import Final

UNLIMITED: Final = 1 << 30
JITTER_SECONDS: Final = 0.05
_FUZZ: Final = 1e-9  # absorbs rounding of sums of float intervals


class Gcra:
    """A limiter of segments per second; None means unlimited. Times are monotonic seconds."""

    __slots__ = ("_arrival", "_burst", "_count", "_interval", "_limit", "_log", "_rate", "_span")

    def __init__(self, rate_per_second: float | None, burst_seconds: float = 0.1) -> None:
        self._burst = burst_seconds
        self._arrival = -math.inf  # GCRA's theoretical arrival time
        self._log: deque[tuple[float, int]] = deque()
        self._count = 0
        self.set_rate(rate_per_second)

    @property
    def rate(self) -> float | None:
        """Contracted segments per second."""
        return self._rate

    def set_rate(self, rate_per_second: float | None) -> None:
        """Change the contract; what already left still counts."""
        if rate_per_second is not None and rate_per_second <= 0:
            raise ValueError("a rate is above 0, or None for unlimited")
        self._rate = rate_per_second
        rate = rate_per_second or 1.0
        # Below one a second the contract reads "one in so many seconds".
        seconds = max(1.0, 1.0 / rate)
        self._limit = max(1, math.floor(rate * seconds + _FUZZ))
        self._span = seconds + JITTER_SECONDS
        self._interval = self._span / self._limit
        if self._log:  # a raised rate need not wait out the old spacing
            self._arrival = min(self._arrival, self._log[-1][0] + self._interval)

    def hold(self, until: float) -> None:
        """Let nothing leave before `until`: what a predecessor sent last still counts."""
        self._arrival = max(self._arrival, until + self._burst)

    def available(self, now: float, express: bool = True) -> int:
        """Return how many may leave now.

        Bulk gets a third of the burst: if it spent all of it after each pause, it would reach the
        second's limit early and make the express lane wait for the rest of that second.
        """
        if self._rate is None:
            return UNLIMITED
        self._forget(now)
        burst = self._burst if express else self._burst / 3
        ahead = max(self._arrival - now, 0.0)
        if ahead > burst + _FUZZ:
            return 0
        spaced = int((burst - ahead) / self._interval + _FUZZ) + 1
        return max(0, min(spaced, self._limit - self._count))

    def take(self, n: int, now: float) -> None:
        """Note that `n` leave now; ValueError when that breaks the contract."""
        if self._rate is None or n == 0:
            return
        if n > self.available(now):
            raise ValueError("more segments than are available now")
        self._arrival = max(self._arrival, now) + n * self._interval
        self._count += n
        if self._log and self._log[-1][0] == now:
            self._log[-1] = (now, self._log[-1][1] + n)
        else:
            self._log.append((now, n))

    def next_at(self, now: float, express: bool = True) -> float:
        """Return the earliest time at which something may leave; `now` when it may now."""
        if self.available(now, express) > 0:
            return now
        burst = self._burst if express else self._burst / 3
        at = max(now, self._arrival - burst)
        if self._count >= self._limit and self._log:
            at = max(at, self._room_at())
        return at

    def _room_at(self) -> float:
        """When enough of the log is a second old for one more to leave."""
        excess = self._count - self._limit + 1
        for at, n in self._log:
            excess -= n
            if excess <= 0:
                return at + self._span
        return self._log[-1][0] + self._span

    def _forget(self, now: float) -> None:
        log = self._log
        while log and log[0][0] + self._span <= now:
            self._count -= log.popleft()[1]


class LimiterSet:
    """The limiter of a bind and those of the senders that use it."""

    __slots__ = ("_begins_at", "_senders", "bind")

    def __init__(self, rate_per_second: float | None, begins_at: float = -math.inf) -> None:
        self._begins_at = begins_at
        self.bind = Gcra(rate_per_second)
        self.bind.hold(begins_at)
        self._senders: dict[int, Gcra] = {}

    def known(self, sender_id: int) -> Gcra | None:
        """Return the sender's limiter as it was asked last."""
        return self._senders.get(sender_id)

    def sender(self, sender_id: int, rate: float | None) -> Gcra | None:
        """Return the sender's limiter, following changes of its rate; None when unlimited."""
        if rate is None:
            return None
        limiter = self._senders.get(sender_id)
        if limiter is None:
            limiter = self._senders[sender_id] = Gcra(rate)
            limiter.hold(self._begins_at)
        elif limiter.rate != rate:
            limiter.set_rate(rate)
        return limiter

    def may_take(self, sender_id: int, rate: float | None, now: float) -> bool:
        """Tell whether the sender may send one more now."""
        if rate is None:
            return True
        limiter = self.sender(sender_id, rate)
        return limiter is None or limiter.available(now) > 0
