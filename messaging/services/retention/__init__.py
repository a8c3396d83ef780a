"""What messaging keeps and removes in its time: texts, replies, and messages themselves."""

from messaging.services.retention.conversations import (
    messages_and_conversations_remove,
    replies_and_notes_forget,
)
from messaging.services.retention.days import days_drop
from messaging.services.retention.messages import messages_remove
from messaging.services.retention.replies import replies_forget
from messaging.services.retention.texts import otp_texts_forget, texts_forget

__all__ = [
    "days_drop",
    "messages_and_conversations_remove",
    "messages_remove",
    "otp_texts_forget",
    "replies_and_notes_forget",
    "replies_forget",
    "texts_forget",
]
