"""Messages from phones (MO): stored before they are acknowledged, and understood at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from carriers.smpp import pdu
from compliance import keywords
from compliance.constants import Purpose, SuppressionSource
from compliance.services.checks import is_msisdn
from compliance.services.consent import opt_out
from config.common.ids import uuid7
from messaging.constants import EventType
from messaging.encoding import inbound as decoding
from messaging.encoding import udh
from messaging.encoding.profile import DefaultAlphabet
from messaging.models import InboundMessage, InboundPart
from messaging.selectors.snapshot import snapshots
from messaging.services.events import event_append
from routing.models import Sender
from routing.numbers import NumberError, shipped_normalizer

_SAR = (pdu.TLV_SAR_MSG_REF_NUM, pdu.TLV_SAR_TOTAL_SEGMENTS, pdu.TLV_SAR_SEGMENT_SEQNUM)
_ENCODINGS = {0x03: "latin1", 0x08: "ucs2"}
_DEFAULT_COUNTRY = "VN"
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
    # In the order of accounts, as everybody locks their event counters.
    holders = list(
        Sender.objects.filter(address=destination)
        .select_related("account", "advertiser")
        .order_by("account_id", "id")
    )
    holder = _writer(holders, msisdn) or (holders[0] if len(holders) == 1 else None)
    match = keywords.match(text, country=_country(holder, holders))
    message = InboundMessage.objects.create(
        id=uuid7(),
        account=holder.account if holder else None,
        sender=holder,
        bind_id=received.bind_id,
        msisdn=msisdn,
        destination=destination,
        text=text,
        encoding=_encoding(received),
        part_count=len(parts),
        keyword=match.keyword or "",
        action=match.action,
        received_at=received.received_at,
    )
    # An address of letters, or of four digits, gets nothing from us that it could stop.
    if match.action == "opt_out" and is_msisdn(msisdn):
        _opt_out(message, [holder] if holder else holders)
    if holder is not None:
        _announce(message)
    return message


def _encoding(received: Received) -> str:
    coding = received.deliver.data_coding if received.deliver else 0
    return _ENCODINGS.get(coding, received.default_alphabet)


def _country(holder: Sender | None, holders: Sequence[Sender]) -> str:
    """Whose words are spoken: of a sender shared over countries the last writer's."""
    known = holder or (holders[0] if holders else None)
    return known.country if known else _DEFAULT_COUNTRY


def _writer(holders: Sequence[Sender], msisdn: str) -> Sender | None:
    """Of several holders of a shared sender, the one that wrote to this number last."""
    if len(holders) < 2:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sender_id FROM messaging_message WHERE msisdn = %s AND sender_id = ANY(%s)"
            " ORDER BY id DESC LIMIT 1",
            [msisdn, [holder.pk for holder in holders]],
        )
        row = cursor.fetchone()
    return next((holder for holder in holders if row and holder.pk == row[0]), None)


def _opt_out(message: InboundMessage, holders: Sequence[Sender]) -> None:
    """To a shared sender that nobody wrote from, a stop acts for all its holders; how far it
    reaches is the country's rule."""
    for holder in holders:
        purpose = _scope(holder.country, message.received_at)
        opt_out(
            account=holder.account,
            advertiser=holder.advertiser,
            msisdn=message.msisdn,
            purpose=purpose,
            source=SuppressionSource.MO,
            evidence={"inbound": str(message.pk), "keyword": message.keyword},
            at=message.received_at,
        )
        with connection.cursor() as cursor:
            event_append(
                cursor,
                account_id=holder.account_id,
                event_type=EventType.CONSENT_REVOKED,
                at=message.received_at,
                data={"number": f"+{message.msisdn}", "purpose": purpose, "source": "mo"},
            )


def _scope(country: str, at: datetime) -> str:
    purpose = snapshots.current().rulebook.rules_for(country, at).optout.purpose
    return purpose if purpose in Purpose.values else Purpose.MARKETING.value


def _announce(message: InboundMessage) -> None:
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=message.account_id or 0,
            event_type=EventType.INBOUND_RECEIVED,
            at=message.received_at,
            data={
                "id": str(message.pk),
                "from": f"+{message.msisdn}",
                "to": message.destination,
                "text": message.text,
                "action": message.action or None,
                "received_at": message.received_at.isoformat(),
            },
        )
