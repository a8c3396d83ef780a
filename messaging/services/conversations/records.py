"""What every change of a conversation is made of: lock, write down, end the waiting, tell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import audit, clock
from config.common.errors import NotAllowedError
from messaging import conversation_kinds as kinds
from messaging.constants import EventType, WaitEnd
from messaging.models import Conversation, ConversationEntry, ConversationWait
from messaging.services.events import event_append
from routing.numbers import to_e164

_AUDITED: Mapping[str, str] = {
    kinds.ANSWER: "conversation.answered",
    kinds.ASSIGNED: "conversation.assigned_to",
    kinds.CLOSED: "conversation.closed_by",
    kinds.ESCALATED: "conversation.escalated_to",
    kinds.NOTE: "conversation.noted",
    kinds.REOPENED: "conversation.reopened",
}
HANDLE = "messaging.handle_conversation"
REPLY = "messaging.reply_conversation"


def permission_required(actor: User, permission: str, conversation: Conversation) -> None:
    """Raises NotAllowedError where no role of the actor in the account allows it."""
    if not actor.has_perm(permission, conversation):
        raise NotAllowedError(
            "role_missing",
            _("Your role in this account does not allow that: ask an administrator for the role."),
        )


def conversation_lock(conversation: Conversation) -> Conversation:
    """As it is now, held until the end of the transaction."""
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("account", "advertiser", "sender", "assignee").get(
        pk=conversation.pk
    )


def entry_add(
    conversation: Conversation, kind: str, actor: User | None, **fields: Any
) -> ConversationEntry:
    """Writes down what happened; `actor` None is the system. The audit log gets no texts."""
    if kind in _AUDITED:
        audit.record(
            action=_AUDITED[kind],
            actor=actor,
            account_id=conversation.account_id,
            subject=f"conversation:{conversation.pk}",
            detail={**(fields.get("data") or {}), "message": str(fields.get("message_id") or "")},
        )
    return ConversationEntry.objects.create(
        conversation=conversation,
        account_id=conversation.account_id,
        kind=kind,
        at=fields.pop("at", None) or clock.now(),
        by=actor,
        **fields,
    )


def wait_end(
    conversation: Conversation, end: WaitEnd, at: datetime, actor: User | None = None
) -> None:
    """Nobody waits any more; the conversation's own columns are the caller's to save."""
    ConversationWait.objects.filter(conversation=conversation, ended_at=None).update(
        ended_at=at, end=end, answered_by=actor
    )
    conversation.waiting_since = conversation.due_at = conversation.escalated_at = None


WAITING_COLUMNS = ["waiting_since", "due_at", "escalated_at"]


def conversation_facts(conversation: Conversation) -> dict[str, Any]:
    """A conversation as events tell of it; without texts, so that forgetting them is enough."""
    assignee = conversation.assignee
    waiting = conversation.waiting_since
    return {
        "id": str(conversation.pk),
        "number": number_shown(conversation.msisdn),
        "advertiser": conversation.advertiser.name,
        "sender": conversation.sender.address,
        "state": conversation.state,
        "assignee": assignee.get_username() if assignee else None,
        "waiting_since": waiting.isoformat() if waiting else None,
    }


def number_shown(msisdn: str) -> str:
    """E.164, or the letters of an address that is no number."""
    return to_e164(msisdn) if msisdn.isdigit() else msisdn


def conversation_tell(conversation: Conversation, event_type: EventType, **more: object) -> None:
    """The event, as the last step of a transaction."""
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=conversation.account_id,
            event_type=event_type,
            at=clock.now(),
            data=facts_with(conversation, more),
        )


def facts_with(conversation: Conversation, more: Mapping[str, object]) -> dict[str, Any]:
    """What the event tells beside the conversation itself."""
    return {**conversation_facts(conversation), **more}


def last_answer(conversation_id: UUID) -> ConversationEntry | None:
    """The newest answer of a person."""
    found = ConversationEntry.objects.filter(conversation_id=conversation_id, kind=kinds.ANSWER)
    return found.select_related("by").order_by("-at", "-id").first()
