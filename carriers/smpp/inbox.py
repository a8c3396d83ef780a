"""Inbound PDUs of one session, from arrival to the answer that follows their commit."""

from typing import Final

from carriers.ports import InboundPdu
from carriers.smpp import pdu, statuses

# Beyond this the committing side is in trouble; the SMSC is told to keep the rest and try later.
MAX_UNACKNOWLEDGED: Final = 10_000


class Inbox:
    """deliver_sm and data_sm that came and were not answered yet."""

    __slots__ = ("_answers", "_arrived", "_session_id")

    def __init__(self, session_id: int) -> None:
        self._session_id = session_id
        self._answers: dict[int, int] = {}  # sequence → command id of the answer
        self._arrived: list[InboundPdu] = []

    def __len__(self) -> int:
        return len(self._answers)

    def refusal(self) -> int:
        """Return the status that makes the SMSC keep an inbound PDU, ESME_ROK to take it."""
        full = len(self._answers) >= MAX_UNACKNOWLEDGED
        return statuses.ESME_RX_T_APPN if full else statuses.ESME_ROK

    def add(self, frame: bytes, header: pdu.Header, received_at: float) -> None:
        """Keep an inbound PDU; one that cannot be parsed is kept too, without its meaning."""
        sequence = header.sequence
        self._answers[sequence] = header.command_id | pdu.RESPONSE_BIT
        deliver = _parsed(header.command_id, frame)
        self._arrived.append(InboundPdu(self._session_id, sequence, deliver, frame, received_at))

    def take(self) -> list[InboundPdu]:
        """Return what arrived since the last call."""
        arrived = self._arrived
        if arrived:
            self._arrived = []
        return arrived

    def answer(self, sequence: int, status: int) -> bytes:
        """Return the response PDU; empty when it was answered already or never came."""
        command_id = self._answers.pop(sequence, None)
        return b"" if command_id is None else response(command_id, sequence, status)


def response(command_id: int, sequence: int, status: int) -> bytes:
    """Build deliver_sm_resp or data_sm_resp; both carry an unused message_id (§4.6.2, §4.7.2)."""
    return pdu.with_header(command_id, status, sequence, b"\0")


def _parsed(command_id: int, frame: bytes) -> pdu.DeliverSm | None:
    try:
        if command_id == pdu.DATA_SM:
            return pdu.parse_data_sm(frame)
        return pdu.parse_deliver_sm(frame)
    except pdu.PduError:
        return None
