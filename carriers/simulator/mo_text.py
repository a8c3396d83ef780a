"""Cutting an inbound text into deliver_sm parts, as a handset and its operator do.

The platform's own encoder belongs to messaging, which carriers may not import; and the other end
of a test had better not share its bugs.
"""

from typing import Final

from carriers.smpp import pdu

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 3GPP TS 23.038 §6.2.1 and §6.2.1.1; the escape itself is no character.
_GSM: Final[dict[str, bytes]] = {
    char: bytes((code,)) for code, char in enumerate(_BASIC) if char != "\x1b"
} | {
    char: bytes((0x1B, code))
    for char, code in zip("\f^{}\\[~]|€", b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", strict=True)
}
GSM_CODING: Final = 0
UCS2_CODING: Final = 8
MAX_PARTS: Final = 255


class MoTextError(ValueError):
    """A text that no handset could send."""


def mo_parts(text: str, reference: int) -> tuple[int, int, list[bytes]]:
    """Return (data_coding, esm_class, octets of each part).

    One part has no header, several carry a UDH with the 8-bit `reference` (3GPP TS 23.040
    §9.2.3.24.1). GSM 7-bit goes out unpacked, everything else as UCS-2. MoTextError for an empty
    text, a lone surrogate or more than 255 parts.
    """
    if not text:
        raise MoTextError("the text is empty")
    coding, units = _units(text)
    whole, part = (160, 153) if coding == GSM_CODING else (140, 134)
    if sum(map(len, units)) <= whole:
        return coding, 0, [b"".join(units)]
    bodies = _cut(units, part)
    if len(bodies) > MAX_PARTS:
        raise MoTextError(f"the text needs {len(bodies)} parts; at most {MAX_PARTS} are possible")
    header = bytes((5, 0, 3, reference & 0xFF, len(bodies)))
    parts = [header + bytes((number,)) + body for number, body in enumerate(bodies, 1)]
    return coding, pdu.ESM_UDHI, parts


def _units(text: str) -> tuple[int, list[bytes]]:
    """The octets of each character: what must not be cut stays together."""
    gsm = [_GSM.get(char) for char in text]
    known = [octets for octets in gsm if octets is not None]
    if len(known) == len(gsm):
        return GSM_CODING, known
    try:
        return UCS2_CODING, [char.encode("utf-16-be") for char in text]
    except UnicodeEncodeError as error:
        raise MoTextError("the text holds half a surrogate pair") from error


def _cut(units: list[bytes], limit: int) -> list[bytes]:
    bodies: list[bytes] = []
    body = b""
    for unit in units:
        if len(body) + len(unit) > limit:
            bodies.append(body)
            body = b""
        body += unit
    return [*bodies, body]


def mo_message(
    source: str, destination: str, coding: int, esm_class: int, octets: bytes
) -> pdu.DeliverSm:
    """A part on its way from a handset (international number) to a short code or number."""
    return pdu.DeliverSm(
        source_addr_ton=pdu.TON_INTERNATIONAL,
        source_addr_npi=pdu.NPI_ISDN,
        source_addr=source,
        dest_addr_npi=pdu.NPI_ISDN,
        destination_addr=destination,
        esm_class=esm_class,
        data_coding=coding,
        short_message=octets,
    )


_SHOWN: Final = {octets: char for char, octets in _GSM.items()}


def gsm_text(octets: bytes) -> str:
    """Unpacked GSM 7-bit as a handset shows it; an unknown escape becomes a space (§6.2.1.1)."""
    shown, at = [], 0
    while at < len(octets):
        size = 2 if octets[at] == 0x1B else 1
        shown.append(_SHOWN.get(octets[at : at + size], " "))
        at += size
    return "".join(shown)
