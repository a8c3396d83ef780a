"""A copy of what passes a connection, PDU by PDU, while somebody wants to see it.

The link's thread only copies octets; cutting them for people, masking and storing is done by
whoever drains the tap. A link without a tap asks one attribute per read and write.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from carriers.smpp.framing import FrameBuffer, FramingError

# Held until the next draining: a burst beyond it is counted as left out, never buffered.
MOST_WAITING: Final = 5_000
_MOST_BROKEN_OCTETS: Final = 64


@dataclass(frozen=True, slots=True)
class Tapped:
    """One PDU as it passed, or the begin of octets that are none; `at` is Unix seconds."""

    at: float
    is_outgoing: bool
    octets: bytes


class Tap:
    """Takes the stream on the link's thread, gives PDUs to another one; ends after `most`."""

    __slots__ = ("_buffers", "_left", "_waiting", "skipped")

    def __init__(self, most: int) -> None:
        self._left = most
        self._waiting: deque[Tapped] = deque()
        self._buffers: dict[bool, FrameBuffer | None] = {True: None, False: None}
        self.skipped = 0

    @property
    def is_full(self) -> bool:
        """Tell whether it took as many PDUs as it was to."""
        return self._left <= 0

    def passed(self, data: bytes, at: float, *, is_outgoing: bool, at_start: bool) -> None:
        """Take octets. `at_start`: they begin a PDU; before the first such ones nothing counts,
        because a tap is opened at any moment."""
        buffer = self._buffers[is_outgoing]
        if at_start:
            buffer = self._buffers[is_outgoing] = FrameBuffer()
        if buffer is None or self._left <= 0:
            return
        try:
            frames = buffer.feed(data)
        except FramingError as error:
            self._buffers[is_outgoing] = None
            frames = [*error.frames, data[-_MOST_BROKEN_OCTETS:]]
        for frame in frames:
            self._keep(Tapped(at, is_outgoing, frame))

    def drain(self) -> list[Tapped]:
        """Return what came since the last call; on any one other thread."""
        waiting = self._waiting
        return [waiting.popleft() for _ in range(len(waiting))]

    def _keep(self, one: Tapped) -> None:
        if self._left <= 0:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.skipped += 1
            return
        self._left -= 1
        self._waiting.append(one)
