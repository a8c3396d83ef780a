"""Nobody has answered within the account's limit: somebody is told, and named."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from compliance.models import User
from config.common import clock
from messaging import conversation_kinds as kinds
from messaging.constants import ConversationState, EventType
from messaging.models import Conversation, ConversationWait, InboundMessage
from messaging.services.conversations.limits import due_at_of, rule_of
from messaging.services.conversations.records import entry_add, facts_with
from messaging.services.events import event_append
from messaging.services.replies.effects import News

_BATCH = 200


def conversations_escalate() -> int:
    """Escalates what is overdue, a batch per transaction; how many. Rows that somebody answers
    at this moment are left to the next run."""
    total, count = 0, _BATCH
    while count == _BATCH:
        with transaction.atomic():
            count = _escalate_batch(clock.now())
        total += count
    return total


def _escalate_batch(now: datetime) -> int:
    rows = (
        Conversation.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("account", "advertiser", "sender", "assignee")
        .filter(due_at__lte=now, escalated_at=None)
        .order_by("due_at")[:_BATCH]
    )
    found = list(rows)
    told: list[News] = []
    for conversation in found:
        rule = rule_of(conversation.account_id, conversation.sender_id)
        told += _escalate(conversation, rule.escalate_to if rule else None, now, "")
    _tell(told, now)
    return len(found)


def conversation_hand_over(
    message: InboundMessage, *, to: User | None = None, reason: str = ""
) -> list[News]:
    """A rule of the account hands a reply to a person at once, in the caller's transaction, after
    the conversation has noted it; returns the events. `to` None: whom the response rule names."""
    if message.sender is None:
        return []
    found = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account", "advertiser", "sender", "assignee")
        .filter(
            account_id=message.sender.account_id,
            advertiser_id=message.sender.advertiser_id,
            msisdn=message.msisdn,
        )
        .first()
    )
    if found is None:
        return []
    now = clock.now()
    if found.waiting_since is None:
        found.waiting_since = message.received_at
        ConversationWait.objects.create(
            conversation=found,
            account_id=found.account_id,
            sender_id=found.sender_id,
            started_at=message.received_at,
        )
    found.state, found.closed_at = ConversationState.OPEN, None
    found.due_at = due_at_of(found) or now
    found.save()
    rule = rule_of(found.account_id, found.sender_id)
    return _escalate(found, to or (rule.escalate_to if rule else None), now, reason)


def _escalate(
    conversation: Conversation, to: User | None, now: datetime, reason: str
) -> list[News]:
    """Marks it, assigns it where somebody is named, and returns the events in their order."""
    conversation.escalated_at = now
    person = to if to is not None and to.is_active else None
    is_moved = person is not None and person.pk != conversation.assignee_id
    if is_moved:
        conversation.assignee = person
    conversation.save(update_fields=["escalated_at", "assignee"])
    ConversationWait.objects.filter(conversation=conversation, ended_at=None).update(
        escalated_at=now
    )
    due = conversation.due_at
    data = {
        "assignee": person.get_username() if person else "",
        "due_at": due.isoformat() if due else None,
    }
    entry_add(conversation, kinds.ESCALATED, None, at=now, text=reason, data=data)
    account = conversation.account_id
    more = {"due_at": data["due_at"], "reason": reason or None}
    told = [News(account, EventType.CONVERSATION_ESCALATED, facts_with(conversation, more))]
    if is_moved:
        told.append(
            News(account, EventType.CONVERSATION_ASSIGNED, facts_with(conversation, {"by": None}))
        )
    return told


def _tell(told: Sequence[News], now: datetime) -> None:
    """Accounts in order, as everybody locks their event counters."""
    with connection.cursor() as cursor:
        for one in sorted(told, key=lambda news: news.account_id):
            event_append(
                cursor,
                account_id=one.account_id,
                event_type=one.event_type,
                at=now,
                data=one.data,
            )
