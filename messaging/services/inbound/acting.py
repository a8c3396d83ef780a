"""What is done with a whole reply, in the transaction that stores it.

The order is fixed: compliance keywords act, conversations note the reply, the account's keyword
rules act unless a compliance keyword has, and the event comes last. Each is one step: a function
of the arrival, which appends its events to `arrival.news` and writes none itself.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.db import connection

from messaging.constants import EventType
from messaging.models import InboundMessage
from messaging.services.conversations import conversation_note
from messaging.services.events import event_append
from messaging.services.keyword_rules import keyword_rules_act
from messaging.services.pools import answers_keep
from messaging.services.replies import reply_act
from messaging.services.replies.arrival import Arrival
from messaging.services.replies.effects import News

Step = Callable[[Arrival], None]


def _obey(arrival: Arrival) -> None:
    """Compliance keywords: refusals, consent, help."""
    message, match = arrival.message, arrival.match
    arrival.news += reply_act(message, match, arrival.addressees)
    arrival.is_settled = match.action not in {"", "none"}


def _converse(arrival: Arrival) -> None:
    """Conversations: a reply that was shown with gaps before is no new one."""
    if not arrival.is_amended:
        arrival.news += conversation_note(arrival.message)


def _tell(arrival: Arrival) -> None:
    message = arrival.message
    if message.account_id is not None:
        event = News(message.account_id, EventType.INBOUND_RECEIVED, inbound_facts(message))
        arrival.news.append(event)


STEPS: Final[tuple[Step, ...]] = (
    _obey,
    _converse,
    keyword_rules_act,
    _tell,
)


def arrivals_act(arrivals: Iterable[Arrival]) -> None:
    """Takes each reply through all steps, then writes their events: accounts in order, as
    everybody locks their event counters."""
    told: list[tuple[InboundMessage, News]] = []
    answered: list[tuple[InboundMessage, int]] = []
    for arrival in arrivals:
        for step in STEPS:
            step(arrival)
        told += [(arrival.message, one) for one in arrival.news]
        if arrival.message.sender_id is not None:
            answered.append((arrival.message, arrival.message.sender_id))
    with connection.cursor() as cursor:
        for message, sender_id in answered:
            answers_keep(cursor, [(message.msisdn, sender_id)], message.received_at.date())
        for message, news in sorted(told, key=lambda one: one[1].account_id):
            event_append(
                cursor,
                account_id=news.account_id,
                event_type=news.event_type,
                at=message.received_at,
                data=news.data,
            )


def inbound_facts(message: InboundMessage) -> Mapping[str, Any]:
    """A reply as events tell of it."""
    return {
        "id": str(message.pk),
        "from": f"+{message.msisdn}",
        "to": message.destination,
        "text": message.text,
        "action": message.action or None,
        "received_at": message.received_at.isoformat(),
    }
