"""Messages from phones (MO): stored before they are acknowledged, and understood at once."""

from collections.abc import Sequence

from django.db import transaction

from config.common import clock
from messaging.models import InboundMessage, InboundPart
from messaging.services.inbound.acting import arrivals_act
from messaging.services.inbound.amending import texts_amend
from messaging.services.inbound.assembly import Text
from messaging.services.inbound.groups import group_leaders
from messaging.services.inbound.locking import numbers_lock
from messaging.services.inbound.reading import Piece, Received, piece_of
from messaging.services.inbound.repetitions import Repetitions, repetitions_count
from messaging.services.inbound.storing import part_of, replies_store, shelf_of
from messaging.services.retrying import taken_again


def inbound_receive(received: Sequence[Received]) -> list[InboundMessage]:
    """Stores every PDU, and each text whose parts are all here, in one transaction; returns the
    replies that are new, whole ones. What an SMSC sent again is counted and left.

    A stop word suppresses in the same transaction, so that what is acknowledged is obeyed. Replies
    to several accounts may answer at the cost of each, in an order that another worker's do not
    have: where the database ends one of the two, its replies are taken again from the beginning.
    """
    pieces = [piece_of(one) for one in received]
    return taken_again(lambda: _received(pieces))


@transaction.atomic
def _received(pieces: Sequence[Piece]) -> list[InboundMessage]:
    numbers_lock(piece.msisdn for piece in pieces)
    new, whole, grown = _placed(pieces)
    arrivals = replies_store(whole, new)
    arrivals_act(arrivals + texts_amend(grown))
    return [arrival.message for arrival in arrivals]


def _placed(pieces: Sequence[Piece]) -> tuple[list[InboundPart], list[Text], list[Text]]:
    """The parts that are new, the texts that are whole with them, and those shown with gaps that
    have grown."""
    now = clock.now()
    parts = [part_of(piece, now) for piece in pieces]
    leaders = group_leaders(part.carrier_id for part in parts)
    repetitions, shelf = Repetitions(pieces, leaders), shelf_of(parts, leaders)
    new: list[InboundPart] = []
    repeated: list[InboundPart] = []
    whole: list[Text] = []
    for part in parts:
        is_long = part.reference is not None
        first = repetitions.first_of(part) or (shelf.add(part) if is_long else None)
        if first is not None:
            first.repeats += 1
            repeated.append(first)
            continue
        new.append(part)
        if not is_long:
            whole.append(Text(1, None, {1: part}))
    repetitions_count(repeated)
    whole += [text for text in shelf.texts if text.is_whole and text.message_id is None]
    grown = [text for text in shelf.texts if text.is_grown and text.message_id is not None]
    for text in grown:
        for part in text.parts.values():
            part.message_id = text.message_id
    whole.sort(key=lambda text: text.last_at)
    return new, whole, grown
