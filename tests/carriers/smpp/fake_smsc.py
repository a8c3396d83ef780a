"""An SMSC on loopback in the test's hand: it does what the test says and nothing else."""

import socket
import ssl
import struct

from carriers.smpp import pdu
from carriers.smpp.framing import FrameBuffer

SECONDS = 60.0


class FakeSmsc:
    """Listens; the test accepts connections one by one."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(SECONDS)
        self._tls = tls
        self._peers: list[Peer] = []
        self.port = self._listener.getsockname()[1]

    def accept(self, seconds: float = SECONDS) -> "Peer":
        self._listener.settimeout(seconds)
        connected, _ = self._listener.accept()
        connected.settimeout(SECONDS)
        if self._tls is not None:
            connected = self._tls.wrap_socket(connected, server_side=True)
        self._peers.append(Peer(connected))
        return self._peers[-1]

    def bound(self) -> "Peer":
        """Accept a connection and its bind."""
        peer = self.accept()
        request = pdu.parse_header(peer.next())
        peer.send(pdu.bind_resp(request.command_id, request.sequence, 0, "fake"))
        return peer

    def close(self) -> None:
        self._listener.close()
        for peer in self._peers:
            peer.close()


class Peer:
    """One connection, read PDU by PDU."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._frames = FrameBuffer()
        self._ready: list[bytes] = []

    def next(self) -> bytes:
        """Return the next PDU; b"" when the client closed."""
        while not self._ready:
            try:
                data = self._socket.recv(65536)
            except ConnectionResetError:  # it closed without reading what we had sent
                data = b""
            if not data:
                return b""
            self._ready = self._frames.feed(data)
        return self._ready.pop(0)

    def expect(self, command_id: int) -> pdu.Header:
        """Return the header of the next PDU, which must be this one."""
        header = pdu.parse_header(self.next())
        assert header.command_id == command_id, header
        return header

    def submits(self, n: int) -> list[bytes]:
        """Return the next n PDUs, which must be submit_sm."""
        frames = [self.next() for _ in range(n)]
        assert {pdu.parse_header(frame).command_id for frame in frames} == {pdu.SUBMIT_SM}
        return frames

    def answer(self, frame: bytes, message_id: str = "id", status: int = 0) -> None:
        """Answer a submit_sm."""
        self.send(pdu.submit_sm_resp(pdu.parse_header(frame).sequence, status, message_id))

    def send(self, *frames: bytes) -> None:
        self._socket.sendall(b"".join(frames))

    def is_silent(self, seconds: float = 0.3) -> bool:
        """Tell whether nothing comes for so long."""
        self._socket.settimeout(seconds)
        try:
            return not self._ready and not self.next()
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(SECONDS)

    def reset(self) -> None:
        """Close with RST, as a crashed SMSC or a firewall does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        self._socket.close()
