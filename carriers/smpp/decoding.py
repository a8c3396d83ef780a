"""A PDU field by field, in the specification's names, for people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from carriers.smpp import pdu, statuses
from carriers.smpp.pdu import commands
from carriers.smpp.pdu.fields import read_cstring, read_tlvs

_COMMANDS: Final[dict[int, str]] = {
    value: name.lower()
    for name, value in vars(commands).items()
    if name.endswith("_RESP")
    or name
    in {
        "BIND_RECEIVER",
        "BIND_TRANSMITTER",
        "BIND_TRANSCEIVER",
        "QUERY_SM",
        "SUBMIT_SM",
        "DELIVER_SM",
        "UNBIND",
        "REPLACE_SM",
        "CANCEL_SM",
        "OUTBIND",
        "ENQUIRE_LINK",
        "SUBMIT_MULTI",
        "ALERT_NOTIFICATION",
        "DATA_SM",
        "GENERIC_NACK",
    }
}
_TLVS: Final[dict[int, str]] = {
    value: name.removeprefix("TLV_").lower()
    for name, value in vars(commands).items()
    if name.startswith("TLV_")
}
_TEXT_TLVS: Final = frozenset(
    {pdu.TLV_RECEIPTED_MESSAGE_ID, pdu.TLV_ADDITIONAL_STATUS_INFO_TEXT, pdu.TLV_MESSAGE_PAYLOAD}
)
_MESSAGES: Final[dict[int, Callable[[bytes], pdu.SubmitSm | pdu.DeliverSm]]] = {
    pdu.SUBMIT_SM: pdu.parse_submit_sm,
    pdu.DELIVER_SM: pdu.parse_deliver_sm,
    pdu.DATA_SM: pdu.parse_data_sm,
}
_NOT_IN_DATA_SM: Final = frozenset(
    {
        "protocol_id",
        "priority_flag",
        "schedule_delivery_time",
        "validity_period",
        "replace_if_present_flag",
        "sm_default_msg_id",
        "short_message",
    }
)
_FLAGS: Final = frozenset({"esm_class", "registered_delivery", "data_coding", "interface_version"})

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DecodedPdu:
    """`status` is "" for requests; `problem` says why the body could not be read."""

    command: str
    status: str
    sequence: int
    fields: Fields
    problem: str = ""


def decoded(frame: bytes) -> DecodedPdu:
    """Read any octets; what is no PDU has the command ""."""
    if len(frame) < 16 or int.from_bytes(frame[:4], "big") < 16:
        return DecodedPdu("", "", 0, (), "no PDU")
    header = pdu.parse_header(frame)
    command = _COMMANDS.get(header.command_id, f"0x{header.command_id:08X}")
    is_answer = bool(header.command_id & pdu.RESPONSE_BIT)
    status = statuses.name(header.status) if is_answer or header.status else ""
    fields, problem = [("command_length", str(header.length))], ""
    try:
        fields += _body(frame, header)
    except pdu.PduError as error:
        problem = str(error)
    return DecodedPdu(command, status, header.sequence, tuple(fields), problem)


def _body(frame: bytes, header: pdu.Header) -> Iterator[tuple[str, str]]:
    if len(frame) == 16:
        return
    if header.command_id in _MESSAGES:
        yield from _message(frame, header.command_id)
    elif header.command_id in pdu.BIND_COMMANDS:
        yield from _bind(frame)
    elif header.command_id & pdu.RESPONSE_BIT:
        name = "system_id" if header.command_id & ~pdu.RESPONSE_BIT in pdu.BIND_COMMANDS else ""
        value, at = read_cstring(frame, 16)
        yield name or "message_id", value
        yield from _parameters(read_tlvs(frame, at))
    else:
        yield "body", frame[16:].hex(" ")


def _bind(frame: bytes) -> Iterator[tuple[str, str]]:
    request = pdu.parse_bind_request(frame)
    for name in ("system_id", "password", "system_type"):
        yield name, getattr(request, name)
    yield "interface_version", f"0x{request.interface_version:02X}"
    for name in ("addr_ton", "addr_npi", "address_range"):
        yield name, str(getattr(request, name))


def _message(frame: bytes, command_id: int) -> Iterator[tuple[str, str]]:
    message = _MESSAGES[command_id](frame)
    for name, value in message._asdict().items():
        if name == "tlvs" or (command_id == pdu.DATA_SM and name in _NOT_IN_DATA_SM):
            continue
        if name == "short_message":
            yield "sm_length", str(len(value))
            yield name, _text(value, message.data_coding)
        else:
            yield name, f"0x{value:02X}" if name in _FLAGS else str(value)
    yield from _parameters(message.tlvs)


def _parameters(tlvs: pdu.Tlvs) -> Iterator[tuple[str, str]]:
    for tag, value in tlvs:
        name = _TLVS.get(tag, "TLV")
        shown = _text(value, 0) if tag in _TEXT_TLVS or name == "TLV" else value.hex(" ")
        yield f"{name} (0x{tag:04X})", shown


def _text(octets: bytes, data_coding: int) -> str:
    """Readable where it is text, else in hexadecimal: a user data header is no text."""
    if data_coding == 8 and octets.strip(b"*"):
        text = octets.decode("utf-16-be", "replace")
    else:
        text = octets.rstrip(b"\0").decode("latin-1")
    return text if text.isprintable() else octets.hex(" ")
