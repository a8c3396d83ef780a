"""The pace of a bind over all its connections: contracts, and giving way when the SMSC throttles.

It outlives a session, because a reconnect does not give the second back that was used before it.
"""

import math
from dataclasses import dataclass

from carriers.ports import BindConfig, Submission
from carriers.smpp.throughput import LimiterSet


@dataclass(frozen=True, slots=True)
class Throttling:
    """How a bind gives way when the SMSC throttles, and comes back.

    It pauses for `delay_seconds`, goes on at `cut` of its rate and regains `recovery` of the
    full rate each second; it never falls below `floor` of it, which would look like a dead bind.
    """

    delay_seconds: float = 5.0
    cut: float = 0.5
    recovery: float = 0.1  # from half to full takes five seconds
    floor: float = 1 / 32


def throttling_of(config: BindConfig) -> Throttling:
    """Return the policy that a bind's configuration asks for."""
    return Throttling(
        config.throttle_delay_seconds,
        config.throttle_cut,
        config.throttle_recovery,
        config.throttle_floor,
    )


class Pacer:
    """Says how much may be sent now. Times are monotonic seconds, rates segments/s."""

    __slots__ = (
        "_ceiling",
        "_contract",
        "_cut_at",
        "_limits",
        "_meter",
        "_recovered_at",
        "_throttling",
        "paused_until",
    )

    def __init__(self, throughput: float | None, throttling: Throttling) -> None:
        self._contract = throughput
        self._throttling = throttling
        self._limits = LimiterSet(throughput)
        self._ceiling = 0.0  # the rate to climb back to; 0: not throttled
        self._cut_at = -math.inf
        self._recovered_at = -math.inf
        self._meter = _Meter()
        self.paused_until = -math.inf

    @property
    def rate(self) -> float | None:
        """Segments per second allowed now; None: unlimited."""
        return self._limits.bind.rate

    def paused(self, now: float) -> bool:
        """Tell whether the SMSC's throttling still holds everything back."""
        return now < self.paused_until

    def room(self, now: float, express: bool) -> int:
        """Return how many segments the bind may send now."""
        return 0 if now < self.paused_until else self._limits.bind.available(now, express)

    def sender_may_send(self, submission: Submission, now: float) -> bool:
        """Tell whether the sender's own contract allows one more segment now."""
        return self._limits.may_take(submission.sender_id, submission.sender_rate, now)

    def spend_sender(self, submission: Submission, now: float) -> None:
        """Note that a segment of the submission's sender leaves now."""
        limiter = self._limits.sender(submission.sender_id, submission.sender_rate)
        if limiter is not None:
            limiter.take(1, now)

    def spend(self, n: int, now: float) -> None:
        """Note that `n` segments leave the bind now."""
        self._limits.bind.take(n, now)
        self._meter.add(n, now)

    def next_at(self, now: float, express: bool) -> float:
        """Return the earliest time at which the bind may send."""
        return max(self.paused_until, self._limits.bind.next_at(now, express))

    def sender_next_at(self, submission: Submission, now: float) -> float:
        """Return the earliest time at which the submission's sender may send."""
        limiter = self._limits.sender(submission.sender_id, submission.sender_rate)
        return now if limiter is None else limiter.next_at(now)

    def throttled(self, sent_at: float, now: float) -> bool:
        """Give way to a throttling status for a segment sent at `sent_at`: pause and cut the rate.

        A whole window may be refused at once; only what was sent after the last cut cuts again.
        Returns whether this one did.
        """
        if sent_at <= self._cut_at:
            return False
        rate = self.rate or max(1.0, self._meter.per_second(now))
        if self._ceiling == 0.0:
            self._ceiling = rate
        policy = self._throttling
        self._limits.bind.set_rate(max(rate * policy.cut, self._ceiling * policy.floor))
        self._cut_at = now
        self.paused_until = self._recovered_at = now + policy.delay_seconds
        return True

    def recover(self, now: float) -> None:
        """Climb back step by step; called on every tick, acts once a second."""
        if self._ceiling == 0.0 or now < self._recovered_at + 1.0:
            return
        elapsed = now - self._recovered_at
        self._recovered_at = now
        rate = (self.rate or self._ceiling) + elapsed * self._throttling.recovery * self._ceiling
        if rate >= self._ceiling:
            self._ceiling = 0.0
            self._limits.bind.set_rate(self._contract)
        else:
            self._limits.bind.set_rate(rate)


class _Meter:
    """Segments in this and the last full second: what to halve when there is no contract."""

    __slots__ = ("_current", "_previous", "_second")

    def __init__(self) -> None:
        self._second = -math.inf
        self._current = self._previous = 0

    def add(self, n: int, now: float) -> None:
        self._roll(now)
        self._current += n

    def per_second(self, now: float) -> float:
        self._roll(now)
        return float(max(self._current, self._previous))

    def _roll(self, now: float) -> None:
        if now >= self._second + 1.0:
            self._previous = self._current if now < self._second + 2.0 else 0
            self._current = 0
            self._second = now
