"""When a delivery is tried again, and how long a failing receiver is left alone. Pure."""

from datetime import datetime, timedelta
from typing import Final

_S, _M, _H = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1))
# Standard Webhooks 1.0.0 (operational considerations): waits before each attempt.
WAITS: Final = (
    0 * _S, 5 * _S, 5 * _M, 30 * _M, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 20 * _H, 24 * _H,
)  # fmt: skip
JITTER: Final = 0.1
# After so long without one success the endpoint is disabled and its owner told.
GIVE_UP_AFTER: Final = timedelta(days=3)
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1 * _S, 5 * _M
_LONGEST_RETRY_AFTER: Final = 24 * _H


def next_attempt(
    attempts: int, now: datetime, *, chance: float, retry_after: timedelta | None = None
) -> datetime | None:
    """When to try again after `attempts` failures; None: give up.

    `chance` (0 to 1) spreads retries by up to a tenth. What the receiver asked for by
    Retry-After is honoured where it is later (up to a day).
    """
    if attempts >= len(WAITS):
        return None
    wait = WAITS[attempts] * (1 + JITTER * chance)
    if retry_after is not None:
        wait = max(wait, min(retry_after, _LONGEST_RETRY_AFTER))
    return now + wait


def pause(failing_since: datetime, now: datetime, retry_after: timedelta | None) -> datetime:
    """Until when nothing is sent to a receiver that fails or asks for a rest.

    A tenth of the time it has been failing, so that a dead receiver costs next to nothing and
    one that is back gets its events soon.
    """
    rest = min(max((now - failing_since) / 10, _SHORTEST_PAUSE), _LONGEST_PAUSE)
    if retry_after is not None:
        rest = max(rest, min(retry_after, 1 * _H))
    return now + rest


def is_hopeless(failing_since: datetime, now: datetime) -> bool:
    """Whether the endpoint has failed for so long that it is disabled."""
    return now - failing_since >= GIVE_UP_AFTER
