"""Answers to submit_sm, deliver_sm and data_sm (SMPP 3.4 §4.4.2, §4.6.2, §4.7.2)."""

from struct import Struct

from carriers.smpp.pdu.commands import DATA_SM_RESP, DELIVER_SM_RESP, SUBMIT_SM_RESP
from carriers.smpp.pdu.fields import PduError, cstring, with_header

_STATUS_AND_SEQUENCE = Struct(">8xLL")


def submit_sm_resp(sequence: int, status: int, message_id: str) -> bytes:
    """Build the answer to submit_sm; with an error status the body is left out (§4.4.2)."""
    body = cstring("message_id", message_id, 65) if status == 0 or message_id else b""
    return with_header(SUBMIT_SM_RESP, status, sequence, body)


def parse_submit_sm_resp(frame: bytes) -> tuple[int, int, str]:
    """Return (command_status, sequence_number, message_id); the id is "" where there is none.

    A missing NUL is tolerated, TLVs after the id are skipped.
    """
    if len(frame) < 16:
        raise PduError(f"a PDU has at least 16 octets, this one {len(frame)}")
    status, sequence = _STATUS_AND_SEQUENCE.unpack_from(frame)
    end = frame.find(0, 16)
    message_id = frame[16:end] if end >= 0 else frame[16:]
    return status, sequence, message_id.decode("latin-1")


def deliver_sm_resp(sequence: int, status: int) -> bytes:
    """Build the answer to deliver_sm; its message_id is unused and NUL (§4.6.2)."""
    return with_header(DELIVER_SM_RESP, status, sequence, b"\0")


def data_sm_resp(sequence: int, status: int) -> bytes:
    """Build the answer to data_sm (§4.7.2)."""
    return with_header(DATA_SM_RESP, status, sequence, b"\0")
