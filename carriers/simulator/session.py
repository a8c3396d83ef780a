"""One connection of an ESME: framing, binding, and what leaves at the end of a pass."""

import asyncio
import socket
import struct
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from carriers.simulator.deliveries import Delivery
from carriers.smpp import pdu
from carriers.smpp.framing import FrameBuffer, FramingError

if TYPE_CHECKING:
    from carriers.simulator.smsc import Smsc

ESME_RINVCMDLEN: Final = 0x02
ESME_RINVCMDID: Final = 0x03
ESME_RINVBNDSTS: Final = 0x04
MAX_UNANSWERED_PROBES: Final = 2

_SUBMIT_SM: Final = pdu.SUBMIT_SM.to_bytes(4, "big")
_DELIVER_SM_RESP: Final = pdu.DELIVER_SM_RESP.to_bytes(4, "big")
_BIND_NAMES: Final = {
    pdu.BIND_RECEIVER: "receiver",
    pdu.BIND_TRANSMITTER: "transmitter",
    pdu.BIND_TRANSCEIVER: "transceiver",
}


class Session(asyncio.Protocol):
    """OPEN, then BOUND_TX, BOUND_RX or BOUND_TRX, then CLOSED (SMPP 3.4 §2.2)."""

    def __init__(self, smsc: "Smsc", number: int) -> None:
        self.number = number
        self.system_id = ""
        self.bound_as = 0
        self.waiting = 0  # submits whose answer is on its way
        self.unacknowledged: dict[int, tuple[Delivery, float]] = {}
        self._smsc = smsc
        self._transport: asyncio.Transport | None = None
        self._frames = FrameBuffer()
        self._out: list[bytes] = []
        self._withheld: list[tuple[bytes, str]] | None = None
        self._is_paused = False
        self._is_ending = False
        self._sequence = 0
        self._heard_at = self._opened_at = monotonic()
        self._probes = 0

    # -- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._smsc.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._smsc.closed(self)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._smsc.end_pass()

    def data_received(self, data: bytes) -> None:
        broken: FramingError | None = None
        try:
            frames = self._frames.feed(data)
        except FramingError as error:
            broken, frames = error, error.frames
        now, wall = monotonic(), time()
        self._heard_at, self._probes = now, 0
        for frame in frames:
            command = frame[4:8]
            if command == _SUBMIT_SM:
                self._submit(frame, now, wall)
            elif command == _DELIVER_SM_RESP:
                header = pdu.parse_header(frame)
                self._smsc.outbox.acknowledge(self, header.sequence, header.status, wall)
            else:
                self._control(frame)
        if broken is not None:
            self._smsc.stats.protocol_errors += 1
            self.end(pdu.generic_nack(0, ESME_RINVCMDLEN))
        self._smsc.end_pass(wall)

    # -- what came

    def _submit(self, frame: bytes, now: float, wall: float) -> None:
        sequence = int.from_bytes(frame[12:16], "big")
        if self.bound_as in {pdu.BIND_TRANSCEIVER, pdu.BIND_TRANSMITTER} and not self._is_ending:
            self._smsc.intake.submit(self, sequence, frame, now, wall)
        else:
            self.send(pdu.submit_sm_resp(sequence, ESME_RINVBNDSTS, ""))

    def _control(self, frame: bytes) -> None:
        header = pdu.parse_header(frame)
        if header.command_id in pdu.BIND_COMMANDS:
            self._bind(frame, header)
        elif header.command_id == pdu.ENQUIRE_LINK:
            self.send(pdu.enquire_link_resp(header.sequence))
        elif header.command_id == pdu.UNBIND:
            self._smsc.unbound(self)
            self.bound_as = 0
            self.end(pdu.unbind_resp(header.sequence))
        elif not header.command_id & pdu.RESPONSE_BIT:
            self.send(pdu.generic_nack(header.sequence, ESME_RINVCMDID))
        elif header.command_id == pdu.UNBIND_RESP:
            self.end()
        elif header.command_id == pdu.GENERIC_NACK:
            # Some ESMEs refuse a deliver_sm like this.
            status = header.status or ESME_RINVCMDID
            self._smsc.outbox.acknowledge(self, header.sequence, status, time())

    def _bind(self, frame: bytes, header: pdu.Header) -> None:
        try:
            request = pdu.parse_bind_request(frame)
        except pdu.PduError:
            self._smsc.stats.protocol_errors += 1
            self.end(pdu.bind_resp(header.command_id, header.sequence, ESME_RINVCMDLEN))
            return
        status = self._smsc.admit(self, request, _BIND_NAMES[header.command_id])
        version = ((pdu.TLV_SC_INTERFACE_VERSION, bytes((pdu.INTERFACE_VERSION_34,))),)
        answer = pdu.bind_resp(
            header.command_id, header.sequence, status, self._smsc.profile.name[:15], version
        )
        if status and not self.bound_as:
            self.end(answer)
        else:
            self.send(answer)

    # -- what leaves

    @property
    def is_muted(self) -> bool:
        """Nothing can leave in this pass: a scenario holds it back."""
        return self._withheld is not None or self._smsc.scenario.is_black_hole

    @property
    def can_receive(self) -> bool:
        return self.bound_as in {pdu.BIND_TRANSCEIVER, pdu.BIND_RECEIVER}

    @property
    def can_take(self) -> bool:
        return not (self._is_paused or self._is_ending or self.is_muted)

    def next_sequence(self) -> int:
        self._sequence = self._sequence % pdu.MAX_SEQUENCE + 1
        return self._sequence

    def send(self, octets: bytes, line: str = "") -> None:
        """Let octets leave at the end of the pass and note `line` when they do."""
        if self._withheld is not None:
            self._withheld.append((octets, line))
            return
        if self._transport is None or self._smsc.scenario.is_black_hole:
            return
        if line:
            self._smsc.journal.add(line)
        if not self._out:
            self._smsc.dirty.append(self)
        self._out.append(octets)

    def end(self, last: bytes = b"") -> None:
        """Close after what waits to leave, and `last`, has left."""
        if last:
            self.send(last)
        self._is_ending = True
        if not self._out:
            self._smsc.dirty.append(self)

    def write_out(self) -> None:
        """Hand the pass's octets to the socket; the journal has been written before."""
        if self._transport is None:
            self._out.clear()
            return
        if self._out:
            self._transport.write(b"".join(self._out))
            self._out.clear()
        if self._is_ending:
            self._transport.close()

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def reset(self) -> None:
        """Send half a PDU and cut the connection with a reset, so that nothing follows."""
        if self._transport is None:
            return
        self._transport.write(pdu.enquire_link(self.next_sequence())[:9])
        raw = self._transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def withhold(self) -> None:
        """Send half a PDU now, and the rest and all that follows when released."""
        probe = pdu.enquire_link(self.next_sequence())
        self.send(probe[:8])
        self._withheld = [(probe[8:], "")]

    def release(self) -> None:
        """Let out what was withheld."""
        waiting, self._withheld = self._withheld or [], None
        for octets, line in waiting:
            self.send(octets, line)

    def keep_house(self, now: float) -> None:
        """Once a second: late acknowledgements, silent peers, connections that never bind."""
        profile = self._smsc.profile
        if not self.bound_as and now - self._opened_at > profile.session_init_seconds:
            self.abort()
            return
        self._smsc.outbox.give_up_waiting(self)
        silent = now - self._heard_at
        if profile.enquire_link_seconds and silent > profile.enquire_link_seconds * (
            1 + self._probes
        ):
            if self._probes >= MAX_UNANSWERED_PROBES:
                self.abort()
                return
            self._probes += 1
            self.send(pdu.enquire_link(self.next_sequence()))
