"""The thread that keeps a leased bind bound: connect, converse, wait, connect again."""

import itertools
import logging
import random
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from carriers.ports import BindConfig, EventSink, LeaseDeadline, SessionHealth, SubmissionSource
from carriers.shares import ShareBook
from carriers.smpp.backoff import BindBackoff
from carriers.smpp.connection import connect
from carriers.smpp.conversation import (
    MAX_WAIT_SECONDS,
    Conversation,
    LeaseEndedError,
    Mailbox,
    Surroundings,
)
from carriers.smpp.events import Closed
from carriers.smpp.feeder import Feeder
from carriers.smpp.inflight import Traffic
from carriers.smpp.journal import Journal
from carriers.smpp.lifecycle import SessionState
from carriers.smpp.pacing import Pacer, throttling_of
from carriers.smpp.session import SmppSession
from carriers.smpp.tap import Tap

logger = logging.getLogger(__name__)

LinkEnd = Literal["stopped", "lease_ended", "bind_failed", "crashed"]

# A session that lived this long was worth something: the next wait starts from the base again.
_WORTHWHILE_SECONDS: Final = 5.0
_session_ids = itertools.count(1)


_live: dict[int, "Link"] = {}


def live_links() -> dict[int, "Link"]:
    """Return the running links of this process by bind."""
    return dict(_live)


class _StoppedError(Exception):
    """The link was told to stop while it waited."""


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """What pages and metrics show of a bind; a snapshot."""

    health: SessionHealth
    session_state: SessionState | None
    bound_at: float | None  # monotonic
    in_flight: int
    unacknowledged: int
    rate: float | None  # segments/s allowed now; None: unlimited
    connections: int
    traffic: Traffic


