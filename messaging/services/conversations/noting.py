"""A reply comes in: the conversation with the person begins, goes on, or opens again."""

from collections.abc import Sequence
from datetime import datetime

from messaging.constants import ConversationState, EventType, WaitEnd
from messaging.models import Conversation, ConversationWait, InboundMessage, ResponseRule
from messaging.services.conversations.limits import due_at_by, rule_of
from messaging.services.conversations.records import WAITING_COLUMNS, facts_with, wait_end
from messaging.services.replies.effects import News

# What a keyword has settled, down to its answer: nobody has to do anything.
_DONE_BY_KEYWORD = frozenset({"opt_out", "opt_in", "help"})
_NOTED = [
    "state", "closed_at", "opened_at", "unread_count", "sender", "last_inbound_id", "last_at",
    "waiting_since", "due_at",
]  # fmt: skip


def conversation_note(message: InboundMessage) -> list[News]:
    """Notes a stored reply in the caller's transaction and returns the events of it.

    What a keyword of the law has settled is kept without waking anybody: it neither opens a
    conversation nor makes anybody wait. A reply that reads like a refusal does: a person reads it.
    """
    (news,) = conversations_note([message])
    return news


def conversations_note(messages: Sequence[InboundMessage]) -> list[list[News]]:
    """The same for many at once, in a handful of queries; the events of each, in their order."""
    owned = [one for one in messages if one.sender is not None and one.account_id is not None]
    if not owned:
        return [[] for _message in messages]
    book = _Book(owned)
    told = [book.note(one) if one.sender and one.account_id else [] for one in messages]
    book.save()
    return told


class _Book:
    """The conversations of a batch, held until the end of the transaction."""

    def __init__(self, messages: Sequence[InboundMessage]) -> None:
        made = {_key(one): _made(one) for one in reversed(messages)}
        Conversation.objects.bulk_create(made.values(), ignore_conflicts=True)
        accounts, brands, numbers = zip(*made, strict=True)
        rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
        held = rows.select_related("account", "advertiser", "assignee").filter(
            account_id__in=set(accounts), advertiser_id__in=set(brands), msisdn__in=set(numbers)
        )
        found = {
            (one.account_id, one.advertiser_id, one.msisdn): one for one in held.order_by("pk")
        }
        self._conversations = {key: found[key] for key in made}
        self._new = {key for key, one in made.items() if found[key].pk == one.pk}
        self._rules: dict[tuple[int, int], ResponseRule | None] = {}
        self._waits: list[ConversationWait] = []

    def note(self, message: InboundMessage) -> list[News]:
        assert message.sender is not None
        assert message.account_id is not None
        key = _key(message)
        conversation, is_new = self._conversations[key], key in self._new
        self._new.discard(key)
        is_done = message.action in _DONE_BY_KEYWORD
        was_closed = conversation.state == ConversationState.CLOSED
        if not is_done:
            conversation.state = ConversationState.OPEN
            conversation.closed_at = None
            if was_closed:
                conversation.opened_at = message.received_at
        if conversation.state == ConversationState.OPEN:
            conversation.unread_count += 1
        conversation.sender = message.sender
        conversation.last_inbound_id = message.pk
        conversation.last_at = max(conversation.last_at, message.received_at)
        if not is_done and conversation.waiting_since is None:
            self._wait(conversation, message.received_at)
        if is_done or not (is_new or was_closed):
            return []
        told = facts_with(conversation, {"inbound": str(message.pk)})
        return [News(message.account_id, EventType.CONVERSATION_OPENED, told)]

    def save(self) -> None:
        Conversation.objects.bulk_update(self._conversations.values(), _NOTED)
        ConversationWait.objects.bulk_create(self._waits)

    def _wait(self, conversation: Conversation, since: datetime) -> None:
        where = (conversation.account_id, conversation.sender_id)
        if where not in self._rules:
            self._rules[where] = rule_of(*where)
        conversation.waiting_since = since
        conversation.due_at = due_at_by(self._rules[where], since)
        self._waits.append(
            ConversationWait(
                conversation=conversation,
                account_id=conversation.account_id,
                sender_id=conversation.sender_id,
                started_at=since,
            )
        )


def _key(message: InboundMessage) -> tuple[int, int, str]:
    assert message.sender is not None
    return (message.sender.account_id, message.sender.advertiser_id, message.msisdn)


def _made(message: InboundMessage) -> Conversation:
    """As it begins where there is none yet."""
    assert message.sender is not None
    is_done = message.action in _DONE_BY_KEYWORD
    account_id, advertiser_id, msisdn = _key(message)
    return Conversation(
        account_id=account_id,
        advertiser_id=advertiser_id,
        msisdn=msisdn,
        sender=message.sender,
        state=ConversationState.CLOSED if is_done else ConversationState.OPEN,
        last_at=message.received_at,
        opened_at=message.received_at,
        closed_at=message.received_at if is_done else None,
    )


def conversation_settle(message: InboundMessage) -> None:
    """A rule of the account has answered the reply, in the caller's transaction: nobody waits any
    more, though it stays unread; unless the person has written again since."""
    if message.sender is None:
        return
    found = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            account_id=message.sender.account_id,
            advertiser_id=message.sender.advertiser_id,
            msisdn=message.msisdn,
        )
        .first()
    )
    if found is not None and found.waiting_since and found.last_inbound_id == message.pk:
        wait_end(found, WaitEnd.AUTOMATIC, message.received_at)
        found.save(update_fields=WAITING_COLUMNS)
