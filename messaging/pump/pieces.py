"""What one submit_sm carries of a long text, by the bind's way of long messages."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from messaging.encoding import udh
from messaging.encoding.packing import packed
from messaging.encoding.profile import ReferenceBits
from messaging.pump.papers import Tlvs

UDHI = 0x40  # esm_class: user data header present (SMPP 3.4 §5.2.12)
_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER = 0x020C, 0x020E, 0x020F
_MESSAGE_PAYLOAD = 0x0424


@dataclass(frozen=True, slots=True)
class Piece:
    """What one submit_sm carries: a segment, or a whole text for the SMSC to cut."""

    short_message: bytes
    esm_class: int
    tlvs: Tlvs


def with_headers(
    payloads: Sequence[bytes],
    reference: int,
    bits: ReferenceBits,
    shifts: tuple[int, int],
    common: Tlvs,
    packs: bool,
) -> list[Piece]:
    """Concatenation and national tables in one header per segment (3GPP TS 23.040 §9.2.3.24)."""
    total = len(payloads)
    own = reference & ((1 << bits) - 1)
    pieces = []
    for number, payload in enumerate(payloads, 1):
        header = udh.concat_udh(own, total, number, bits, shifts=shifts)
        body = packed(payload, len(header)) if packs else payload
        pieces.append(Piece(header + body, UDHI, common))
    return pieces


def with_sar(payloads: Sequence[bytes], reference: int, common: Tlvs, packs: bool) -> list[Piece]:
    """The SMSC makes the headers (SMPP 3.4 §5.3.2.22 to §5.3.2.24)."""
    shared = (_SAR_REFERENCE, struct.pack(">H", reference & 0xFFFF))
    total = (_SAR_TOTAL, bytes([len(payloads)]))
    return [
        Piece(
            packed(payload) if packs else payload,
            0,
            (*common, shared, total, (_SAR_NUMBER, bytes([number]))),
        )
        for number, payload in enumerate(payloads, 1)
    ]


def as_payload(payloads: Sequence[bytes], common: Tlvs, packs: bool) -> list[Piece]:
    """The SMSC cuts (SMPP 3.4 §5.3.2.32)."""
    whole = b"".join(payloads)
    return [Piece(b"", 0, (*common, (_MESSAGE_PAYLOAD, packed(whole) if packs else whole)))]
