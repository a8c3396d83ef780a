"""How long to wait before connecting again."""

import random
from collections.abc import Callable


class Backoff:
    """Exponential with full jitter: binds that lost one SMSC together do not return together."""

    def __init__(
        self,
        base_seconds: float,
        cap_seconds: float,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._base = base_seconds
        self._cap = cap_seconds
        self._jitter = jitter
        self._failures = 0

    def next_seconds(self) -> float:
        """Return the next wait: anywhere between 0 and base · 2^failures, at most the cap."""
        ceiling = min(self._cap, self._base * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return ceiling * self._jitter()

    def reset(self) -> None:
        """Start again from the base: the last connection was worth something."""
        self._failures = 0
