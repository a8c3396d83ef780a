"""The thread that keeps an HTTP carrier's lines busy: what `carriers.smpp.link` is for SMPP.

Each pass: reports of the lines → results to the sink → submissions → wait. An answer that does
not come, and a connection that breaks after a request was written, is an unknown outcome.
"""

import json
import logging
import random
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from carriers.http.line import Line, Report, Wires
from carriers.http.networks import allowance
from carriers.http.session import Lines, summary
from carriers.http.templates import HttpRequest, request_of
from carriers.ports import (
    NO_STATUS,
    BindConfig,
    EventSink,
    LeaseDeadline,
    Outcome,
    SessionHealth,
    Submission,
    SubmissionSource,
    SubmitResult,
)
from carriers.shares import ShareBook
from carriers.smpp import statuses
from carriers.smpp.backoff import Backoff
from carriers.smpp.conversation import MAX_WAIT_SECONDS
from carriers.smpp.feeder import Feeder
from carriers.smpp.inflight import Traffic
from carriers.smpp.journal import Journal
from carriers.smpp.link import LinkEnd, LinkStatus
from carriers.smpp.pacing import Pacer, throttling_of
from carriers.smpp.statuses import StatusClass
from carriers.smpp.wakeup import Wakeup
from carriers.smpp.window import Pending

logger = logging.getLogger(__name__)

_SMOOTHING: Final = 0.1
_LONGEST_RETRY_AFTER: Final = 300.0


