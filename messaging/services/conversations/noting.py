"""A reply comes in: the conversation with the person begins, goes on, or opens again."""

from datetime import datetime

from messaging.constants import ConversationState, EventType, WaitEnd
from messaging.models import Conversation, ConversationWait, InboundMessage
from messaging.services.conversations.limits import due_at_of
from messaging.services.conversations.records import WAITING_COLUMNS, facts_with, wait_end
from messaging.services.replies.effects import News

# What a keyword has settled, down to its answer: nobody has to do anything.
_DONE_BY_KEYWORD = frozenset({"opt_out", "opt_in", "help"})


def conversation_note(message: InboundMessage) -> list[News]:
    """Notes a stored reply in the caller's transaction and returns the events of it.

    What a keyword of the law has settled is kept without waking anybody: it neither opens a
    conversation nor makes anybody wait. A reply that reads like a refusal does: a person reads it.
    """
    if message.sender is None or message.account_id is None:
        return []
    is_done = message.action in _DONE_BY_KEYWORD
    conversation, is_new = _of(message, is_done=is_done)
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
        _wait(conversation, message.received_at)
    conversation.save()
    if is_done or not (is_new or was_closed):
        return []
    told = facts_with(conversation, {"inbound": str(message.pk)})
    return [News(message.account_id, EventType.CONVERSATION_OPENED, told)]


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


def _of(message: InboundMessage, *, is_done: bool) -> tuple[Conversation, bool]:
    """The person's conversation, held until the end of the transaction; a new one where there
    was none, and of two replies at once one makes it."""
    assert message.sender is not None
    key = {
        "account_id": message.sender.account_id,
        "advertiser_id": message.sender.advertiser_id,
        "msisdn": message.msisdn,
    }
    made = Conversation(
        **key,
        sender=message.sender,
        state=ConversationState.CLOSED if is_done else ConversationState.OPEN,
        last_at=message.received_at,
        opened_at=message.received_at,
        closed_at=message.received_at if is_done else None,
    )
    Conversation.objects.bulk_create([made], ignore_conflicts=True)
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("account", "advertiser", "assignee").get(**key)
    return found, found.pk == made.pk


def _wait(conversation: Conversation, since: datetime) -> None:
    conversation.waiting_since = since
    conversation.due_at = due_at_of(conversation)
    ConversationWait.objects.create(
        conversation=conversation,
        account_id=conversation.account_id,
        sender_id=conversation.sender_id,
        started_at=since,
    )
