"""What a worker measures of its binds, for the pages of operators."""

from dataclasses import dataclass

from carriers.smpp.link import LinkStatus

# Renewals may follow each other at once; a rate over less says nothing.
_LEAST_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """Segments under way, segments that left per second, and what may leave now (None: no
    limit)."""

    in_flight: int
    per_second: float
    pace: float | None


class Meter:
    """One link's rate, by what it has sent since it was last looked at."""

    __slots__ = ("_at", "_per_second", "_sent")

    def __init__(self, now: float) -> None:
        self._at = now
        self._sent = 0
        self._per_second = 0.0

    def read(self, status: LinkStatus, pace: float | None, now: float) -> Measured:
        """The figures of this moment; `now` is monotonic."""
        passed = now - self._at
        if passed >= _LEAST_SECONDS:
            sent = status.traffic.submitted
            self._per_second = max(0, sent - self._sent) / passed
            self._at, self._sent = now, sent
        return Measured(status.in_flight, self._per_second, pace)
