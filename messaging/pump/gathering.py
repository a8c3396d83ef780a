"""How long a batch waits for its company before it is committed."""

from collections.abc import Callable
from typing import Final

# A commit costs the CPU time of twenty messages in it, so it pays to wait while more comes;
# after a pause nothing will, for example because the SMSC waits for our answers.
_PAUSE_SECONDS: Final = 0.004
_MOST_PAUSES: Final = 5
_ENOUGH: Final = 300


def gather(size: Callable[[], int], wait: Callable[[float], object]) -> None:
    """Returns when `size()` is enough, has stopped growing, or after 20 ms."""
    known = size()
    for _ in range(_MOST_PAUSES):
        if known >= _ENOUGH:
            return
        wait(_PAUSE_SECONDS)
        now = size()
        if now == known:
            return
        known = now
