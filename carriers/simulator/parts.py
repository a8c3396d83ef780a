"""Which part of a long message a segment is."""

from carriers.smpp import pdu


def part_number(esm_class: int, octets: bytes, tlvs: pdu.Tlvs) -> int:
    """Read the part's number from its SAR TLVs or UDH; 1 for a message that has neither."""
    for tag, value in tlvs:
        if tag == pdu.TLV_SAR_SEGMENT_SEQNUM:
            return int.from_bytes(value, "big")
    return _part_of_header(octets) if esm_class & pdu.ESM_UDHI else 1


def _part_of_header(octets: bytes) -> int:
    """Walk the information elements for concatenation (3GPP TS 23.040 §9.2.3.24.1, .8)."""
    end = min(len(octets), 1 + octets[0]) if octets else 0
    at = 1
    while at + 2 <= end:
        element, length = octets[at], octets[at + 1]
        if element in {0x00, 0x08} and length >= 3 and at + 2 + length <= end:
            return octets[at + 1 + length]
        at += 2 + length
    return 1
