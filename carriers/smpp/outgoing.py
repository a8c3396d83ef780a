"""The outgoing stream of a session: what is queued, how far it got, and sequence numbers."""

from carriers.smpp import pdu


class Outgoing:
    """Octets for the socket. Positions count from the start of the connection."""

    __slots__ = ("_sequence", "data", "queued", "sent")

    def __init__(self) -> None:
        self.data = bytearray()
        self.queued = 0
        self.sent = 0
        self._sequence = 0

    def next_sequence(self) -> int:
        """Return the next sequence_number: 1 to 0x7FFFFFFF and round again (§3.2)."""
        self._sequence = self._sequence % pdu.MAX_SEQUENCE + 1
        return self._sequence

    def write(self, octets: bytes) -> int:
        """Queue a PDU and return the position after its last octet."""
        self.data += octets
        self.queued += len(octets)
        return self.queued

    def took(self, n: int) -> None:
        """Note that the first `n` octets of `data` went to the socket."""
        self.sent += n
        del self.data[:n]

    def discard(self) -> None:
        """Drop what has not gone; the connection is useless after that."""
        self.data.clear()
