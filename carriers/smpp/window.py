"""Which submit_sm are on the wire without an answer, and how many more may go.

The window bounds what can be lost: everything in it becomes `unknown` when the link dies.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from carriers.ports import Submission

MOST_OVERDUE: Final = 2000  # remembered after the response timer, the youngest


class Pending(NamedTuple):
    """A submit_sm without its answer."""

    submission: Submission
    sent_at: float  # monotonic
    written_at: float  # Unix seconds, for people
    journal_slot: int
    stream_end: int  # position after its last octet in the outgoing stream


def reserved_slots(size: int) -> int:
    """Return how many slots of a window bulk leaves free for the express lane.

    About 10 %, at least 5; windows too small for that give up a quarter, a window of one nothing.
    """
    return min(max(5, size // 10), size // 4)


class Window:
    """In-flight submissions by sequence_number, oldest first.

    What the response timer ran out for is remembered beside them, so that an answer that comes
    later still has its submission.
    """

    __slots__ = ("_overdue", "_pending", "_reserved", "_size")

    def __init__(self, size: int, reserved: int | None = None) -> None:
        if reserved is None:
            reserved = reserved_slots(size)
        if not 0 <= reserved < size:
            raise ValueError("bulk must keep at least one slot of the window")
        self._size = size
        self._reserved = reserved
        self._pending: dict[int, Pending] = {}
        self._overdue: OrderedDict[int, Pending] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pending)

    def __contains__(self, sequence: int) -> bool:
        return sequence in self._pending

    def resize(self, size: int) -> None:
        """Change how many may be outstanding; what is on its way stays."""
        self._size = size
        self._reserved = reserved_slots(size)

    @property
    def size(self) -> int:
        """How many may be outstanding at all."""
        return self._size

    def free(self, express: bool) -> int:
        """Return how many more may be sent; bulk may not touch the reserved slots."""
        limit = self._size if express else self._size - self._reserved
        return max(0, limit - len(self._pending))

    def add(self, sequence: int, pending: Pending) -> None:
        """Note that `sequence` is on its way; ValueError when it already is."""
        if sequence in self._pending:
            raise ValueError(f"sequence_number {sequence} is already in flight")
        self._pending[sequence] = pending

    def pop(self, sequence: int) -> Pending | None:
        """Take out the submission that `sequence` answers; None when nobody waits for it."""
        return self._pending.pop(sequence, None)

    def pop_overdue(self, sequence: int) -> Pending | None:
        """Take out the expired submission that `sequence` answers; None when there is none."""
        return self._overdue.pop(sequence, None)

    def oldest_sent_at(self) -> float | None:
        """Return when the longest waiting was sent (monotonic), None when nothing waits."""
        for pending in self._pending.values():
            return pending.sent_at
        return None

    def expire(self, now: float, response_timer_seconds: float) -> list[Pending]:
        """Take out what has waited for `response_timer_seconds` or longer, oldest first."""
        cutoff = now - response_timer_seconds
        expired: list[int] = []
        for sequence, pending in self._pending.items():
            if pending.sent_at > cutoff:
                break
            expired.append(sequence)
        taken = [self._pending.pop(sequence) for sequence in expired]
        self._overdue.update(zip(expired, taken, strict=True))
        while len(self._overdue) > MOST_OVERDUE:
            self._overdue.popitem(last=False)
        return taken

    def clear(self) -> list[Pending]:
        """Take out everything, oldest first."""
        everything = list(self._pending.values())
        self._pending.clear()
        return everything
