"""A deliver_sm as it comes, and what one of its PDUs says: pure."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from carriers.smpp import pdu
from messaging.encoding import udh
from messaging.encoding.inbound import decode_inbound
from messaging.encoding.profile import DefaultAlphabet
from routing.numbers import NumberError, shipped_normalizer

_SAR = (pdu.TLV_SAR_MSG_REF_NUM, pdu.TLV_SAR_TOTAL_SEGMENTS, pdu.TLV_SAR_SEGMENT_SEQNUM)
_MOST_ADDRESS = 21


@dataclass(frozen=True, slots=True)
class Received:
    """A deliver_sm that is no receipt, with where it came in; `session_id` tells sessions of one
    process apart, None over HTTP; `smsc_message_id` is the carrier's own, "" where it gives none
    (SMPP never does)."""

    deliver: pdu.DeliverSm | None
    raw: bytes
    bind_id: int
    carrier_id: int
    default_alphabet: DefaultAlphabet
    received_at: datetime
    session_id: int | None = None
    smsc_message_id: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one PDU says: `reference` None is a text that stands alone. `country` of the number,
    "" where it is none; `octets` without user data header."""

    received: Received
    msisdn: str
    country: str
    destination: str
    reference: int | None
    total: int
    number: int
    octets: bytes
    data_coding: int
    locking_shift: int
    single_shift: int

    @property
    def text(self) -> str:
        """The words of this PDU alone."""
        return decode_inbound(
            self.octets,
            self.data_coding,
            self.received.default_alphabet,
            locking_shift=self.locking_shift,
            single_shift=self.single_shift,
        )

    @property
    def fingerprint(self) -> int:
        """The same for the same words from the same phone to the same address, and for the same
        part of a text; from whichever bind."""
        place = (self.msisdn, self.destination, self.reference, self.total, self.number)
        octets = self.octets if self.received.deliver else self.received.raw
        said = repr((*place, self.data_coding, octets)).encode()
        return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)


def piece_of(received: Received) -> Piece:
    """Reads a PDU; never raises: what cannot be read is kept as it came."""
    deliver = received.deliver
    if deliver is None:
        return Piece(received, "", "", "", None, 1, 1, b"", 0, 0, 0)
    tlvs = dict(deliver.tlvs)
    octets = deliver.short_message or tlvs.get(pdu.TLV_MESSAGE_PAYLOAD, b"")
    header = udh.parse_udh(octets) if deliver.esm_class & pdu.ESM_UDHI else None
    place: tuple[int | None, int, int] = (None, 1, 1)
    if header is not None:
        octets = octets[header.header_length :]
        place = (header.reference, header.total, header.number)
    if place[0] is None and all(tag in tlvs for tag in _SAR):
        reference, total, number = (int.from_bytes(tlvs[tag], "big") for tag in _SAR)
        place = (reference, total, number)
    msisdn, country = _phone(deliver.source_addr)
    return Piece(
        received,
        msisdn,
        country,
        deliver.destination_addr.lstrip("+")[:_MOST_ADDRESS],
        *_sensible(*place),
        octets,
        deliver.data_coding & 0xFF,
        header.locking_shift if header else 0,
        header.single_shift if header else 0,
    )


def _sensible(reference: int | None, total: int, number: int) -> tuple[int | None, int, int]:
    """A place that makes no sense, and the one part of one, are a text that stands alone."""
    if reference is None or not 1 <= number <= total <= 255 or total == 1 or reference > 0xFFFF:
        return None, 1, 1
    return reference, total, number


def _phone(address: str) -> tuple[str, str]:
    try:
        number = shipped_normalizer()(address)
    except NumberError:
        return address.lstrip("+")[:_MOST_ADDRESS], ""
    return number.msisdn, number.country
