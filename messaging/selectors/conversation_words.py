"""What was said last in each conversation of a list: three queries, however long the list is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from messaging import conversation_kinds as kinds
from messaging.models import Conversation, ConversationEntry, InboundMessage, Message


@dataclass(frozen=True, slots=True)
class LastWords:
    """The latest reply or answer. `by` is the user name of who answered, "" for the person's own
    words; `text` is empty where it was taken away."""

    text: str
    by: str
    at: datetime


def last_words(conversations: Sequence[Conversation]) -> dict[UUID, LastWords]:
    """By conversation; whoever only wrote what a keyword settled is there as well."""
    found = _replies(conversations)
    for key, answer in _answers(conversations).items():
        before = found.get(key)
        if before is None or answer.at >= before.at:
            found[key] = answer
    return found


def _replies(conversations: Sequence[Conversation]) -> dict[UUID, LastWords]:
    wanted = {one.last_inbound_id: one.pk for one in conversations if one.last_inbound_id}
    rows = InboundMessage.objects.filter(pk__in=list(wanted)).values_list(
        "pk", "text", "received_at"
    )
    return {wanted[key]: LastWords(text, "", at) for key, text, at in rows}


def _answers(conversations: Sequence[Conversation]) -> dict[UUID, LastWords]:
    latest = (
        ConversationEntry.objects.filter(
            conversation__in=[one.pk for one in conversations], kind=kinds.ANSWER
        )
        .order_by("conversation_id", "-at", "-id")
        .distinct("conversation_id")
        .values_list("conversation_id", "message_id", "by__username", "at")
    )
    rows = list(latest)
    sent = [message_id for _key, message_id, _by, _at in rows if message_id is not None]
    texts = dict(Message.objects.filter(pk__in=sent).values_list("pk", "text")) if sent else {}
    return {
        key: LastWords(texts.get(message_id, "") if message_id else "", by or "", at)
        for key, message_id, by, at in rows
    }
