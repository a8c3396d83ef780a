"""Header, C-octet strings and TLVs: the pieces every PDU is made of (SMPP 3.4 §3.2)."""

from struct import Struct
from typing import NamedTuple

from carriers.smpp.pdu.commands import TLV_MESSAGE_PAYLOAD

Tlvs = tuple[tuple[int, bytes], ...]

_HEADER = Struct(">LLLL")
_TLV = Struct(">HH")
_pack_header = _HEADER.pack


class PduError(ValueError):
    """A PDU that cannot be read, or a value that does not fit its field."""


class Header(NamedTuple):
    """The 16 octets before every body (§3.2)."""

    length: int
    command_id: int
    status: int
    sequence: int


def parse_header(frame: bytes) -> Header:
    """Read the header of a complete PDU; PduError when it is shorter than 16 octets."""
    if len(frame) < 16:
        raise PduError(f"a PDU has at least 16 octets, this one {len(frame)}")
    return Header(*_HEADER.unpack_from(frame))


def with_header(command_id: int, status: int, sequence: int, body: bytes) -> bytes:
    """Put the header before `body`."""
    return _pack_header(16 + len(body), command_id, status, sequence) + body


def cstring(name: str, value: str, max_octets: int) -> bytes:
    """Encode a C-octet string with its NUL; `max_octets` counts the NUL (§3.1).

    Octets beyond ASCII go out as Latin-1, one octet per character, as the field is raw octets.
    """
    try:
        octets = value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise PduError(f"{name} holds characters that are not one octet") from error
    if len(octets) >= max_octets:
        raise PduError(f"{name} is longer than {max_octets - 1} octets")
    # A NUL inside ends the string for the reader and shifts all that follows.
    if b"\0" in octets:
        raise PduError(f"{name} holds a NUL")
    return octets + b"\0"


def octet(name: str, value: int) -> bytes:
    """Encode a one-octet integer."""
    if not 0 <= value <= 0xFF:
        raise PduError(f"{name} is outside 0..255")
    return bytes((value,))


def read_cstring(frame: bytes, position: int) -> tuple[str, int]:
    """Return the string at `position` and the position after its NUL."""
    end = frame.find(0, position)
    if end < 0:
        raise PduError(f"the string at octet {position} has no end")
    return frame[position:end].decode("latin-1"), end + 1


def tlvs_octets(tlvs: Tlvs) -> bytes:
    """Encode optional parameters in the given order (§3.2.4.1)."""
    parts: list[bytes] = []
    for tag, value in tlvs:
        if not 0 <= tag <= 0xFFFF or len(value) > 0xFFFF:
            raise PduError(f"TLV 0x{tag:04X} does not fit")
        parts.append(_TLV.pack(tag, len(value)) + value)
    return b"".join(parts)


def read_tlvs(frame: bytes, position: int) -> Tlvs:
    """Read all optional parameters from `position` on, known or not (§3.3).

    Octets after the last whole one are left alone: SMSCs pad PDUs and miscount the last length,
    and a receipt is worth more than its tail. Only a message_payload that is cut is refused,
    because what is left of it would pass for the whole text.
    """
    tlvs: list[tuple[int, bytes]] = []
    total = len(frame)
    while total - position >= 4:
        tag, length = _TLV.unpack_from(frame, position)
        position += 4 + length
        if position > total:
            if tag == TLV_MESSAGE_PAYLOAD:
                raise PduError("the PDU ends inside message_payload")
            break
        tlvs.append((tag, frame[position - length : position]))
    return tuple(tlvs)