class HttpLink(threading.Thread):
    """`start` it, `stop` it, `join` it; then `end` says why it ended. Nothing is written after
    `deadline()` (monotonic)."""

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
        super().__init__(name=f"http-{config.name}", daemon=True)
        if config.http is None:
            raise ValueError("an HTTP link needs the bind's HTTP options")
        self._config, self._options = config, config.http
        self._sink, self._journal, self._deadline = sink, journal, deadline
        self._clock, self._wall = clock, wall
        self._wakeup = Wakeup()
        self._reports: deque[Report] = deque()
        self._pacer = Pacer(config.throughput, throttling_of(config), shares, clock())
        self._backoff = Backoff(config.reconnect_base_seconds, config.reconnect_cap_seconds, jitter)
        self._feeder = Feeder(source, journal, self._pacer)
        self._traffic = Traffic()
        self._refused = refused
        self._is_stopping = self._is_fatal = self._is_throttled = False
        self._wanted = False  # the source may have more than warm lines can take
        self._try_at = 0.0  # when to connect while nothing stands
        self._seen_at = 0.0  # when a connection last stood
        self._stop_at = 0.0
        self._bound_at: float | None = None
        self._connections = 0
        self._lines = self._make_lines()
        self.health = SessionHealth("starting")
        self.end: LinkEnd | None = None

    def _make_lines(self) -> Lines:
        wires = Wires(
            self._options,
            allowance(),
            self._config.tls_context,
            self._config.response_timer_seconds,
            may_write=lambda: self._clock() < self._deadline(),
            report=self._reported,
            clock=self._clock,
        )
        lines = [Line(f"{self.name} {number}", wires) for number in range(self._config.window)]
        return Lines(lines, self._pacer, self._traffic, self._request)

    # From any thread

    def wake(self) -> None:
        """Say that the source has something to take."""
        self._wanted = True
        self._wakeup.set()

    def pace(self) -> float | None:
        """Say how many segments a second may leave now; None: as many as there are."""
        return self._pacer.pace

    def acknowledge(self, session_id: int, answers: Iterable[tuple[int, int]]) -> None:
        """Nothing: receipts and replies come by webhook and are answered there."""

    def release(self, slots: Iterable[int]) -> None:
        """Free journal slots whose results are committed."""
        was_full = self._journal.is_full
        self._journal.release(slots)
        if was_full:
            self._wakeup.set()

    def stop(self) -> None:
        """Begin to end: no new submissions, wait for answers or the limit. Then join."""
        self._is_stopping = True
        self._wakeup.set()

    def status(self) -> LinkStatus:
        """Return a snapshot; its numbers may be a moment apart."""
        return LinkStatus(
            health=self.health,
            session_state=None,
            bound_at=self._bound_at,
            in_flight=len(self._lines.under_way),
            unacknowledged=0,
            rate=self._pacer.rate,
            connections=self._connections,
            traffic=replace(self._traffic),
        )

    def _reported(self, report: Report) -> None:
        self._reports.append(report)
        self._wakeup.set()

    # The thread

    def run(self) -> None:
        """Keep sending until `stop`, the end of the lease or a refusal that needs a person."""
        logger.info("http link started", extra={"bind": self._config.name})
        try:
            for line in self._lines.lines:
                line.start()
            self._report(SessionHealth("starting"), force=True)
            self.end = self._keep_sending()
        except Exception:
            logger.exception("http link crashed", extra={"bind": self._config.name})
            self.end = "crashed"
        finally:
            self._wind_up()
        logger.info(
            "http link ended: %s",
            self.end,
            extra={"bind": self._config.name, **summary(self._lines)},
        )
        self._report(SessionHealth("unbound", self.end or ""))

    def _keep_sending(self) -> LinkEnd:
        if self._refused:
            self._report(SessionHealth("bind_failed", self._refused))
            return "bind_failed"
        with selectors.DefaultSelector() as selector:
            selector.register(self._wakeup, selectors.EVENT_READ)
            while True:
                now = self._clock()
                self._lines.wall_offset = self._wall() - now
                self._take_reports(now)
                if now >= self._deadline():
                    return "lease_ended"
                if self._is_stopping or self._is_fatal:
                    if self._is_drained(now):
                        return "bind_failed" if self._is_fatal else "stopped"
                else:
                    self._recover(now)
                    self._feed(now)
                    self._connect(now)
                selector.select(self._wait_seconds(self._clock()))
                self._wakeup.drain()

    def _wait_seconds(self, now: float) -> float:
        until = min(now + MAX_WAIT_SECONDS, self._deadline())
        if not (self._is_stopping or self._is_fatal):
            until = min(until, self._feeder.next_at(self._lines, now))
        return 0.0 if self._reports else max(0.0, until - now)

    # Connections

    def _connect(self, now: float) -> None:
        """Something stands or is tried; more where the source has more than is warm."""
        lines = self._lines
        standing = lines.count("warm") + lines.count("warming") + lines.in_flight
        if self.health.state in _DOWN:
            if now >= self._try_at and lines.count("warm"):
                self._stands(now)
            elif now >= self._try_at and not standing:
                self._report(SessionHealth("binding"))
                lines.warm(1)
        elif self._wanted and not lines.count("warm") and now >= self._try_at:
            lines.warm(max(1, lines.in_flight) - lines.count("warming"))
        elif not standing and self._is_look_due(now):
            lines.warm(1)  # is it still there?

    def _is_look_due(self, now: float) -> bool:
        seconds = self._config.enquire_link_timer_seconds
        return seconds > 0 and now >= self._seen_at + seconds

    def _stands(self, now: float) -> None:
        self._seen_at = now
        self._connections += 1
        self._backoff.reset()
        if self.health.state not in {"bound", "throttled"}:
            self._bound_at = now
            self._report(SessionHealth("bound", self._host()))

    def _lost(self, detail: str, now: float) -> None:
        """A connection was refused: where nothing else stands, the carrier is out of reach."""
        self._try_at = now + self._backoff.next_seconds()
        if self._lines.count("warm") or self._lines.in_flight:
            return
        self._bound_at = None
        self._feeder.return_parked()
        self._report(SessionHealth("connection_lost", detail))

    def _host(self) -> str:
        return self._options.url.split("/")[2].rsplit("@", 1)[-1]

    # Submissions

    def _feed(self, now: float) -> None:
        if self.health.state not in {"bound", "throttled"}:
            return
        lines, before = self._lines, self._lines.in_flight
        self._feeder.feed(lines, now)
        if not lines.count("warm"):
            self._wanted = self._wanted or lines.in_flight > before  # it may have had more
        elif lines.room(now, express=True):
            self._wanted = False  # it had less than we could take

    def _request(self, submission: Submission) -> HttpRequest:
        values = json.loads(submission.body)
        values["receipt_url"] = self._options.receipt_url
        return request_of(self._options, values)

    # What came of them

    def _take_reports(self, now: float) -> None:
        results: list[SubmitResult] = []
        unsent: list[Pending] = []
        while self._reports:
            report = self._reports.popleft()
            self._note_state(report)
            match report.what:
                case "warm":
                    self._stands(now)
                case "failed":
                    self._lost(report.detail, now)
                case "unsent" if report.pending is not None:
                    self._traffic.submitted -= 1
                    unsent.append(report.pending)
                    self._wanted = True
                case "answered" | "unanswered":
                    results.append(self._result(report, now))
        if unsent:
            self._feeder.return_unsent(tuple(unsent))
        if results:
            self._feeder.answered(results)
            self._sink.results(results)

    def _note_state(self, report: Report) -> None:
        line = report.line
        if report.pending is not None:
            self._lines.under_way.pop(line, None)
        if report.what == "warm":
            line.state = "warm"
        elif report.what == "cold":
            # It closed by itself while an order was on its way: that order is reported next.
            line.state = line.state if line.state in {"busy", "warming"} else "cold"
        else:
            line.state = "warm" if line.is_connected else "cold"

    def _result(self, report: Report, now: float) -> SubmitResult:
        pending, judgement = report.pending, report.judgement
        assert pending is not None
        outcome: Outcome = "unknown"
        status, message_id, status_class = NO_STATUS, "", StatusClass.AMBIGUOUS
        if judgement is not None:
            self._note_response(report.at - pending.sent_at)
            status_class = judgement.status_class
            if judgement.word != "unknown":
                outcome = _OUTCOMES.get(status_class, "refused")
                status, message_id = judgement.number, judgement.message_id
        self._note(outcome)
        if outcome != "accepted":
            self._react(status_class, outcome, report, pending, now)
        return SubmitResult(
            pending.submission,
            outcome,
            status,
            message_id,
            pending.journal_slot,
            pending.written_at,
            report.at + self._lines.wall_offset,
            status_class,
        )

    def _note_response(self, seconds: float) -> None:
        traffic = self._traffic
        traffic.response_seconds += _SMOOTHING * (seconds - traffic.response_seconds)

    def _note(self, outcome: Outcome) -> None:
        setattr(self._traffic, outcome, getattr(self._traffic, outcome) + 1)

    def _react(
        self,
        status_class: StatusClass,
        outcome: Outcome,
        report: Report,
        pending: Pending,
        now: float,
    ) -> None:
        """What an answer means for the carrier and not only for its message."""
        if status_class is StatusClass.THROTTLE:
            if self._pacer.throttled(pending.sent_at, now):
                asked = now + min(report.retry_after, _LONGEST_RETRY_AFTER)
                self._pacer.paused_until = max(self._pacer.paused_until, asked)
                self._is_throttled = True
                self._report(SessionHealth("throttled", _told(report)))
        elif status_class is StatusClass.CREDENTIALS:
            self._is_fatal = True
            self._lines.is_open = False
            self._report(SessionHealth("bind_failed", _told(report)))
        elif status_class is StatusClass.SESSION and outcome == "refused":
            self._bound_at = None
            self._try_at = now + self._backoff.next_seconds()
            self._report(SessionHealth("connection_lost", _told(report)))

    def _recover(self, now: float) -> None:
        self._pacer.recover(now)
        if self._is_throttled and not self._pacer.paused(now):
            self._is_throttled = False
            if self.health.state == "throttled":
                self._report(SessionHealth("bound", "throttling is over"))

    # The end

    def _is_drained(self, now: float) -> bool:
        if not self._stop_at:
            self._stop_at = now + self._config.shutdown_drain_seconds
            self._feeder.return_parked()
        return not self._lines.in_flight or now >= self._stop_at

    def _wind_up(self) -> None:
        """What is still under way has been written, as far as anybody knows: unknown."""
        now = self._clock()
        self._take_reports(now)
        self._feeder.return_parked()
        left = [
            self._result(Report(line, "unanswered", pending, at=now), now)
            for line, pending in self._lines.under_way.items()
        ]
        if left:
            self._sink.results(left)
        for line in self._lines.lines:
            line.end()
        self._wakeup.close()

    def _report(self, health: SessionHealth, force: bool = False) -> None:
        if self.health.state == "bind_failed":
            return  # nothing that is still under way takes back that a person is needed
        if force or health != self.health:
            self.health = health
            self._sink.health(health)


_DOWN: Final = frozenset({"starting", "binding", "connection_lost"})
_OUTCOMES: Final[dict[StatusClass, Outcome]] = {
    StatusClass.OK: "accepted",
    StatusClass.THROTTLE: "throttled",
}


def _told(report: Report) -> str:
    return "" if report.judgement is None else statuses.name(report.judgement.number)
