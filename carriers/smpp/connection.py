"""One non-blocking TCP or TLS connection to an SMSC."""

import errno
import os
import selectors
import socket
import ssl
from collections.abc import Callable
from typing import Final

from carriers.ports import BindConfig

RECEIVE_OCTETS: Final = 256 * 1024

# Waits until the socket is ready for the events; raises TimeoutError, or what ends the link.
Wait = Callable[[socket.socket, int], None]


class Connection:
    """Octets in and out; errors are OSErrors (TLS errors are too)."""

    __slots__ = ("_socket",)

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def fileno(self) -> int:
        """Return the descriptor for a selector."""
        return self._socket.fileno()

    def receive(self) -> bytes | None:
        """Return what has arrived, None when nothing has, b"" when the SMSC closed."""
        connected = self._socket
        try:
            data = connected.recv(RECEIVE_OCTETS)
            if isinstance(connected, ssl.SSLSocket):
                # A selector sees the socket, not what TLS has decrypted already.
                while data and connected.pending():
                    data += connected.recv(connected.pending())
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        return data

    def send(self, data: bytearray) -> int:
        """Write as much of `data` as fits; returns how many octets went."""
        try:
            return self._socket.send(data)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def close(self) -> None:
        """Close at once."""
        self._socket.close()


def connect(config: BindConfig, wait: Wait) -> Connection:
    """Connect to the first address of the host that answers; OSError with the last reason."""
    failure: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(
        config.host, config.port, type=socket.SOCK_STREAM
    ):
        candidate = socket.socket(family, kind, protocol)
        try:
            return Connection(_connected(candidate, address, config, wait))
        except OSError as error:
            candidate.close()
            failure = error
        except BaseException:
            candidate.close()
            raise
    raise failure or OSError(f"{config.host} has no address")


def _connected(
    candidate: socket.socket, address: object, config: BindConfig, wait: Wait
) -> socket.socket:
    candidate.setblocking(False)
    if config.local_address:
        candidate.bind((config.local_address, 0))
    # submit_sm are small and answered one by one: Nagle's delay would cap the window's turnover.
    candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    code = candidate.connect_ex(address)  # type: ignore[arg-type]  # as getaddrinfo gave it
    if code == errno.EINPROGRESS:
        wait(candidate, selectors.EVENT_WRITE)
        code = candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
    if config.tls_context is None:
        return candidate
    return _secured(candidate, config, config.tls_context, wait)


def _secured(
    connected: socket.socket, config: BindConfig, context: ssl.SSLContext, wait: Wait
) -> ssl.SSLSocket:
    secured = context.wrap_socket(
        connected,
        do_handshake_on_connect=False,
        server_hostname=config.tls_server_name or config.host,
    )
    while True:
        try:
            secured.do_handshake()
        except ssl.SSLWantReadError:
            wait(secured, selectors.EVENT_READ)
        except ssl.SSLWantWriteError:
            wait(secured, selectors.EVENT_WRITE)
        except BaseException:
            secured.close()
            raise
        else:
            return secured