class Link(threading.Thread):
    """Owns the bind's socket. `start` it, `stop` it, `join` it; then `end` says why it ended.

    Nothing is written after `deadline()`, in the time of `clock` (monotonic seconds). `refused`:
    why the SMSC refused these very values before; then it is not asked again.
    """

    def __init__(
        self,
        config: BindConfig,
        source: SubmissionSource,
        sink: EventSink,
        journal: Journal,
        deadline: LeaseDeadline,
        clock: Callable[[], float] = time.monotonic,
        *,
        wall: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        shares: ShareBook | None = None,
        refused: str = "",
    ) -> None:
        super().__init__(name=f"smpp-{config.name}", daemon=True)
        self._config = config
        self._refused = refused
        self._journal = journal
        self._mailbox = Mailbox()
        self._traffic = Traffic()
        self._pacer = Pacer(config.throughput, throttling_of(config), shares, clock())
        self._backoff = BindBackoff(
            config.reconnect_base_seconds, config.reconnect_cap_seconds, jitter
        )
        self._around = Surroundings(
            config=config,
            pacer=self._pacer,
            feeder=Feeder(source, journal, self._pacer),
            sink=sink,
            mailbox=self._mailbox,
            take_over=self._take_over,
            report=self._report,
            deadline=deadline,
            clock=clock,
            wall=wall,
        )
        self._session: SmppSession | None = None
        self._conversation: Conversation | None = None
        self._connections = 0
        self.health = SessionHealth("starting")
        self.end: LinkEnd | None = None

    # From any thread

    def wake(self) -> None:
        """Say that the source has something to take."""
        self._mailbox.wakeup.set()

    def pace(self) -> float | None:
        """Say how many segments a second may leave now; None: as many as there are."""
        return self._pacer.pace

    def acknowledge(self, session_id: int, answers: Iterable[tuple[int, int]]) -> None:
        """Answer inbound PDUs: (sequence, command_status). Ignored for a former session."""
        self._mailbox.acknowledgements.extend(
            (session_id, sequence, status) for sequence, status in answers
        )
        self._mailbox.wakeup.set()

    def release(self, slots: Iterable[int]) -> None:
        """Free journal slots whose results are committed."""
        was_full = self._journal.is_full
        self._journal.release(slots)
        if was_full:
            self._mailbox.wakeup.set()

    def tap(self, tap: Tap | None) -> None:
        """Copy what passes from now on into `tap`; None: no more."""
        self._mailbox.tap = tap

    def reconfigure(self, config: BindConfig) -> None:
        """Go on under options that keep the session (BindConfig.keeps_session)."""
        self._mailbox.config = config
        self._mailbox.wakeup.set()

    def stop(self) -> None:
        """Begin to end: no new submissions, window empty or limit reached, unbind. Then join."""
        self._mailbox.is_stopping = True
        self._mailbox.wakeup.set()

    def status(self) -> LinkStatus:
        """Return a snapshot; its numbers may be a moment apart."""
        session, conversation = self._session, self._conversation
        return LinkStatus(
            health=self.health,
            session_state=session.state if session else None,
            bound_at=conversation.bound_at if conversation else None,
            in_flight=session.in_flight if session else 0,
            unacknowledged=session.unacknowledged if session else 0,
            rate=self._pacer.rate,
            connections=self._connections,
            traffic=replace(self._traffic),
        )

    # The thread

    def run(self) -> None:
        """Keep the bind bound until `stop`, the end of the lease or a fatal refusal."""
        logger.info("smpp link started", extra={"bind": self._config.name})
        _live[self._config.bind_id] = self
        try:
            self.end = self._keep_bound()
        except _StoppedError:
            self.end = "stopped"
        except LeaseEndedError:
            self.end = "lease_ended"
        except Exception:
            logger.exception("smpp link crashed", extra={"bind": self._config.name})
            self.end = "crashed"
        finally:
            if _live.get(self._config.bind_id) is self:
                del _live[self._config.bind_id]
            self._mailbox.wakeup.close()
        logger.info("smpp link ended: %s", self.end, extra={"bind": self._config.name})
        if self.end != "bind_failed":
            self._report(SessionHealth("unbound", self.end or ""))

    def _keep_bound(self) -> LinkEnd:
        self._report(SessionHealth("starting"), force=True)
        if self._refused:
            self._report(SessionHealth("bind_failed", self._refused))
            return "bind_failed"
        seconds = 0.0
        while True:
            self._wait(None, 0, self._around.clock() + seconds)
            self._report(SessionHealth("binding"))
            closed = self._converse()
            if closed.fatal:
                self._report(SessionHealth("bind_failed", closed.detail))
                return "bind_failed"
            if self._mailbox.is_stopping:
                return "stopped"
            seconds = self._backoff.next_seconds(closed.refused_with)
            self._report(SessionHealth("connection_lost", closed.detail))

    def _take_over(self, session: SmppSession | None) -> None:
        config, self._mailbox.config = self._mailbox.config, None
        if config is None:
            return
        self._config = config
        self._pacer.reconfigure(config.throughput, throttling_of(config))
        self._backoff.reconfigure(config.reconnect_base_seconds, config.reconnect_cap_seconds)
        if session is not None:
            session.reconfigure(config)

    def _converse(self) -> Closed:
        """Connect and run one session; returns why it ended."""
        self._take_over(None)
        clock = self._around.clock
        until = clock() + self._config.session_init_timer_seconds
        try:
            connection = connect(self._config, lambda sock, events: self._wait(sock, events, until))
        except OSError as error:
            return Closed(f"no connection: {error.strerror or error}")
        self._connections += 1
        session = SmppSession(
            self._config,
            next(_session_ids),
            self._pacer,
            self._traffic,
            wall_offset=self._around.wall() - clock(),
        )
        conversation = Conversation(self._around, session, connection)
        self._session, self._conversation = session, conversation
        try:
            return conversation.run()
        finally:
            self._session = self._conversation = None
            connection.close()
            bound_at = conversation.bound_at
            if bound_at is not None and clock() - bound_at >= _WORTHWHILE_SECONDS:
                self._backoff.reset()

    def _wait(self, sock: socket.socket | None, events: int, until: float) -> None:
        """Wait until the socket is ready, or with none until `until`.

        Raises TimeoutError when the socket was not ready in time, and what ends the link.
        """
        around = self._around
        with selectors.DefaultSelector() as selector:
            selector.register(self._mailbox.wakeup, selectors.EVENT_READ)
            if sock is not None:
                selector.register(sock, events)
            while True:
                now = around.clock()
                if self._mailbox.is_stopping:
                    raise _StoppedError
                if now >= around.deadline():
                    raise LeaseEndedError
                if now >= until:
                    break
                ready = selector.select(min(MAX_WAIT_SECONDS, until - now))
                self._mailbox.wakeup.drain()
                if any(key.fileobj is sock for key, _ in ready):
                    return
        if sock is not None:
            raise TimeoutError("the SMSC does not answer")

    def _report(self, health: SessionHealth, force: bool = False) -> None:
        if force or health != self.health:
            self.health = health
            self._around.sink.health(health)
