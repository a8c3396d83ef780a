"""What the tests of the SMPP client share: values with defaults, a clock, recording ports."""

import itertools
import threading
from collections import deque
from collections.abc import Callable

from smpplib import command

from carriers.ports import BindConfig, InboundPdu, SessionHealth, Submission, SubmitResult
from carriers.smpp import pdu
from carriers.smpp.events import Event
from carriers.smpp.framing import FrameBuffer
from carriers.smpp.pacing import Pacer, throttling_of
from carriers.smpp.session import SmppSession

_TEMPLATE = pdu.SubmitTemplate(source_addr="53849", source_addr_ton=3)
_numbers = itertools.count(1)


def make_config(**overrides: object) -> BindConfig:
    values: dict[str, object] = {
        "bind_id": 7,
        "name": "viettel-1",
        "host": "127.0.0.1",
        "port": 2775,
        "system_id": "signalbox",
        "password": "secret",
    }
    return BindConfig(**{**values, **overrides})


def make_submission(**overrides: object) -> Submission:
    number = next(_numbers)
    values: dict[str, object] = {
        "token": number,
        "message_id": number.to_bytes(16, "big"),
        "segment": 1,
        "segments": 1,
        "body": _TEMPLATE.body(f"8491{number:07d}", b"hello"),
        "lane": 3,
        "sender_id": 1,
        "sender_rate": None,
    }
    return Submission(**{**values, **overrides})


WALL_OFFSET = 5000.0


class SessionDriver:
    """A session with the SMSC's side in the test's hand and the time standing still."""

    def __init__(self, **overrides: object) -> None:
        self.config = make_config(**overrides)
        self.pacer = Pacer(self.config.throughput, throttling_of(self.config))
        self.session = SmppSession(self.config, 1, self.pacer, wall_offset=WALL_OFFSET)
        self.now = 1000.0
        self.sent: list[bytes] = []
        self._frames = FrameBuffer()

    def start(self) -> bytes:
        self.session.start(self.now)
        return self.outgoing()[0]

    def bind(self, **tlvs: object) -> list[Event]:
        request = pdu.parse_header(self.start())
        return self.receive(pdu.bind_resp(request.command_id, request.sequence, 0, "smsc"))

    def outgoing(self) -> list[bytes]:
        return self._frames.feed(self.session.take_output())

    def receive(self, *frames: bytes) -> list[Event]:
        return self.session.on_bytes(b"".join(frames), self.now)

    def tick(self, seconds: float = 0.0) -> list[Event]:
        self.now += seconds
        return self.session.on_tick(self.now)

    def submit(self, submission: Submission | None = None, slot: int = 0) -> int:
        self.pacer.spend(1, self.now)
        return self.session.submit(submission or make_submission(), slot, self.now)


def results_of(events: list[Event]) -> list[SubmitResult]:
    return [result for event in events for result in getattr(event, "results", [])]


def inbound_of(events: list[Event]) -> list[InboundPdu]:
    return [inbound for event in events for inbound in getattr(event, "pdus", [])]


def of_kind(events: list[Event], kind: type) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


class ListSource:
    """A SubmissionSource over two queues."""

    def __init__(self, *bulk: Submission, express: tuple[Submission, ...] = ()) -> None:
        self.bulk = deque(bulk)
        self.express = deque(express)
        self.returned: list[Submission] = []
        self.asked: list[tuple[int, bool]] = []
        self.may: Callable[[Submission], bool] = lambda _: True

    def take(self, limit: int, express_only: bool) -> list[Submission]:
        self.asked.append((limit, express_only))
        queue = self.express if express_only else self.bulk
        return [queue.popleft() for _ in range(min(limit, len(queue)))]

    def put_back(self, submissions: list[Submission]) -> None:
        self.returned.extend(submissions)

    def may_write(self, submission: Submission) -> bool:
        return self.may(submission)


class RecordingSink:
    """An EventSink that keeps everything and lets a test wait for a condition."""

    def __init__(self) -> None:
        self.all_results: list[SubmitResult] = []
        self.all_inbound: list[InboundPdu] = []
        self.all_health: list[SessionHealth] = []
        self._changed = threading.Condition()

    def results(self, results: list[SubmitResult]) -> None:
        with self._changed:
            self.all_results.extend(results)
            self._changed.notify_all()

    def inbound(self, pdus: list[InboundPdu]) -> None:
        with self._changed:
            self.all_inbound.extend(pdus)
            self._changed.notify_all()

    def health(self, health: SessionHealth) -> None:
        with self._changed:
            self.all_health.append(health)
            self._changed.notify_all()

    @property
    def states(self) -> list[str]:
        return [health.state for health in self.all_health]

    def wait_for(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, seconds), self.all_health


def smpplib_octets(name: str, sequence: int, **fields: object) -> bytes:
    """The same PDU by smpplib; it takes the sequence number only afterwards."""
    oracle = command.factory(name, sequence=sequence, **fields)
    oracle.sequence = sequence
    return oracle.generate()
