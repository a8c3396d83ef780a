"""How many messages a campaign with a speed limit may release now. Pure: time is passed in."""

_STEP_SECONDS = 0.25  # what leaves at once is what the limit gives in so long


class Pace:
    """A bucket that fills with `rate` messages per second and holds a quarter second of them.

    It begins empty, so that a restarted release never exceeds the limit. Without a rate there
    is no limit.
    """

    def __init__(self, rate: float | None, now: float) -> None:
        self._rate = rate
        self._step = max(1.0, rate * _STEP_SECONDS) if rate else 0.0
        self._level = 0.0
        self._at = now

    def allowed(self, now: float, most: int) -> int:
        """How many may be released at `now` (seconds of any clock); 0 until a step is full."""
        if self._rate is None:
            return most
        self._level = min(self._step, self._level + (now - self._at) * self._rate)
        self._at = now
        # Sums of small floats fall short of the step by less than this.
        return min(most, int(self._level + 1e-9)) if self._level > self._step - 1e-6 else 0

    def take(self, count: int) -> None:
        """So many were released."""
        self._level -= count

    def wait_seconds(self) -> float:
        """How long until a step is full."""
        if self._rate is None:
            return 0.0
        return max(0.0, (self._step - self._level) / self._rate)
