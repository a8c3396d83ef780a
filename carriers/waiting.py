"""What waits for a bind or carrier: a port, because the messages are kept by another app."""

from collections.abc import Callable

# How many messages wait for the carrier, and how many of them this bind holds (None: any).
Count = Callable[[int, int | None], int]

_counts: list[Count] = []


def register(count: Count) -> None:
    """Called once, when the app that keeps messages is ready."""
    _counts[:] = [count]


def messages_waiting(carrier_id: int, bind_id: int | None = None) -> int:
    """Messages that would lose their way if the bind, or the whole carrier, were deleted."""
    return _counts[0](carrier_id, bind_id) if _counts else 0
