"""Connections of webhooks and of carriers over HTTP: they go only where the caller lets them go,
and end when their time is up.

The name is resolved once and the checked address connected to, so that a second answer of
the DNS changes nothing (DNS rebinding); TLS still verifies the name. urllib3's timeouts are
per read; a receiver that sends a byte now and then is cut off by the watch.
"""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

from config.common.guarded.addresses import Address, is_public


class RefusedAddressError(Exception):
    """The host's address is none that may be connected to."""


def resolve(host: str, port: int) -> Sequence[Address]:
    """Every address of the host, in the resolver's order. The border that tests patch."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def permitted(addresses: Sequence[Address]) -> Sequence[Address]:
    """The addresses, if all of them may be used. Raises RefusedAddressError."""
    refused = [
        address for address in addresses if not (is_public(address) or exchange.allows(address))
    ]
    if refused:
        raise RefusedAddressError(str(refused[0]))
    return addresses


class Watch:
    """One thread that shuts down sockets whose time is up."""

    def __init__(self) -> None:
        self._deadlines: dict[socket.socket, float] = {}
        self._changed = threading.Condition()
        self._wakes_at = float("inf")
        self._thread: threading.Thread | None = None

    def add(self, sock: socket.socket, deadline: float) -> None:
        """Cuts `sock` at `deadline` (monotonic) unless it is removed before."""
        with self._changed:
            self._deadlines[sock] = deadline
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="guarded connections", daemon=True
                )
                self._thread.start()
            if deadline < self._wakes_at:  # else it looks in time by itself: a switch less
                self._changed.notify()

    def remove(self, sock: socket.socket) -> None:
        """The exchange is over."""
        with self._changed:
            self._deadlines.pop(sock, None)

    def _run(self) -> None:
        with self._changed:
            while True:
                self._cut(time.monotonic())
                self._wakes_at = min(self._deadlines.values(), default=float("inf"))
                left = self._wakes_at - time.monotonic()
                self._changed.wait(None if left == float("inf") else max(left, 0))

    def _cut(self, moment: float) -> None:
        for sock in [one for one, deadline in self._deadlines.items() if deadline <= moment]:
            del self._deadlines[sock]
            with suppress(OSError):  # it is closed already
                sock.shutdown(socket.SHUT_RDWR)


watch = Watch()


Allowance = Callable[[Address], bool]


def _only_public(address: Address) -> bool:
    return False


class Exchange(threading.local):
    """The request this thread is making; connections are picked by the pool, so they look here."""

    deadline = 0.0
    guard: socket.socket | None = None
    allows: Allowance = staticmethod(_only_public)

    def begin(self, seconds: float, allows: Allowance = _only_public) -> None:
        """From now on `seconds` may pass; `allows` names addresses besides the public ones."""
        self.deadline = time.monotonic() + seconds
        self.allows = allows

    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.deadline

    def guarded(self, guard: socket.socket) -> None:
        """The connection that was picked, by a second handle on its socket."""
        self.guard = guard
        watch.add(guard, self.deadline)

    def end(self) -> None:
        """The answer is read, or given up."""
        if self.guard is not None:
            watch.remove(self.guard)
            self.guard = None


exchange = Exchange()


class GuardedHTTPConnection(HTTPConnection):
    """Checks where it connects to, and is cut off at the exchange's deadline."""

    # A handle of its own: TLS takes the first one over before the handshake ends.
    _guard: socket.socket | None = None
    _held: list[bytes] | None = None

    def _new_conn(self) -> socket.socket:
        try:
            addresses = permitted(resolve(self._dns_host, self.port))
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, "name not resolved") from error
        sock = self._connected(addresses)
        self._guard = sock.dup()
        exchange.guarded(self._guard)
        return sock

    def _connected(self, addresses: Sequence[Address]) -> socket.socket:
        failure: OSError | None = None
        for address in addresses:
            if exchange.is_over():
                raise ConnectTimeoutError(self, "no time left")
            try:
                return create_connection(
                    (str(address), self.port), self.timeout, socket_options=self.socket_options
                )
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "connecting timed out") from failure
        raise NewConnectionError(self, "not connected") from failure

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self._guard is not None:  # a kept connection; a new one is guarded as it is made
            exchange.guarded(self._guard)
        self._held = []
        try:
            super().request(*args, **kwargs)
            octets = b"".join(self._held)
        finally:
            self._held = None
        self.send(octets)

    def send(self, data: Any) -> None:
        """Head and body of a request leave together: one packet and one TLS record for both."""
        if self._held is None:
            super().send(data)
        else:
            self._held.append(bytes(data))

    def close(self) -> None:
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.close()
        super().close()


class GuardedHTTPSConnection(GuardedHTTPConnection, HTTPSConnection):
    """TLS: certificate and name are verified as always."""


class GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = GuardedHTTPConnection


class GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedHTTPSConnection
