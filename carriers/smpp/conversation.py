"""One connection from the bind to its end: the loop of the link's thread.

Each pass: wait → read → events to the sink → answers → submissions → write. One thread owns the
socket; the others hand over through Mailbox.
"""

import logging
import math
import selectors
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from carriers.ports import BindConfig, EventSink, LeaseDeadline, SessionHealth
from carriers.smpp.connection import Connection
from carriers.smpp.events import Bound, Closed, Event, Inbound, Results, Throttled
from carriers.smpp.feeder import Feeder
from carriers.smpp.lifecycle import SessionState
from carriers.smpp.pacing import Pacer
from carriers.smpp.session import SmppSession
from carriers.smpp.tap import Tap
from carriers.smpp.wakeup import Wakeup

MAX_WAIT_SECONDS: Final = 0.25  # every wait has a limit
UNBIND_SECONDS: Final = 1.0  # at least, for the unbind_resp of a stopping link


logger = logging.getLogger(__name__)


class LeaseEndedError(Exception):
    """The bind is somebody else's now; not one octet more may be written."""


class Mailbox:
    """What other threads hand to the link's thread."""

    def __init__(self) -> None:
        self.wakeup = Wakeup()
        self.acknowledgements: deque[tuple[int, int, int]] = deque()  # session, sequence, status
        self.tap: Tap | None = None
        self.config: BindConfig | None = None  # changed options, to be taken over
        self.is_stopping = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a conversation needs of its link; the same for every connection of a bind."""

    config: BindConfig
    pacer: Pacer
    feeder: Feeder
    sink: EventSink
    mailbox: Mailbox
    take_over: Callable[[SmppSession | None], None]
    report: Callable[[SessionHealth], None]
    deadline: LeaseDeadline
    clock: Callable[[], float]  # monotonic
    wall: Callable[[], float]  # Unix time


class Conversation:
    """Runs one session over one connection."""

    def __init__(self, around: Surroundings, session: SmppSession, connection: Connection) -> None:
        self._around = around
        self._session = session
        self._connection = connection
        self._selector = selectors.DefaultSelector()
        self._closed: Closed | None = None
        self._is_congested = False  # the socket did not take everything
        self._is_throttled = False
        self._drain_began_at: float | None = None
        self._unbind_until = math.inf
        self.bound_at: float | None = None

    def run(self) -> Closed:
        """Bind, talk, end; returns why. Raises LeaseEndedError when the lease ends first."""
        now = self._around.clock()
        try:
            self._selector.register(self._connection, selectors.EVENT_READ)
            self._selector.register(self._around.mailbox.wakeup, selectors.EVENT_READ)
            self._session.start(now)
            while self._closed is None:
                self._pass()
        except LeaseEndedError:
            self._lose("the lease ended")
            raise
        finally:
            self._around.feeder.return_parked()
            self._selector.close()
        return self._closed

    def _pass(self) -> None:
        try:
            self._write()
            self._read()
            if self._around.mailbox.config is not None:
                self._around.take_over(self._session)
        except OSError as error:
            self._lose(f"the connection broke: {error.strerror or error}")
            return
        now = self._around.clock()
        self._session.set_wall_offset(self._around.wall() - now)
        self._handle(self._session.on_tick(now))
        self._report_end_of_throttling(now)
        self._acknowledge()
        if self._around.mailbox.is_stopping:
            self._drain(now)
        elif not self._is_congested:
            self._around.feeder.feed(self._session, now)
        if self._closed is not None:
            self._farewell()

    def _write(self) -> None:
        """Write what is queued, in one call; nothing after the lease's deadline."""
        session = self._session
        if not session.output:
            return
        if self._around.clock() >= self._around.deadline():
            raise LeaseEndedError
        sent = self._connection.send(session.output)
        if self._around.mailbox.tap is not None:
            # What a full socket left over may begin in the middle of a PDU.
            octets, at_start = bytes(session.output[:sent]), not self._is_congested
            self._tap(octets, is_outgoing=True, at_start=at_start)
        session.wrote(sent)
        if bool(session.output) != self._is_congested:
            self._is_congested = not self._is_congested
            writing = selectors.EVENT_WRITE if self._is_congested else 0
            self._selector.modify(self._connection, selectors.EVENT_READ | writing)

    def _read(self) -> None:
        """Wait for the SMSC, another thread or a timer; take what came."""
        ready = self._selector.select(self._wait_seconds(self._around.clock()))
        for key, events in ready:
            if key.fileobj is self._around.mailbox.wakeup:
                self._around.mailbox.wakeup.drain()
            elif events & selectors.EVENT_READ:
                data = self._connection.receive()
                if data == b"":
                    self._lose("the SMSC closed the connection")
                elif data is not None:
                    if self._around.mailbox.tap is not None:
                        at_start = not self._session.has_part_of_a_pdu
                        self._tap(data, is_outgoing=False, at_start=at_start)
                    self._handle(self._session.on_bytes(data, self._around.clock()))

    def _tap(self, data: bytes, *, is_outgoing: bool, at_start: bool) -> None:
        tap = self._around.mailbox.tap
        if tap is not None:
            tap.passed(data, self._around.wall(), is_outgoing=is_outgoing, at_start=at_start)

    def _wait_seconds(self, now: float) -> float:
        around = self._around
        if now >= around.deadline():
            raise LeaseEndedError
        until = min(now + MAX_WAIT_SECONDS, self._session.next_deadline(), around.deadline())
        if not (self._is_congested or around.mailbox.is_stopping):
            until = min(until, around.feeder.next_at(self._session, now))
        return max(0.0, until - now)

    def _handle(self, events: list[Event]) -> None:
        sink = self._around.sink
        for event in events:
            match event:
                case Results(results):
                    self._around.feeder.answered(results)
                    sink.results(results)
                case Inbound(pdus):
                    sink.inbound(pdus)
                case Bound(system_id):
                    self.bound_at = self._around.clock()
                    self._around.report(SessionHealth("bound", system_id))
                case Throttled(status):
                    self._is_throttled = True
                    self._around.report(SessionHealth("throttled", status))
                case Closed(unsent=unsent):
                    self._around.feeder.return_unsent(unsent)
                    self._closed = event

    def _report_end_of_throttling(self, now: float) -> None:
        if self._is_throttled and self._session.is_bound and not self._around.pacer.paused(now):
            self._is_throttled = False
            self._around.report(SessionHealth("bound", "throttling is over"))

    def _acknowledge(self) -> None:
        acknowledgements = self._around.mailbox.acknowledgements
        while acknowledgements:
            session_id, sequence, status = acknowledgements.popleft()
            if session_id == self._session.session_id:
                self._session.acknowledge(sequence, status)

    def _drain(self, now: float) -> None:
        """Stop without loss: no new submissions, let the window run empty, unbind.

        Takes at most shutdown_drain_seconds and UNBIND_SECONDS.
        """
        session = self._session
        if self._drain_began_at is None:
            self._drain_began_at = now
            self._around.feeder.return_parked()
        if session.is_bound:
            waited = now - self._drain_began_at
            limit = session.config.shutdown_drain_seconds
            # Answers to inbound PDUs still go out after the unbind, so they get half the time.
            is_settled = not session.in_flight and (
                not session.unacknowledged or waited >= limit / 2
            )
            if is_settled or waited >= limit:
                session.start_unbind(now)
                self._unbind_until = max(self._drain_began_at + limit, now + UNBIND_SECONDS)
        elif session.state is not SessionState.UNBINDING or now >= self._unbind_until:
            self._lose("stopped")

    def _farewell(self) -> None:
        """Try once to write the last PDU (unbind_resp, generic_nack)."""
        try:
            self._write()
        except OSError:
            logger.debug("the farewell was not written", extra={"bind": self._around.config.name})

    def _lose(self, detail: str) -> None:
        self._handle(self._session.connection_lost(detail, self._around.clock()))
