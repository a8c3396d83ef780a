"""Texts that are shown with gaps are amended when late parts come."""

from collections.abc import Sequence
from typing import Final

from compliance import keywords
from config.common import clock
from messaging.constants import InboundState
from messaging.models import InboundMessage
from messaging.services.inbound.assembly import Text
from messaging.services.inbound.texts import encoding_of, missing_of, text_of
from messaging.services.replies import meaning_for
from messaging.services.replies.addressees import addressees_of_all
from messaging.services.replies.arrival import Arrival

_MOST_KEYWORD: Final = 40
_AMENDED: Final = (
    "text", "encoding", "state", "missing_parts", "keyword", "action", "grade", "amended_at",
)  # fmt: skip


def texts_amend(texts: Sequence[Text]) -> list[Arrival]:
    """Puts the late parts, stored already, into the texts that are shown with gaps; in the
    caller's transaction."""
    if not texts:
        return []
    shown = InboundMessage.objects.select_for_update(of=("self",)).in_bulk(
        [text.message_id for text in texts if text.message_id]
    )
    arrivals = []
    for text in texts:
        message = shown.get(text.message_id) if text.message_id else None
        if message is not None:
            arrivals.append(_amended(message, text))
    return arrivals


def _amended(message: InboundMessage, text: Text) -> Arrival:
    (addressees,) = addressees_of_all([(message.destination, message.msisdn)], message.received_at)
    before = (message.action, message.keyword)
    words = text_of(text.parts, text.total)
    match = meaning_for(keywords.match(words, country=addressees.country), addressees)
    missing = missing_of(text.parts, text.total)
    message.text, message.encoding = words, encoding_of(text.in_order)
    message.missing_parts = missing
    message.state = InboundState.INCOMPLETE if missing else InboundState.COMPLETE
    message.keyword, message.action = match.keyword[:_MOST_KEYWORD], match.action
    message.grade = "" if match.grade == "none" else match.grade
    message.amended_at = clock.now()
    message.save(update_fields=_AMENDED)
    is_obeyed = before == (message.action, message.keyword)
    return Arrival(message, match, addressees, is_amended=True, is_obeyed=is_obeyed)
