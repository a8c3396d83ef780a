"""Messages from phones (MO): stored before they are acknowledged, and understood at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from carriers.smpp import pdu
from compliance import keywords
from config.common.ids import uuid7
from messaging.encoding import inbound as decoding
from messaging.encoding import udh
from messaging.encoding.profile import DefaultAlphabet
from messaging.models import InboundMessage, InboundPart
from messaging.services.inbound.acting import arrivals_act
from messaging.services.replies import addressees_of, meaning_for
from messaging.services.replies.arrival import Arrival
from routing.numbers import NumberError, shipped_normalizer

_SAR = (pdu.TLV_SAR_MSG_REF_NUM, pdu.TLV_SAR_TOTAL_SEGMENTS, pdu.TLV_SAR_SEGMENT_SEQNUM)
_ENCODINGS = {0x03: "latin1", 0x08: "ucs2"}
# References repeat after 256 texts: a part whose others never came must not join a later text.
_ASSEMBLY_TIME = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Received:
    """A deliver_sm that is no receipt, with where it came in."""

    deliver: pdu.DeliverSm | None
    raw: bytes
    bind_id: int
    carrier_id: int
    default_alphabet: DefaultAlphabet
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Part:
    reference: int | None
    total: int
    number: int
    text: str


def inbound_receive(received: Sequence[Received]) -> list[InboundMessage]:
    """Stores every PDU, and each text whose parts are all here, in one transaction.

    A stop word suppresses in the same transaction, so that what is acknowledged is obeyed.
    """
    complete: list[InboundMessage] = []
    with transaction.atomic():
        for one in received:
            message = _store(one)
            if message is not None:
                complete.append(message)
    return complete


def _store(received: Received) -> InboundMessage | None:
    deliver = received.deliver
    part = _part(received)
    msisdn = _msisdn(deliver.source_addr if deliver else "")
    destination = (deliver.destination_addr if deliver else "").lstrip("+")
    row = InboundPart.objects.create(
        bind_id=received.bind_id,
        carrier_id=received.carrier_id,
        msisdn=msisdn,
        destination=destination,
        reference=part.reference,
        total=part.total,
        number=part.number,
        text=part.text,
        raw=received.raw,
        received_at=received.received_at,
    )
    parts = _assembled(row)
    if parts is None:
        return None
    message = _message(received, msisdn, destination, parts)
    InboundPart.objects.filter(pk__in=[part.pk for part in parts]).update(message=message)
    return message


def _part(received: Received) -> _Part:
    deliver = received.deliver
    if deliver is None:
        return _Part(None, 1, 1, "")
    tlvs = dict(deliver.tlvs)
    octets = deliver.short_message or tlvs.get(pdu.TLV_MESSAGE_PAYLOAD, b"")
    header = udh.parse_udh(octets) if deliver.esm_class & pdu.ESM_UDHI else None
    if header is not None:
        octets = octets[header.header_length :]
    text = decoding.decode_inbound(
        octets,
        deliver.data_coding,
        received.default_alphabet,
        locking_shift=header.locking_shift if header else 0,
        single_shift=header.single_shift if header else 0,
    )
    if header is not None and header.reference is not None:
        return _Part(header.reference, header.total, header.number, text)
    if all(tag in tlvs for tag in _SAR):
        reference, total, number = (int.from_bytes(tlvs[tag], "big") for tag in _SAR)
        return _Part(reference, total, number, text)
    return _Part(None, 1, 1, text)


def _msisdn(address: str) -> str:
    try:
        return shipped_normalizer()(address).msisdn
    except NumberError:
        return address.lstrip("+")[:21]


def _assembled(row: InboundPart) -> list[InboundPart] | None:
    """All parts of the text in order once they are here, whatever order they came in."""
    if row.reference is None or row.total == 1:
        return [row]
    waiting = InboundPart.objects.select_for_update().filter(
        carrier_id=row.carrier_id,
        msisdn=row.msisdn,
        destination=row.destination,
        reference=row.reference,
        total=row.total,
        message=None,
        received_at__gte=row.received_at - _ASSEMBLY_TIME,
    )
    by_number = {part.number: part for part in waiting.order_by("id")}
    if len(by_number) < row.total:
        return None
    return [by_number[number] for number in sorted(by_number)]


def _message(
    received: Received, msisdn: str, destination: str, parts: Sequence[InboundPart]
) -> InboundMessage:
    text = "".join(part.text for part in parts)
    addressees = addressees_of(destination, msisdn, received.received_at)
    match = keywords.match(text, country=addressees.country)
    match = meaning_for(match, addressees)
    owner = addressees.owner
    message = InboundMessage.objects.create(
        id=uuid7(),
        account=owner.account if owner else None,
        sender=owner,
        bind_id=received.bind_id,
        msisdn=msisdn,
        destination=destination,
        text=text,
        encoding=_encoding(received),
        part_count=len(parts),
        keyword=match.keyword[:40],
        action=match.action,
        grade="" if match.grade == "none" else match.grade,
        received_at=received.received_at,
    )
    arrivals_act([Arrival(message, match, addressees)])
    return message


def _encoding(received: Received) -> str:
    coding = received.deliver.data_coding if received.deliver else 0
    return _ENCODINGS.get(coding, received.default_alphabet)
