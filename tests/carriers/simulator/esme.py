"""A plain blocking ESME on our codec, and simulators for it to talk to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from carriers.simulator.operators import Account, OperatorProfile
from carriers.simulator.server import SimulatorConfig
from carriers.simulator.thread import SimulatorThread
from carriers.smpp import pdu
from carriers.smpp.framing import FrameBuffer

PROFILE = OperatorProfile(
    "test",
    "Test",
    0,
    (Account("signalbox", "secret"),),
    receipt_delay_seconds=0.01,
    receipt_retry_seconds=0.01,
    enquire_link_seconds=0.0,
)
NUMBER = "84912345678"


def make_profile(**changes) -> OperatorProfile:
    return replace(PROFILE, **changes)


@contextmanager
def running(directory: Path | None = None, **changes) -> Iterator[SimulatorThread]:
    """A simulator with one operator, `test`, on any free port."""
    config = SimulatorConfig((make_profile(**changes),), directory)
    with SimulatorThread(config) as simulator:
        yield simulator


class Esme:
    """One connection. Frames that were not asked for wait in `backlog`."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.backlog: list[bytes] = []
        self._frames = FrameBuffer()
        self._sequence = 0

    def __enter__(self) -> "Esme":
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    def sequence(self) -> int:
        self._sequence += 1
        return self._sequence

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def bind(
        self,
        system_id: str = "signalbox",
        password: str = "secret",
        command_id: int = pdu.BIND_TRANSCEIVER,
    ) -> int:
        request = pdu.BindRequest(command_id, system_id, password)
        self.send(pdu.bind_request(request, self.sequence()))
        return pdu.parse_bind_resp(self.take(command_id | pdu.RESPONSE_BIT)).status

    def submit(self, destination: str = NUMBER, text: bytes = b"Hello", **fields) -> int:
        """Send a submit_sm that asks for a receipt; return its sequence_number."""
        sequence = self.sequence()
        values = {"registered_delivery": 1, "source_addr": "53849", **fields}
        message = pdu.SubmitSm(destination_addr=destination, short_message=text, **values)
        body = pdu.submit_sm_body(message)
        self.send(pdu.with_header(pdu.SUBMIT_SM, 0, sequence, body))
        return sequence

    def response(self) -> tuple[int, int, str]:
        """The next submit_sm_resp: status, sequence_number, message_id."""
        return pdu.parse_submit_sm_resp(self.take(pdu.SUBMIT_SM_RESP))

    def delivery(self, status: int = 0) -> pdu.DeliverSm:
        """The next deliver_sm, answered with `status`."""
        frame = self.take(pdu.DELIVER_SM)
        self.send(pdu.deliver_sm_resp(pdu.parse_header(frame).sequence, status))
        return pdu.parse_deliver_sm(frame)

    def take(self, command_id: int) -> bytes:
        """The first frame of this command; what comes before it is kept. EOFError at the end."""
        while True:
            for at, frame in enumerate(self.backlog):
                if pdu.parse_header(frame).command_id == command_id:
                    return self.backlog.pop(at)
            self.backlog += self._frames.feed(self.receive())

    def receive(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("the simulator closed the connection")
        return data

    def settle(self) -> list[bytes]:
        """All that came until an enquire_link was answered: nothing earlier is on its way."""
        self.send(pdu.enquire_link(self.sequence()))
        self.take(pdu.ENQUIRE_LINK_RESP)
        found, self.backlog = self.backlog, []
        return found

    def is_closed(self) -> bool:
        try:
            while True:
                self.receive()
        except (EOFError, ConnectionResetError):
            return True


@contextmanager
def bound(simulator: SimulatorThread, command_id: int = pdu.BIND_TRANSCEIVER) -> Iterator[Esme]:
    with Esme(simulator.port("test")) as esme:
        assert esme.bind(command_id=command_id) == 0
        yield esme
