"""The lines of one HTTP carrier as a session: what may be sent now, and what is under way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from carriers.http.line import Line, Order
from carriers.http.templates import HttpRequest
from carriers.ports import Submission
from carriers.smpp.inflight import Traffic
from carriers.smpp.pacing import Pacer
from carriers.smpp.window import Pending, reserved_slots

MakeRequest = Callable[[Submission], HttpRequest]
_NO_STREAM: Final = 0


@dataclass(slots=True)
class Lines:
    """All lines of a link; its thread alone changes their states."""

    lines: list[Line]
    pacer: Pacer
    traffic: Traffic
    make_request: MakeRequest
    under_way: dict[Line, Pending] = field(default_factory=dict)
    wall_offset: float = 0.0
    is_open: bool = True

    def count(self, state: str) -> int:
        """How many lines are in a state."""
        return sum(line.state == state for line in self.lines)

    @property
    def in_flight(self) -> int:
        """How many submissions wait for their answer."""
        return self.count("busy")

    def free(self, express: bool) -> int:
        """How many submissions the warm lines take now; bulk leaves some of them free."""
        if not self.is_open:
            return 0
        size = len(self.lines)
        limit = size if express else size - reserved_slots(size)
        return max(0, min(self.count("warm"), limit - self.in_flight))

    def room(self, now: float, express: bool) -> int:
        """How many may be written now, by lines and pace."""
        free = self.free(express)
        return min(free, self.pacer.room(now, express)) if free else 0

    def submit(self, submission: Submission, journal_slot: int, now: float) -> int:
        """Hand one to a warm line; the caller asked `room` before."""
        line = next(line for line in self.lines if line.state == "warm")
        line.state = "busy"
        self.traffic.submitted += 1
        pending = Pending(submission, now, now + self.wall_offset, journal_slot, _NO_STREAM)
        self.under_way[line] = pending
        line.order(Order(pending, self.make_request(submission)))
        return journal_slot

    def warm(self, most: int) -> int:
        """Let at most so many cold lines connect; returns how many."""
        cold = [line for line in self.lines if line.state == "cold"][: max(0, most)]
        for line in cold:
            line.state = "warming"
            line.order(Order())
        return len(cold)


def summary(lines: Lines) -> Mapping[str, int]:
    """Lines by state, for logs."""
    return {state: lines.count(state) for state in ("cold", "warming", "warm", "busy")}
