"""Binding, keeping alive and ending a session (SMPP 3.4 §4.1, §4.2, §4.3, §4.11)."""

from dataclasses import dataclass, field

from carriers.smpp.pdu.commands import (
    BIND_COMMANDS,
    ENQUIRE_LINK,
    ENQUIRE_LINK_RESP,
    GENERIC_NACK,
    RESPONSE_BIT,
    UNBIND,
    UNBIND_RESP,
)
from carriers.smpp.pdu.fields import (
    PduError,
    Tlvs,
    cstring,
    octet,
    parse_header,
    read_cstring,
    read_tlvs,
    tlvs_octets,
    with_header,
)


@dataclass(frozen=True, slots=True)
class BindRequest:
    """bind_transmitter, bind_receiver or bind_transceiver (§4.1)."""

    command_id: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    interface_version: int = 0x34
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: str = ""


@dataclass(frozen=True, slots=True)
class BindResponse:
    """The answer to a bind; an SMSC may leave the body out when it refuses (§4.1.2)."""

    command_id: int
    status: int
    sequence: int
    system_id: str = ""
    tlvs: Tlvs = ()


def bind_request(request: BindRequest, sequence: int) -> bytes:
    """Encode a bind; PduError when a value does not fit.

    The specification allows 8 octets of password; 16 are let through because several SMSCs
    issue longer ones.
    """
    if request.command_id not in BIND_COMMANDS:
        raise PduError(f"0x{request.command_id:08X} is not a bind")
    body = b"".join(
        (
            cstring("system_id", request.system_id, 16),
            cstring("password", request.password, 17),
            cstring("system_type", request.system_type, 13),
            octet("interface_version", request.interface_version),
            octet("addr_ton", request.addr_ton),
            octet("addr_npi", request.addr_npi),
            cstring("address_range", request.address_range, 41),
        )
    )
    return with_header(request.command_id, 0, sequence, body)


def parse_bind_request(frame: bytes) -> BindRequest:
    """Read a bind of any kind; PduError when it is cut short."""
    system_id, at = read_cstring(frame, 16)
    password, at = read_cstring(frame, at)
    system_type, at = read_cstring(frame, at)
    if at + 3 > len(frame):
        raise PduError("the bind ends inside its mandatory parameters")
    address_range, _ = read_cstring(frame, at + 3)
    return BindRequest(
        parse_header(frame).command_id,
        system_id,
        password,
        system_type,
        frame[at],
        frame[at + 1],
        frame[at + 2],
        address_range,
    )


def bind_resp(
    command_id: int, sequence: int, status: int, system_id: str = "", tlvs: Tlvs = ()
) -> bytes:
    """Answer the bind `command_id` (the request's id); no body with an error status."""
    body = b"" if status else cstring("system_id", system_id, 16) + tlvs_octets(tlvs)
    return with_header(command_id | RESPONSE_BIT, status, sequence, body)


def parse_bind_resp(frame: bytes) -> BindResponse:
    """Read the answer to a bind; a missing body is fine, a broken one raises PduError."""
    header = parse_header(frame)
    if len(frame) == 16:
        return BindResponse(header.command_id, header.status, header.sequence)
    system_id, at = read_cstring(frame, 16)
    return BindResponse(
        header.command_id, header.status, header.sequence, system_id, read_tlvs(frame, at)
    )


def enquire_link(sequence: int) -> bytes:
    """Ask whether the peer is alive (§4.11.1)."""
    return with_header(ENQUIRE_LINK, 0, sequence, b"")


def enquire_link_resp(sequence: int) -> bytes:
    """Say that we are (§4.11.2)."""
    return with_header(ENQUIRE_LINK_RESP, 0, sequence, b"")


def unbind(sequence: int) -> bytes:
    """Ask to end the session (§4.2.1)."""
    return with_header(UNBIND, 0, sequence, b"")


def unbind_resp(sequence: int, status: int = 0) -> bytes:
    """Agree to end it (§4.2.2)."""
    return with_header(UNBIND_RESP, status, sequence, b"")


def generic_nack(sequence: int, status: int) -> bytes:
    """Refuse a PDU that makes no sense (§4.3); sequence 0 when it could not be read."""
    return with_header(GENERIC_NACK, status, sequence, b"")
