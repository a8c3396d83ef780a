"""What is done with a whole reply, in the transaction that stores it.

The order is fixed: compliance keywords act, conversations note the reply, the account's keyword
rules act unless a compliance keyword has, and the event comes last. Each is one step: a function
of arrivals from different people, which appends the events of each to its `news` and writes none
itself. What the sandbox writes back is told, and takes no other step: whatever a step did for it, a
refusal, an answer, a person's work, would be real.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import connection

from messaging.constants import EventType
from messaging.selectors.snapshot import snapshots
from messaging.services.conversations import conversations_note
from messaging.services.events import AccountEvent, events_append
from messaging.services.inbound.queueing import unrouted_put
from messaging.services.keyword_rules import keyword_rules_act, keyword_rules_concern
from messaging.services.pools import answers_keep
from messaging.services.replies import reply_act
from messaging.services.replies.arrival import Arrival
from messaging.services.replies.effects import News

Step = Callable[[Sequence[Arrival]], None]


def _obey(arrivals: Sequence[Arrival]) -> None:
    """Compliance keywords: refusals, consent, help."""
    for arrival in _by_account(arrivals):
        message, match = arrival.message, arrival.match
        if not arrival.is_obeyed:
            arrival.news += reply_act(message, match, arrival.addressees)
        arrival.is_settled = match.action not in {"", "none"}


def _converse(arrivals: Sequence[Arrival]) -> None:
    """Conversations: a reply that was shown with gaps before is no new one."""
    new = [arrival for arrival in arrivals if not arrival.is_amended]
    told = conversations_note([arrival.message for arrival in new])
    for arrival, news in zip(new, told, strict=True):
        arrival.news += news


def _rule(arrivals: Sequence[Arrival]) -> None:
    """The account's keyword rules."""
    for arrival in _by_account(keyword_rules_concern(arrivals)):
        keyword_rules_act(arrival)


def _by_account(arrivals: Iterable[Arrival]) -> list[Arrival]:
    """What answers takes an account's money, and holds its balance until the commit: in one order
    of accounts for everybody, as far as it is known, two workers do not wait for each other."""
    return sorted(arrivals, key=_first_account)


def _first_account(arrival: Arrival) -> int:
    acting = [one.sender.account_id for one in arrival.addressees.acting]
    return arrival.message.account_id or min(acting, default=0)


def _tell(arrivals: Sequence[Arrival]) -> None:
    for arrival in arrivals:
        message = arrival.message
        if message.account_id is not None:
            event_type = EventType.INBOUND_RECEIVED
            if arrival.is_amended:
                event_type = EventType.INBOUND_AMENDED
            arrival.news.append(News(message.account_id, event_type, inbound_facts(arrival)))


STEPS: Final[tuple[Step, ...]] = (_obey, _converse, _rule)


def arrivals_act(arrivals: Sequence[Arrival]) -> None:
    """Takes the replies through all steps, then writes their events: accounts in order, as
    everybody locks their event counters. What is in nobody's inbox then is put into the queue of
    operators."""
    real = [arrival for arrival in arrivals if not arrival.message.is_test]
    for several in _rounds(arrivals):
        acting = [arrival for arrival in several if not arrival.message.is_test]
        for step in STEPS:
            step(acting)
        _tell(several)
    answered: dict[date, list[tuple[str, int]]] = {}
    for arrival in real:
        message = arrival.message
        if message.sender_id is not None:
            day = message.received_at.date()
            answered.setdefault(day, []).append((message.msisdn, message.sender_id))
    events = [
        AccountEvent(news.account_id, news.event_type, arrival.at, news.data)
        for arrival in arrivals
        for news in arrival.news
    ]
    with connection.cursor() as cursor:
        for day, pairs in answered.items():
            answers_keep(cursor, pairs, day)
        events_append(cursor, events)
    unrouted_put([arrival.message for arrival in real if not arrival.is_amended])


def _rounds(arrivals: Sequence[Arrival]) -> list[list[Arrival]]:
    """What one person says is acted upon in its order, each reply whole before the next; what
    different people say, together."""
    rounds: list[list[Arrival]] = []
    turns: Counter[str] = Counter()
    for arrival in arrivals:
        turn = turns[arrival.message.msisdn]
        turns[arrival.message.msisdn] += 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(arrival)
    return rounds


def inbound_facts(arrival: Arrival) -> Mapping[str, Any]:
    """A reply as events tell of it."""
    message = arrival.message
    network = snapshots.current().numbers.code_of(message.network_id) if message.network_id else ""
    return {
        "id": str(message.pk),
        "from": f"+{message.msisdn}",
        "to": message.destination,
        "text": message.text,
        "encoding": message.encoding,
        "state": message.state,
        "part_count": message.part_count,
        "missing_parts": message.missing_parts,
        "network": network or None,
        "keyword": message.keyword or None,
        "action": message.action or None,
        "livemode": not message.is_test,
        "received_at": arrival.received_at.isoformat(),
        "amended_at": message.amended_at and message.amended_at.isoformat(),
    }
