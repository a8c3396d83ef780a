"""How long to wait before connecting again."""

import random
from collections.abc import Callable
from typing import Final

from carriers.smpp.statuses import ESME_RALYBND, ESME_RBINDFAIL, ESME_ROK

_HELD: Final = frozenset({ESME_RALYBND, ESME_RBINDFAIL})
_LEAST_SECONDS: Final = 5.0  # after a refused bind
_LIKELY_HELD: Final = 24  # refusals with ESME_RBINDFAIL in two to four minutes


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

    def reconfigure(self, base_seconds: float, cap_seconds: float) -> None:
        """Wait by other limits from the next time on."""
        self._base = base_seconds
        self._cap = cap_seconds

    def reset(self) -> None:
        """Start again from the base: the last connection was worth something."""
        self._failures = 0


class BindBackoff:
    """The waits of one bind: what the SMSC said decides how long.

    "Already bound" is the SMSC's memory of a session that is gone, ours or a dead worker's. It
    ends by itself, so it is asked about at a steady, gentle pace: never sooner than after five
    seconds, so that nobody is hammered, and never later than after ten, so that the bind is back
    soon after it is let go. ESME_RBINDFAIL says the same at many SMSCs, but at others anything
    else: after a while it is a failure like any other, only never asked about sooner.
    """

    def __init__(
        self,
        base_seconds: float,
        cap_seconds: float,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._usual = Backoff(base_seconds, cap_seconds, jitter)
        self._jitter = jitter
        self._held = 0  # refusals in a row

    def next_seconds(self, refused_with: int = ESME_ROK) -> float:
        """Return the next wait after a bind that was refused with this command_status, or after
        anything else that ended the connection."""
        if refused_with == ESME_ROK:
            self._held = 0
            return self._usual.next_seconds()
        self._held += 1
        may_be_held = refused_with == ESME_RALYBND or self._held <= _LIKELY_HELD
        if refused_with in _HELD and may_be_held:
            return _LEAST_SECONDS * (1 + self._jitter())
        return max(_LEAST_SECONDS, self._usual.next_seconds())

    def reconfigure(self, base_seconds: float, cap_seconds: float) -> None:
        """Wait by other limits from the next time on."""
        self._usual.reconfigure(base_seconds, cap_seconds)

    def reset(self) -> None:
        """Start again from the base: the last connection was worth something."""
        self._held = 0
        self._usual.reset()
