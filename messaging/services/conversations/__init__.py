"""Conversations: noted when a person writes, taken care of by people, escalated when nobody does."""

from messaging.services.conversations.answering import Answered, ReplyRequest, conversation_reply
from messaging.services.conversations.escalating import (
    conversation_hand_over,
    conversations_escalate,
)
from messaging.services.conversations.handling import (
    conversation_assign,
    conversation_close,
    conversation_note_add,
    conversation_read,
    conversation_reopen,
    conversation_unread,
)
from messaging.services.conversations.noting import (
    conversation_note,
    conversation_settle,
    conversations_note,
)

__all__ = [
    "Answered",
    "ReplyRequest",
    "conversation_assign",
    "conversation_close",
    "conversation_hand_over",
    "conversation_note",
    "conversation_note_add",
    "conversation_read",
    "conversation_reopen",
    "conversation_reply",
    "conversation_settle",
    "conversation_unread",
    "conversations_escalate",
    "conversations_note",
]
