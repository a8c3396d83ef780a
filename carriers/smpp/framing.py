"""Cutting a TCP stream into PDUs (SMPP 3.4 §3.2: the length counts itself)."""

from typing import Final

HEADER_OCTETS: Final = 16
# Far above anything a real SMSC sends (a message_payload is at most 64 KiB minus headers by
# practice), far below what a broken or hostile peer could make us buffer.
MAX_PDU_OCTETS: Final = 64 * 1024

_from_bytes = int.from_bytes


class FramingError(Exception):
    """The stream no longer makes sense; only closing the connection helps.

    `frames` holds the complete PDUs that came before the nonsense: they are still valid.
    """

    def __init__(self, length: int, frames: list[bytes]) -> None:
        super().__init__(f"command_length {length} is outside {HEADER_OCTETS}..{MAX_PDU_OCTETS}")
        self.length = length
        self.frames = frames


class FrameBuffer:
    """Collects octets and hands out complete PDUs, header included."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    @property
    def pending(self) -> int:
        """Octets of a PDU that began and has not ended (0: the stream is between PDUs)."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the PDUs that `data` completes, in order.

        Raises FramingError (with the PDUs before it) when a length is impossible.
        """
        buffer = self._rest + data if self._rest else data
        frames: list[bytes] = []
        position = 0
        total = len(buffer)
        while total - position >= 4:
            length = _from_bytes(buffer[position : position + 4], "big")
            if not HEADER_OCTETS <= length <= MAX_PDU_OCTETS:
                self._rest = b""
                raise FramingError(length, frames)
            end = position + length
            if end > total:
                break
            frames.append(buffer[position:end])
            position = end
        self._rest = buffer[position:] if position else buffer
        return frames
