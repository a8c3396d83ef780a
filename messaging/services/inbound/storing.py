"""PDUs become rows, and whole texts become replies, for a batch at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Q

from compliance import keywords
from config.common.ids import uuid7
from messaging.constants import InboundState
from messaging.models import InboundMessage, InboundPart
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound.assembly import LATE_WITHIN, Assembly, Text
from messaging.services.inbound.reading import Piece
from messaging.services.inbound.texts import encoding_of, missing_of, text_of
from messaging.services.replies import meaning_for
from messaging.services.replies.addressees import addressees_of_all
from messaging.services.replies.arrival import Arrival
from routing.numbers import NumberError, shipped_normalizer
from routing.selectors.numbers import numbers_known

_MOST_KEYWORD: Final = 40
Key = tuple[int, str, str, int | None, int]


@dataclass(slots=True)
class Shelf:
    """Texts in the making by where they came from, with the parts that wait in the database."""

    leaders: Mapping[int, int]
    assemblies: dict[Key, Assembly] = field(default_factory=dict)

    def key(self, part: InboundPart) -> Key:
        """What the parts of one text have in common."""
        leader = self.leaders.get(part.carrier_id, part.carrier_id)
        return (leader, part.msisdn, part.destination, part.reference, part.total)

    def add(self, part: InboundPart) -> InboundPart | None:
        """Gives the part to its text; returns the one that it repeats, where it does."""
        return self.assemblies.setdefault(self.key(part), Assembly()).add(part)

    @property
    def texts(self) -> list[Text]:
        """Every text, whole or not."""
        return [text for one in self.assemblies.values() for text in one.texts]


def shelf_of(parts: Sequence[InboundPart], leaders: Mapping[int, int]) -> Shelf:
    """The texts that these parts may belong to: those in the making, and those shown lately."""
    shelf = Shelf(leaders)
    long = [part for part in parts if part.reference is not None]
    if not long:
        return shelf
    since = min(part.received_at for part in long) - LATE_WITHIN
    known = InboundPart.objects.filter(
        Q(message=None) | Q(received_at__gte=since),
        msisdn__in={part.msisdn for part in long},
        reference__in={part.reference for part in long},
    )
    by_key: dict[Key, list[InboundPart]] = {}
    for part in known.defer("raw").order_by("id"):
        by_key.setdefault(shelf.key(part), []).append(part)
    shelf.assemblies.update((key, Assembly(rows)) for key, rows in by_key.items())
    return shelf


def part_of(piece: Piece, now: datetime) -> InboundPart:
    """The row of a PDU, not stored yet."""
    received = piece.received
    return InboundPart(
        bind_id=received.bind_id,
        carrier_id=received.carrier_id,
        session_id=received.session_id,
        smsc_message_id=received.smsc_message_id,
        msisdn=piece.msisdn,
        destination=piece.destination,
        reference=piece.reference,
        total=piece.total,
        number=piece.number,
        text=piece.text,
        octets=piece.octets,
        data_coding=piece.data_coding,
        alphabet=received.default_alphabet,
        locking_shift=piece.locking_shift,
        single_shift=piece.single_shift,
        fingerprint=piece.fingerprint,
        raw=received.raw,
        received_at=received.received_at,
        stored_at=now,
    )


def replies_of(texts: Sequence[Text]) -> list[Arrival]:
    """Texts as replies, not stored yet: whose they are, what they mean, and the network."""
    firsts = [text.in_order[0] for text in texts]
    asked = [(part.destination, part.msisdn) for part in firsts]
    known = addressees_of_all(asked, min((text.last_at for text in texts), default=None))
    networks = _networks({part.msisdn for part in firsts})
    arrivals = []
    for text, first, addressees in zip(texts, firsts, known, strict=True):
        words = text_of(text.parts, text.total)
        match = meaning_for(keywords.match(words, country=addressees.country), addressees)
        owner = addressees.owner
        missing = missing_of(text.parts, text.total)
        message = InboundMessage(
            id=uuid7(),
            account=owner.account if owner else None,
            sender=owner,
            bind_id=max(text.parts.values(), key=lambda part: part.received_at).bind_id,
            network_id=networks.get(first.msisdn),
            msisdn=first.msisdn,
            destination=first.destination,
            text=words,
            encoding=encoding_of(text.in_order),
            part_count=text.total,
            state=InboundState.INCOMPLETE if missing else InboundState.COMPLETE,
            missing_parts=missing,
            keyword=match.keyword[:_MOST_KEYWORD],
            action=match.action,
            is_test=_is_sandbox(first.carrier_id),
            grade="" if match.grade == "none" else match.grade,
            received_at=text.last_at,
        )
        arrivals.append(Arrival(message, match, addressees))
    return arrivals


def _is_sandbox(carrier_id: int) -> bool:
    carrier = snapshots.current().routing.carriers.get(carrier_id)
    return carrier is not None and carrier.is_sandbox


def replies_store(texts: Sequence[Text], new: Sequence[InboundPart]) -> list[Arrival]:
    """Stores the parts that are new, and the texts as replies with all their parts."""
    arrivals = replies_of(texts)
    InboundMessage.objects.bulk_create([arrival.message for arrival in arrivals])
    for arrival, text in zip(arrivals, texts, strict=True):
        text.message_id = arrival.message.pk
        for part in text.parts.values():
            part.message_id = arrival.message.pk
        waited = [part.pk for part in text.parts.values() if part.pk is not None]
        if waited:
            InboundPart.objects.filter(pk__in=waited).update(message=arrival.message)
    InboundPart.objects.bulk_create(new)
    return arrivals


def _networks(msisdns: Iterable[str]) -> dict[str, int | None]:
    """Where the numbers are believed to be, by our own knowledge: nobody is asked."""
    wanted, numbers = sorted(set(msisdns)), snapshots.current().numbers
    known = numbers_known(wanted)
    found: dict[str, int | None] = {}
    for msisdn in wanted:
        try:
            country = shipped_normalizer()(f"+{msisdn}").country
        except NumberError:
            continue
        found[msisdn] = numbers.network_of(msisdn, country, known.get(msisdn)).network_id
    return found
