"""What people of the account do with a conversation beside answering."""

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from messaging import conversation_kinds as kinds
from messaging.constants import ConversationState, EventType, WaitEnd
from messaging.models import Conversation, ConversationEntry
from messaging.services.conversations.limits import assignee_checked
from messaging.services.conversations.records import (
    HANDLE,
    WAITING_COLUMNS,
    conversation_lock,
    conversation_tell,
    entry_add,
    permission_required,
    wait_end,
)

MAX_NOTE = 2_000


@transaction.atomic
def conversation_assign(
    *, conversation: Conversation, to: User | None, actor: User
) -> Conversation:
    """Gives the conversation to somebody of the account, or to nobody; the same again changes
    nothing. Raises NotAllowedError or InvalidError."""
    permission_required(actor, HANDLE, conversation)
    found = conversation_lock(conversation)
    if to is not None:
        assignee_checked(found.account, to, field="assignee")
    if found.assignee_id == (to.pk if to else None):
        return found
    found.assignee = to
    found.save(update_fields=["assignee"])
    name = to.get_username() if to else ""
    entry_add(found, kinds.ASSIGNED, actor, data={"assignee": name})
    conversation_tell(found, EventType.CONVERSATION_ASSIGNED, by=actor.get_username())
    return found


@transaction.atomic
def conversation_close(
    *, conversation: Conversation, actor: User, seen: int | None = None
) -> Conversation:
    """Nobody has to do with it until the person writes again. `seen`: how many unread replies
    the actor knew of; raises ConflictError where another one has come meanwhile."""
    permission_required(actor, HANDLE, conversation)
    found = conversation_lock(conversation)
    if found.state == ConversationState.CLOSED:
        return found
    if seen is not None and found.unread_count > seen:
        raise ConflictError(
            "reply_came_meanwhile",
            _("The person has written again meanwhile: read that before you close."),
        )
    now = clock.now()
    if found.waiting_since is not None:
        wait_end(found, WaitEnd.CLOSED, now, actor)
    found.state, found.closed_at, found.unread_count = ConversationState.CLOSED, now, 0
    found.save(update_fields=["state", "closed_at", "unread_count", *WAITING_COLUMNS])
    entry_add(found, kinds.CLOSED, actor)
    conversation_tell(found, EventType.CONVERSATION_CLOSED, by=actor.get_username())
    return found


@transaction.atomic
def conversation_reopen(*, conversation: Conversation, actor: User) -> Conversation:
    """Opens a closed one again; whoever closed it by mistake loses nothing but the waiting time."""
    permission_required(actor, HANDLE, conversation)
    found = conversation_lock(conversation)
    if found.state == ConversationState.OPEN:
        return found
    found.state, found.closed_at, found.opened_at = ConversationState.OPEN, None, clock.now()
    found.save(update_fields=["state", "closed_at", "opened_at"])
    entry_add(found, kinds.REOPENED, actor)
    conversation_tell(found, EventType.CONVERSATION_OPENED, by=actor.get_username())
    return found


def conversation_read(*, conversation: Conversation, actor: User) -> None:
    """Somebody has read as far as `conversation` was loaded: a reply that came since stays
    unread."""
    permission_required(actor, HANDLE, conversation)
    Conversation.objects.filter(
        pk=conversation.pk, last_inbound_id=conversation.last_inbound_id, unread_count__gt=0
    ).update(unread_count=0)


def conversation_unread(*, conversation: Conversation, actor: User) -> None:
    """Marks it for whoever looks next."""
    permission_required(actor, HANDLE, conversation)
    Conversation.objects.filter(pk=conversation.pk, unread_count=0).update(unread_count=1)


@transaction.atomic
def conversation_note_add(
    *, conversation: Conversation, text: str, actor: User
) -> ConversationEntry:
    """Something for colleagues; the person never sees it. Raises InvalidError."""
    permission_required(actor, HANDLE, conversation)
    words = text.strip()
    if not words:
        raise InvalidError("empty_note", _("Write the note first."), field="text")
    if len(words) > MAX_NOTE:
        raise InvalidError(
            "note_too_long",
            _("The note is longer than %(most)d characters: shorten it.") % {"most": MAX_NOTE},
            field="text",
        )
    return entry_add(conversation, kinds.NOTE, actor, text=words)
