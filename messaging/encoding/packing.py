"""Packed GSM 7-bit: eight septets in seven octets (3GPP TS 23.038 §6.1.2)."""

_CR = 0x0D


def packed(septets: bytes, header_octets: int = 0) -> bytes:
    """The septets as octets, lowest bit first, after fill bits that align them behind a header of
    `header_octets` (3GPP TS 23.040 §9.2.3.24). Where seven bits stay over, they hold a carriage
    return: zeros would read as one more @ (§6.1.2.3.1)."""
    fill = -header_octets * 8 % 7
    bits, size = 0, fill
    for septet in septets:
        bits |= septet << size
        size += 7
    spare = -size % 8
    if spare == 7:
        bits |= _CR << size
    return bits.to_bytes((size + spare) // 8, "little")


def unpacked(octets: bytes, count: int, header_octets: int = 0) -> bytes:
    """`count` septets out of packed octets."""
    bits = int.from_bytes(octets, "little") >> (-header_octets * 8 % 7)
    return bytes(bits >> 7 * at & 0x7F for at in range(count))
