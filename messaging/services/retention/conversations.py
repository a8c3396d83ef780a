"""Notes about people go with the texts of their replies, and conversations with the messages."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from compliance.services.retention.removers import BATCH, PLACE, Removed, Span
from messaging.models import Conversation
from messaging.services.retention.messages import messages_remove
from messaging.services.retention.replies import replies_forget

_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
# The country is the sender's, as with replies.
_SENDERS = f"""
SELECT s.id FROM routing_sender s
WHERE s.account_id = %(account)s AND {PLACE.format(column="s.country")}
"""  # noqa: S608  constant parts
_WHERE = """
    c.account_id = %(account)s AND c.sender_id = ANY(%(senders)s)
    AND e.conversation_id = c.id AND e.at >= %(after)s AND e.at < %(before)s AND e.text <> ''
"""
_COUNT = f"""
SELECT count(*) FROM messaging_conversationentry e, messaging_conversation c WHERE {_WHERE}
"""  # noqa: S608  constant parts
_FORGET = f"""
UPDATE messaging_conversationentry SET text = '' WHERE id = ANY(ARRAY(
    SELECT e.id FROM messaging_conversationentry e, messaging_conversation c
    WHERE {_WHERE} LIMIT %(limit)s))
"""  # noqa: S608  constant parts


def replies_and_notes_forget(span: Span, *, is_rehearsal: bool) -> Removed:
    """Texts of replies, and what people wrote down about who replied."""
    removed = replies_forget(span, is_rehearsal=is_rehearsal)
    return replace(removed, rows=removed.rows + _notes_forget(span, is_rehearsal=is_rehearsal))


def messages_and_conversations_remove(span: Span, *, is_rehearsal: bool) -> Removed:
    """Messages, and the conversations that were last heard of before the span's end; how long
    people waited for an answer stays, without them."""
    removed = messages_remove(span, is_rehearsal=is_rehearsal)
    return replace(removed, rows=removed.rows + _talks_remove(span, is_rehearsal=is_rehearsal))


def _notes_forget(span: Span, *, is_rehearsal: bool) -> int:
    parameters: dict[str, Any] = {
        "account": span.account_id,
        "senders": _senders(span),
        "after": span.after or _BEGINNING,
        "before": span.before,
        "limit": BATCH,
    }
    total, count = 0, BATCH
    while count == BATCH:
        with transaction.atomic(), connection.cursor() as cursor:
            if is_rehearsal:
                cursor.execute(_COUNT, parameters)
                return int(cursor.fetchone()[0])
            cursor.execute(_FORGET, parameters)
            count = cursor.rowcount
        total += count
    return total


def _talks_remove(span: Span, *, is_rehearsal: bool) -> int:
    found = Conversation.objects.filter(
        account_id=span.account_id, sender__in=_senders(span), last_at__lt=span.before
    )
    if is_rehearsal:
        return found.count()
    total, count = 0, BATCH
    while count == BATCH:
        with transaction.atomic():
            page = list(found.order_by("last_at").values_list("pk", flat=True)[:BATCH])
            Conversation.objects.filter(pk__in=page).delete()
            count = len(page)
        total += count
    return total


def _senders(span: Span) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_SENDERS, {"account": span.account_id, **span.place})
        return [row[0] for row in cursor.fetchall()]
