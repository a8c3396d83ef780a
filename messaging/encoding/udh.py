"""User data header: place among the segments, and national tables (3GPP TS 23.040 §9.2.3.24)."""

from dataclasses import dataclass
from typing import Literal

_CONCAT_8 = 0x00  # §9.2.3.24.1: reference, total, number
_CONCAT_16 = 0x08  # §9.2.3.24.8: two octets of reference, total, number
_SINGLE_SHIFT = 0x24  # §9.2.3.24.15: national language identifier
_LOCKING_SHIFT = 0x25  # §9.2.3.24.16


@dataclass(frozen=True, slots=True)
class Udh:
    """An inbound header: `header_length` octets to strip, and the place among the segments.

    `reference` is None (and `bits` 0, `total` and `number` 1) where the message stands alone.
    The shifts are national language identifiers, 0 where the header names none.
    """

    reference: int | None
    total: int
    number: int
    bits: Literal[0, 8, 16]
    header_length: int
    locking_shift: int = 0
    single_shift: int = 0


def concat_udh(
    reference: int,
    total: int,
    number: int,
    bits: Literal[8, 16] = 8,
    *,
    shifts: tuple[int, int] = (0, 0),
) -> bytes:
    """Header of segment `number` (from 1) of `total`, with `shifts` as `shift_udh` has them.

    Raises ValueError for what does not fit.
    """
    if not 1 <= number <= total <= 255:
        raise ValueError(f"segment {number} of {total}: need 1 <= number <= total <= 255")
    if not 0 <= reference < 1 << bits:
        raise ValueError(f"reference {reference} does not fit in {bits} bits")
    if bits == 16:
        place = bytes((_CONCAT_16, 4, reference >> 8, reference & 0xFF, total, number))
    else:
        place = bytes((_CONCAT_8, 3, reference, total, number))
    if shifts == (0, 0):
        return bytes((len(place),)) + place
    elements = place + _shift_elements(*shifts)
    return bytes((len(elements),)) + elements


def shift_udh(locking: int, single: int) -> bytes:
    """Header of a lone segment written with national tables; nothing where both are 0."""
    elements = _shift_elements(locking, single)
    return bytes((len(elements),)) + elements if elements else b""


def _shift_elements(locking: int, single: int) -> bytes:
    elements = bytes((_LOCKING_SHIFT, 1, locking)) if locking else b""
    return elements + bytes((_SINGLE_SHIFT, 1, single)) if single else elements


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
    shifts = {_LOCKING_SHIFT: 0, _SINGLE_SHIFT: 0}
    for identifier, data in _elements(user_data[1:length]):
        place = _concatenation(identifier, data) or place
        if identifier in shifts and len(data) == 1:
            shifts[identifier] = data[0]
    named = (shifts[_LOCKING_SHIFT], shifts[_SINGLE_SHIFT])
    if place is None:
        return Udh(None, 1, 1, 0, length, *named)
    return Udh(*place, length, *named)


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
