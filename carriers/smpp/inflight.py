"""Submissions from the wire to their outcome."""

from dataclasses import dataclass

from carriers.ports import NO_SLOT, NO_STATUS, BindConfig, Outcome, Submission, SubmitResult
from carriers.smpp import statuses
from carriers.smpp.statuses import StatusClass
from carriers.smpp.window import Pending, Window

_SMOOTHING = 0.1


@dataclass(slots=True)
class Traffic:
    """What passed a bind since the link began; read by other threads for pages and metrics."""

    submitted: int = 0
    accepted: int = 0
    refused: int = 0
    throttled: int = 0
    unknown: int = 0
    late: int = 0  # of these the SMSC said afterwards that it has them
    inbound: int = 0
    response_seconds: float = 0.0  # smoothed; the bind's throughput is window / this


class InFlight:
    """The window of one session and the results that come out of it."""

    __slots__ = ("_config", "_results", "_traffic", "wall_offset", "window")

    def __init__(self, config: BindConfig, traffic: Traffic, wall_offset: float) -> None:
        self._config = config
        self._traffic = traffic
        self._results: list[SubmitResult] = []
        self.window = Window(config.window)
        self.wall_offset = wall_offset

    def reconfigure(self, config: BindConfig) -> None:
        """Go on under changed options."""
        self._config = config
        self.window.resize(config.window)

    def add(
        self, sequence: int, submission: Submission, slot: int, now: float, stream_end: int
    ) -> None:
        """Note a submit_sm whose last octet is at `stream_end` of the outgoing stream."""
        pending = Pending(submission, now, now + self.wall_offset, slot, stream_end)
        self.window.add(sequence, pending)
        self._traffic.submitted += 1

    def answer(self, pending: Pending, status: int, message_id: str, now: float) -> StatusClass:
        """Note the SMSC's answer and return its class."""
        traffic = self._traffic
        traffic.response_seconds += _SMOOTHING * (now - pending.sent_at - traffic.response_seconds)
        outcome: Outcome
        if status == statuses.ESME_ROK:
            status_class = StatusClass.OK
            outcome = "accepted"
            traffic.accepted += 1
        else:
            status_class = statuses.classify(status, self._config.status_classes)
            if status_class is StatusClass.THROTTLE:
                outcome = "throttled"
                traffic.throttled += 1
            else:
                outcome = "refused"
                traffic.refused += 1
        self._add_result(pending, outcome, status, message_id, status_class, now)
        return status_class

    def answer_late(self, pending: Pending, status: int, message_id: str, now: float) -> None:
        """Note an answer after response_timer. A refusal is no news: the outcome was told, and
        what is to be done was done; an id is, because receipts will name it."""
        if status != statuses.ESME_ROK:
            return
        self._traffic.late += 1
        # Its slot of the journal may be another submission's by now.
        former = pending._replace(journal_slot=NO_SLOT)
        self._add_result(former, "late", status, message_id, StatusClass.OK, now)

    def expire(self, now: float) -> None:
        """Note as unknown what response_timer has run out for."""
        for pending in self.window.expire(now, self._config.response_timer_seconds):
            self._unknown(pending, now)

    def end(self, sent: int, now: float) -> tuple[Pending, ...]:
        """Empty the window of a connection that took `sent` octets.

        What went out completely is unknown; the rest is returned: the SMSC cannot have it.
        """
        unsent: list[Pending] = []
        for pending in self.window.clear():
            if pending.stream_end > sent:
                unsent.append(pending)
            else:
                self._unknown(pending, now)
        self._traffic.submitted -= len(unsent)
        return tuple(unsent)

    def take_results(self) -> list[SubmitResult]:
        """Return the results since the last call."""
        results = self._results
        if results:
            self._results = []
        return results

    def _unknown(self, pending: Pending, now: float) -> None:
        self._traffic.unknown += 1
        self._add_result(pending, "unknown", NO_STATUS, "", StatusClass.AMBIGUOUS, now)

    def _add_result(
        self,
        pending: Pending,
        outcome: Outcome,
        status: int,
        message_id: str,
        status_class: StatusClass,
        now: float,
    ) -> None:
        self._results.append(
            SubmitResult(
                pending.submission,
                outcome,
                status,
                message_id,
                pending.journal_slot,
                pending.written_at,
                now + self.wall_offset,
                status_class,
            )
        )
