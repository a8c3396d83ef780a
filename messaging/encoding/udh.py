"""User data header of concatenated messages (3GPP TS 23.040 §9.2.3.24)."""

from dataclasses import dataclass
from typing import Literal

_CONCAT_8 = 0x00  # §9.2.3.24.1: reference, total, number
_CONCAT_16 = 0x08  # §9.2.3.24.8: two octets of reference, total, number


@dataclass(frozen=True, slots=True)
class Udh:
    """An inbound header: `header_length` octets to strip, and the place among the segments.

    `reference` is None (and `bits` 0, `total` and `number` 1) where the message stands alone.
    """

    reference: int | None
    total: int
    number: int
    bits: Literal[0, 8, 16]
    header_length: int


def concat_udh(reference: int, total: int, number: int, bits: Literal[8, 16] = 8) -> bytes:
    """Header of segment `number` (from 1) of `total`; ValueError outside one octet's range."""
    if not 1 <= number <= total <= 255:
        raise ValueError(f"segment {number} of {total}: need 1 <= number <= total <= 255")
    if not 0 <= reference < 1 << bits:
        raise ValueError(f"reference {reference} does not fit in {bits} bits")
    if bits == 16:
        return bytes((6, _CONCAT_16, 4, reference >> 8, reference & 0xFF, total, number))
    return bytes((5, _CONCAT_8, 3, reference, total, number))


def parse_udh(user_data: bytes) -> Udh | None:
    """Header at the start of `user_data` (esm_class bit 0x40 set); None when it has none.

    Tolerant, as §9.2.3.24 asks: a header whose elements overrun it, or a concatenation element
    that makes no sense, is ignored but still stripped; of two, the last counts. None means the
    header claims more octets than there are: then nothing can be told from text.
    """
    if not user_data or len(user_data) <= user_data[0]:
        return None
    length = user_data[0] + 1
    place: tuple[int, int, int, Literal[8, 16]] | None = None
    for identifier, data in _elements(user_data[1:length]):
        place = _concatenation(identifier, data) or place
    if place is None:
        return Udh(None, 1, 1, 0, length)
    return Udh(*place, length)


def _elements(header: bytes) -> list[tuple[int, bytes]]:
    """Information elements of `header`, none when the last one overruns it."""
    elements = []
    at = 0
    while at < len(header):
        end = at + 2 + header[at + 1] if at + 1 < len(header) else len(header) + 1
        if end > len(header):
            return []
        elements.append((header[at], header[at + 2 : end]))
        at = end
    return elements


def _concatenation(identifier: int, data: bytes) -> tuple[int, int, int, Literal[8, 16]] | None:
    bits: Literal[8, 16]
    if identifier == _CONCAT_8 and len(data) == 3:
        bits = 8
    elif identifier == _CONCAT_16 and len(data) == 4:
        bits = 16
    else:
        return None
    total, number = data[-2:]
    if not 1 <= number <= total:
        return None
    return int.from_bytes(data[:-2], "big"), total, number, bits
