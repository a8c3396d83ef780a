"""One kept connection to an HTTP carrier and the thread that talks over it.

A line is warm while its connection stands. Only warm lines get submissions, so that a request
leaves in the moment it was paced for; a connection that fell asleep meanwhile gives its
submission back, because nothing of it was written.
"""

import http.client
import queue
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from carriers.http.answers import Judgement, judge
from carriers.http.options import HttpOptions
from carriers.http.templates import HttpRequest
from carriers.smpp.window import Pending
from config.common.guarded.connections import (
    Allowance,
    GuardedHTTPConnection,
    GuardedHTTPSConnection,
    RefusedAddressError,
    exchange,
)

# Servers close what is idle, many after five seconds. A request that meets such an end half way
# has an unknown outcome, so ours is the first to close.
KEEP_SECONDS: Final = 4.0
_READ_AT_MOST: Final = 64 * 1024
FAILURES: Final = (HTTPError, http.client.HTTPException, OSError, RefusedAddressError)

State = Literal["cold", "warming", "warm", "busy"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a line is asked to do: connect, or send. `pending` None: connect."""

    pending: Pending | None = None
    request: HttpRequest | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an order.

    warm, cold, failed: the connection, with why. unsent: nothing of the request can be at the
    carrier. answered, unanswered: the request was written.
    """

    line: "Line"
    what: Literal["warm", "cold", "failed", "unsent", "answered", "unanswered"]
    pending: Pending | None = None
    judgement: Judgement | None = None
    at: float = 0.0  # monotonic
    detail: str = ""
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Wires:
    """What all lines of a link share."""

    options: HttpOptions
    allows: Allowance
    tls_context: ssl.SSLContext | None
    response_seconds: float
    may_write: Callable[[], bool]
    report: Callable[[Report], None]
    clock: Callable[[], float]


class Line(threading.Thread):
    """Give it one order at a time; `state` is the link's own."""

    def __init__(self, name: str, wires: Wires) -> None:
        super().__init__(name=name, daemon=True)
        self.state: State = "cold"
        self._wires = wires
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._connection: GuardedHTTPConnection | None = None

    def order(self, order: Order) -> None:
        """Connect or send; the answer comes as a report."""
        self._orders.put(order)

    def end(self) -> None:
        """Close the connection and end the thread, after what it does now."""
        self._orders.put(None)

    def run(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=KEEP_SECONDS if self._connection else None)
            except queue.Empty:
                self._close()
                self._tell("cold")
                continue
            if order is None:
                self._close()
                return
            if order.pending is None:
                self._warm()
            else:
                self._send(order)

    def _tell(self, what: Literal["warm", "cold", "failed"], detail: str = "") -> None:
        self._wires.report(Report(self, what, at=self._wires.clock(), detail=detail))

    def _warm(self) -> None:
        self._close()
        wires = self._wires
        exchange.begin(wires.options.connect_seconds, wires.allows)
        connection = new_connection(wires)
        try:
            connection.connect()
            connection.sock.settimeout(wires.response_seconds)
        except FAILURES as error:
            connection.close()
            self._tell("failed", why(error))
        else:
            self._connection = connection
            self._tell("warm")
        finally:
            exchange.end()

    def _send(self, order: Order) -> None:
        assert order.request is not None
        connection, pending, wires = self._connection, order.pending, self._wires
        if connection is None or not connection.is_connected or not wires.may_write():
            self._close()
            wires.report(Report(self, "unsent", pending, at=wires.clock(), detail="asleep"))
            return
        exchange.begin(wires.response_seconds, wires.allows)
        try:
            wires.report(self._exchanged(connection, pending, order.request))
        finally:
            exchange.end()

    def _exchanged(
        self, connection: GuardedHTTPConnection, pending: Pending | None, request: HttpRequest
    ) -> Report:
        wires = self._wires
        try:
            connection.request(
                request.method,
                request.target,
                body=request.body or None,
                headers=request.headers,
                preload_content=False,
                decode_content=True,
            )
        except FAILURES as error:
            # The kernel did not take all of it: by Content-Length the carrier lacks a part.
            self._close()
            return Report(self, "unsent", pending, at=wires.clock(), detail=why(error))
        try:
            response = connection.getresponse()
            body = response.read(_READ_AT_MOST)
            is_kept = not response.length_remaining and _keeps(response)
            retry_after = _seconds(response.headers.get("retry-after", ""))
        except FAILURES as error:
            self._close()
            detail = "timeout" if exchange.is_over() else why(error)
            return Report(self, "unanswered", pending, at=wires.clock(), detail=detail)
        if is_kept:
            response.release_conn()
        else:
            self._close()
        judgement = judge(wires.options, response.status, body)
        return Report(
            self, "answered", pending, judgement, at=wires.clock(), retry_after=retry_after
        )

    @property
    def is_connected(self) -> bool:
        """Whether the connection stands, as far as this thread knows."""
        return self._connection is not None

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def new_connection(wires: Wires) -> GuardedHTTPConnection:
    """A connection to the carrier that is not made yet."""
    parts = urlsplit(wires.options.url)
    host = parts.hostname or ""
    seconds = wires.options.connect_seconds
    if parts.scheme == "https":
        return GuardedHTTPSConnection(
            host,
            parts.port or 443,
            timeout=seconds,
            ssl_context=wires.tls_context or ssl.create_default_context(),
        )
    return GuardedHTTPConnection(host, parts.port or 80, timeout=seconds)


def _keeps(response: BaseHTTPResponse) -> bool:
    return response.version >= 11 and response.headers.get("connection", "").lower() != "close"


def _seconds(retry_after: str) -> float:
    """RFC 9110 §10.2.3; a date counts as absent, our own pause is good enough."""
    value = retry_after.strip()
    return float(value) if value.isascii() and value.isdecimal() and len(value) < 6 else 0.0


def why(error: Exception) -> str:
    """What a failure is called."""
    if isinstance(error, RefusedAddressError):
        return f"the address {error} is not permitted"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}"
    return str(error) or type(error).__name__
