"""When a code may be sent again: each time the person waits longer."""

from collections.abc import Sequence
from datetime import datetime, timedelta


def next_send(delays: Sequence[int], sends: int, last_at: datetime) -> datetime | None:
    """From when the next send is allowed after `sends` of them; None where there is no next."""
    if sends < 1:
        return last_at
    if sends > len(delays):
        return None
    return last_at + timedelta(seconds=delays[sends - 1])
