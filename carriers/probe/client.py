"""A session of its own for a test: plain, in one thread, with every PDU in sight.

It answers what is not of the test with “again later” (invariant 3): a receipt or reply of a
customer's that comes here stays with the SMSC until a worker's session takes it.
"""

import selectors
import socket
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from carriers.ports import BindConfig, BindType
from carriers.probe.values import Got
from carriers.smpp import pdu, statuses
from carriers.smpp.connection import Connection, connect
from carriers.smpp.framing import FrameBuffer
from carriers.smpp.receipts import parse_receipt

_LOOK_SECONDS: Final = 0.1
_VERSION_TLV: Final = pdu.TLV_SC_INTERFACE_VERSION


class ProbeConnectionError(OSError):
    """The session could not be had, or ended; the text says why."""


class ProbeSession:
    """`bind`, `submit`, `wait` for answers and receipts, `unbind`, `close`."""

    def __init__(
        self,
        config: BindConfig,
        numbers: Collection[str],
        beat: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`beat` is called often while it waits; what it raises ends the test."""
        self._config, self._beat, self._clock = config, beat, clock
        self._numbers = frozenset(numbers)
        self._frames = FrameBuffer()
        self._connection: Connection | None = None
        self._sequence = 0
        self._answers: dict[int, tuple[pdu.Header, bytes, float]] = {}
        self._waiting: set[int] = set()
        self.receipts: list[Got] = []
        self.refused_inbound = 0
        self.is_closed_by_peer = False

    @property
    def outstanding(self) -> int:
        """Submits without an answer."""
        return len(self._waiting)

    def bind(self, bind_type: BindType, interface_version: int) -> tuple[int, int | None]:
        """The status of the bind, and the version that the SMSC says it speaks."""
        config = replace(self._config, bind_type=bind_type, interface_version=interface_version)
        until = self._clock() + config.session_init_timer_seconds
        try:
            self._connection = connect(
                config, lambda sock, events: self._ready(sock, events, until)
            )
        except OSError as error:
            raise ProbeConnectionError(f"no connection: {error.strerror or error}") from error
        sequence = self._next()
        self._write(pdu.bind_request(config.bind_request(), sequence))
        header, frame, _at = self._answer(sequence, config.session_init_timer_seconds)
        version = None
        if header.command_id & pdu.RESPONSE_BIT and header.status == 0:
            value = dict(pdu.parse_bind_resp(frame).tlvs).get(_VERSION_TLV)
            version = value[0] if value else None
        return header.status, version

    def submit(self, message: pdu.SubmitSm) -> int:
        """Write one; its sequence is what `answer_of` takes."""
        sequence = self._next()
        self._waiting.add(sequence)
        self._write(pdu.with_header(pdu.SUBMIT_SM, 0, sequence, pdu.submit_sm_body(message)))
        return sequence

    def answer_of(self, sequence: int) -> tuple[int, str, float] | None:
        """Status, message id and time of an answer that has come."""
        found = self._answers.get(sequence)
        if found is None:
            return None
        header, frame, at = found
        if header.command_id == pdu.SUBMIT_SM_RESP:
            status, _sequence, message_id = pdu.parse_submit_sm_resp(frame)
            return status, message_id, at
        return header.status or statuses.ESME_RSYSERR, "", at

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Read until the condition holds; False when it does not in time."""
        until = self._clock() + seconds
        while not condition():
            now = self._clock()
            if now >= until or self.is_closed_by_peer:
                return condition()
            self._read(min(_LOOK_SECONDS, until - now))
        return True

    def enquire_link(self, seconds: float) -> float | None:
        """How long the answer took; None without one."""
        sequence, began = self._next(), self._clock()
        self._write(pdu.enquire_link(sequence))
        answered = self.wait(lambda: sequence in self._answers, seconds)
        return self._answers[sequence][2] - began if answered else None

    def unbind(self, seconds: float) -> bool:
        """Whether the SMSC answers an unbind."""
        sequence = self._next()
        try:
            self._write(pdu.unbind(sequence))
            return self.wait(lambda: sequence in self._answers, seconds)
        except OSError:
            return False

    def close(self) -> None:
        """Close at once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _ready(self, sock: socket.socket, events: int, until: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(sock, events)
            while not selector.select(_LOOK_SECONDS):
                self._beat()
                if self._clock() >= until:
                    raise TimeoutError("the SMSC does not answer")

    def _answer(self, sequence: int, seconds: float) -> tuple[pdu.Header, bytes, float]:
        if not self.wait(lambda: sequence in self._answers, seconds):
            why = "closed the connection" if self.is_closed_by_peer else "does not answer"
            raise ProbeConnectionError(f"the SMSC {why}")
        return self._answers[sequence]

    def _write(self, octets: bytes) -> None:
        rest = bytearray(octets)
        until = self._clock() + self._config.response_timer_seconds
        while rest:
            if self._connection is None or self.is_closed_by_peer:
                raise ProbeConnectionError("the SMSC closed the connection")
            try:
                sent = self._connection.send(rest)
            except OSError as error:
                raise ProbeConnectionError(f"the connection broke: {error}") from error
            del rest[:sent]
            if rest:
                self._read(_LOOK_SECONDS)
            if self._clock() >= until:
                raise ProbeConnectionError("the SMSC takes no more octets")

    def _read(self, seconds: float) -> None:
        self._beat()
        connection = self._connection
        if connection is None:
            raise ProbeConnectionError("there is no session")
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            if not selector.select(seconds):
                return
        try:
            data = connection.receive()
        except OSError as error:
            raise ProbeConnectionError(f"the connection broke: {error}") from error
        if data == b"":
            self.is_closed_by_peer = True
        elif data is not None:
            now = self._clock()
            for frame in self._frames.feed(data):
                self._take(frame, now)

    def _take(self, frame: bytes, now: float) -> None:
        header = pdu.parse_header(frame)
        if header.command_id & pdu.RESPONSE_BIT:
            self._waiting.discard(header.sequence)
            self._answers[header.sequence] = (header, frame, now)
        elif header.command_id == pdu.ENQUIRE_LINK:
            self._write(pdu.enquire_link_resp(header.sequence))
        elif header.command_id == pdu.UNBIND:
            self._write(pdu.unbind_resp(header.sequence))
            self.is_closed_by_peer = True
        elif header.command_id in {pdu.DELIVER_SM, pdu.DATA_SM}:
            self._deliver(header, frame, now)
        else:
            self._write(pdu.generic_nack(header.sequence, statuses.ESME_RINVCMDID))

    def _deliver(self, header: pdu.Header, frame: bytes, now: float) -> None:
        got = _receipt(header, frame, now)
        is_ours = got is not None and got.number in self._numbers
        if got is not None and is_ours:
            self.receipts.append(got)
        else:
            self.refused_inbound += 1
        status = statuses.ESME_ROK if is_ours else statuses.ESME_RX_T_APPN
        answer = header.command_id | pdu.RESPONSE_BIT
        self._write(pdu.with_header(answer, status, header.sequence, b"\0"))


def _receipt(header: pdu.Header, frame: bytes, now: float) -> Got | None:
    is_data = header.command_id == pdu.DATA_SM
    try:
        deliver = pdu.parse_data_sm(frame) if is_data else pdu.parse_deliver_sm(frame)
    except pdu.PduError:
        return None
    parsed = parse_receipt(deliver)
    if parsed is None:
        return None
    tlvs = dict(deliver.tlvs)
    reference = tlvs.get(pdu.TLV_USER_MESSAGE_REFERENCE, b"")
    octets = deliver.short_message or tlvs.get(pdu.TLV_MESSAGE_PAYLOAD, b"")
    return Got(
        message_id=parsed.smsc_message_id,
        number=deliver.source_addr.lstrip("+"),
        state=parsed.state,
        is_flagged=bool(deliver.esm_class & pdu.ESM_MESSAGE_TYPE_MASK),
        has_tlvs=pdu.TLV_RECEIPTED_MESSAGE_ID in tlvs or pdu.TLV_MESSAGE_STATE in tlvs,
        reference=int.from_bytes(reference, "big") if reference else None,
        text=octets.decode("latin-1"),
        at=now,
        fields={"done": parsed.done_at_raw, "error": parsed.error_code, "stat": parsed.stat},
    )
