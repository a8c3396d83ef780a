"""The pace of a bind over all its connections: contracts, and giving way when the SMSC throttles.

It outlives a session, because a reconnect does not give the second back that was used before it.
"""

import math
from dataclasses import dataclass

from carriers.ports import BindConfig, Submission
from carriers.shares import ShareBook
from carriers.smpp.throughput import Gcra, LimiterSet

_BEGIN_SECONDS = 0.1  # the burst of a predecessor that ended a moment ago
_SHARELESS_SECONDS = 0.1  # until a bind without a share asks again, unless it is woken


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
        "_begins_at",
        "_carrier",
        "_ceiling",
        "_contract",
        "_cut_at",
        "_limits",
        "_meter",
        "_recovered_at",
        "_shares",
        "_throttling",
        "paused_until",
    )

    def __init__(
        self,
        throughput: float | None,
        throttling: Throttling,
        shares: ShareBook | None = None,
        began_at: float = -math.inf,
    ) -> None:
        """`shares`: this bind's parts of its carrier's and senders' contracts; without it those
        of senders are its own. `began_at`: when this holder of the bind began."""
        self._contract = throughput
        self._throttling = throttling
        self._shares = shares
        self._begins_at = began_at + _BEGIN_SECONDS
        self._limits = LimiterSet(throughput, self._begins_at)
        self._carrier: Gcra | None = None
        self._ceiling = 0.0  # the rate to climb back to; 0: not throttled
        self._cut_at = -math.inf
        self._recovered_at = -math.inf
        self._meter = _Meter()
        self.paused_until = -math.inf

    def reconfigure(self, throughput: float | None, throttling: Throttling) -> None:
        """Go on by another contract or policy; what already left still counts."""
        self._throttling = throttling
        if throughput == self._contract:
            return
        self._contract = throughput
        if self._ceiling == 0.0:
            self._limits.bind.set_rate(throughput)
        elif throughput is not None:  # throttled: climb back to the new contract
            self._ceiling = throughput
            self._limits.bind.set_rate(min(self.rate or throughput, throughput))

    @property
    def rate(self) -> float | None:
        """Segments per second allowed now; None: unlimited."""
        return self._limits.bind.rate

    @property
    def pace(self) -> float | None:
        """The same, with this bind's part of its carrier's contract."""
        share = None if self._shares is None else self._shares.carrier_rate()
        return min((one for one in (self.rate, share) if one is not None), default=None)

    def paused(self, now: float) -> bool:
        """Tell whether the SMSC's throttling still holds everything back."""
        return now < self.paused_until

    def room(self, now: float, express: bool) -> int:
        """Return how many segments the bind may send now."""
        if now < self.paused_until:
            return 0
        room = self._limits.bind.available(now, express)
        rate = None if self._shares is None else self._shares.carrier_rate()
        if self._shares is None or rate is None:
            return room
        if rate <= 0:
            self._shares.starved()
            return 0
        return min(room, self._carrier_limit(rate).available(now, express))

    def _carrier_limit(self, rate: float) -> Gcra:
        """This bind's part of its carrier's contract."""
        if self._carrier is None:
            self._carrier = Gcra(rate)
            self._carrier.hold(self._begins_at)
        elif self._carrier.rate != rate:
            self._carrier.set_rate(rate)
        return self._carrier

    def sender_may_send(self, submission: Submission, now: float) -> bool:
        """Tell whether the sender's own contract allows one more segment now."""
        sender_id, contract, shares = submission.sender_id, submission.sender_rate, self._shares
        if shares is None or contract is None:
            return self._limits.may_take(sender_id, contract, now)
        rate = shares.sender_rate(sender_id, contract)
        may_send = rate > 0 and self._limits.may_take(sender_id, rate, now)
        if not may_send:
            shares.starved(sender_id)
        return may_send

    def spend_sender(self, submission: Submission, now: float) -> None:
        """Note that a segment of the submission's sender leaves now, after it was asked for."""
        if self._shares is not None:
            self._shares.spent_sender(submission.sender_id)
        limiter = self._limits.known(submission.sender_id)
        if limiter is not None:
            limiter.take(1, now)

    def spend(self, n: int, now: float) -> None:
        """Note that `n` segments leave the bind now."""
        self._limits.bind.take(n, now)
        self._meter.add(n, now)
        if n and self._shares is not None and self._shares.carrier_rate() is not None:
            self._shares.spent(n)
            if self._carrier is not None:
                # Asked before; but its contract may have come while the batch was written.
                self._carrier.take(min(n, self._carrier.available(now)), now)

    def next_at(self, now: float, express: bool) -> float:
        """Return the earliest time at which the bind may send."""
        at = max(self.paused_until, self._limits.bind.next_at(now, express))
        rate = None if self._shares is None else self._shares.carrier_rate()
        if rate is None:
            return at
        if rate <= 0:
            return max(at, now + _SHARELESS_SECONDS)
        return max(at, self._carrier_limit(rate).next_at(now, express))

    def sender_next_at(self, submission: Submission, now: float) -> float:
        """Return the earliest time at which the submission's sender may send."""
        if self._shares is not None and submission.sender_rate is not None:
            rate = self._shares.sender_rate(submission.sender_id, submission.sender_rate)
            if rate <= 0:
                return now + _SHARELESS_SECONDS
        limiter = self._limits.known(submission.sender_id)
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
