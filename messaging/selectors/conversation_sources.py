"""What a conversation's timeline is made of: one source per kind of entries."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from compliance.models import ConsentRecord, Suppression
from config.common.ids import uuid7_time
from messaging import conversation_kinds as kinds
from messaging.constants import delivery_proof
from messaging.models import (
    ConversationEntry,
    InboundMessage,
    Message,
    RefusalReview,
    ReplyOutcome,
)
from messaging.selectors.conversation_timeline import (
    Mark,
    Scope,
    TimelineEntry,
    earlier,
    earlier_ids,
    number_key,
    register,
)


def register_sources() -> None:
    """Called when the app is ready."""
    register(kinds.MESSAGE, _messages)
    register(kinds.REPLY, _replies)
    register(kinds.CONSENT, _consents)
    register(kinds.REFUSAL, _refusals)
    register(kinds.REFUSAL_LIFTED, _lifted)
    register(kinds.REVIEW, _reviews)
    register("entry", _entries)


def _messages(scope: Scope, before: Mark | None, limit: int) -> list[TimelineEntry]:
    """What was sent to the person, with how it stands: its receipt is on it."""
    rows = (
        Message.objects.filter(earlier_ids(kinds.MESSAGE, before), msisdn=scope.msisdn)
        .filter(account_id=scope.account_id)
        .filter(Q(advertiser_id=scope.advertiser_id) | Q(sender_id__in=scope.sender_ids))
        .select_related("sender", "template_version__template")
        .defer("decision", "metadata")
        .order_by("-id")[:limit]
    )
    found = list(rows)
    written = _writers(scope, [row.pk for row in found])
    return [
        TimelineEntry(
            mark=Mark(uuid7_time(row.pk), kinds.MESSAGE, str(row.pk)),
            id=str(row.pk),
            text=row.text,
            by=written.get(row.pk, ""),
            data=_message_data(row),
        )
        for row in found
    ]


def _message_data(row: Message) -> dict[str, Any]:
    proof = delivery_proof(row.status, row.failure_reason)
    version = row.template_version
    return {
        "from": row.sender.address,
        "class": row.message_class,
        "status": row.status,
        "failure_reason": None if proof else row.failure_reason or None,
        "delivery_proof": proof.value if proof else None,
        "receipt_error": row.receipt_error or None,
        "segment_count": row.segment_count,
        "origin": row.origin,
        "campaign": row.campaign_id,
        "template": version.template.slug if version else None,
        "sent_at": _time(row.sent_at),
        "done_at": _time(row.done_at),
    }


def _writers(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Who of the account wrote which of the messages."""
    entries = ConversationEntry.objects.filter(
        conversation_id=scope.conversation_id, kind=kinds.ANSWER, message_id__in=list(ids)
    )
    return {
        key: name
        for key, name in entries.values_list("message_id", "by__username")
        if key is not None and name
    }


def _replies(scope: Scope, before: Mark | None, limit: int) -> list[TimelineEntry]:
    """What the person wrote, with what it did."""
    rows = (
        InboundMessage.objects.filter(
            earlier(kinds.REPLY, before, time="received_at", parse=UUID),
            account_id=scope.account_id,
            msisdn=scope.msisdn,
            sender_id__in=scope.sender_ids,
        )
        .select_related("sender")
        .order_by("-received_at", "-pk")[:limit]
    )
    found = list(rows)
    deeds = defaultdict(list)
    outcomes = ReplyOutcome.objects.filter(
        message_id__in=[row.pk for row in found], account_id=scope.account_id
    )
    for outcome in outcomes.order_by("pk"):
        deeds[outcome.message_id].append(outcome.deed)
    return [
        TimelineEntry(
            mark=Mark(row.received_at, kinds.REPLY, str(row.pk)),
            id=str(row.pk),
            text=row.text,
            data={
                "to": row.destination,
                "keyword": row.keyword or None,
                "action": row.action or None,
                "deeds": deeds[row.pk],
            },
        )
        for row in found
    ]


def _consents(scope: Scope, before: Mark | None, limit: int) -> list[TimelineEntry]:
    rows = (
        ConsentRecord.objects.filter(
            earlier(kinds.CONSENT, before, time="recorded_at"),
            msisdn=scope.msisdn,
            advertiser_id=scope.advertiser_id,
        )
        .select_related("actor")
        .order_by("-recorded_at", "-pk")[:limit]
    )
    return [
        TimelineEntry(
            mark=Mark(row.recorded_at, kinds.CONSENT, number_key(row.pk)),
            id=str(row.pk),
            by=row.actor.get_username() if row.actor else "",
            data={
                "action": row.action,
                "purpose": row.purpose,
                "method": row.method,
                "source": row.source,
                "given_at": _time(row.given_at),
            },
        )
        for row in rows
    ]


def _refusals(scope: Scope, before: Mark | None, limit: int) -> list[TimelineEntry]:
    rows = (
        _suppressions(scope)
        .filter(earlier(kinds.REFUSAL, before, time="created_at"))
        .order_by("-created_at", "-pk")[:limit]
    )
    return [
        TimelineEntry(
            mark=Mark(row.created_at, kinds.REFUSAL, number_key(row.pk)),
            id=str(row.pk),
            text=row.reason,
            by=row.created_by.get_username() if row.created_by else "",
            data={
                "purpose": row.purpose,
                "cause": row.cause,
                "source": row.source,
                "expires_at": _time(row.expires_at),
            },
        )
        for row in rows
    ]


def _lifted(scope: Scope, before: Mark | None, limit: int) -> list[TimelineEntry]:
    rows = (
        _suppressions(scope)
        .filter(earlier(kinds.REFUSAL_LIFTED, before, time="lifted_at"), lifted_at__isnull=False)
        .order_by("-lifted_at", "-pk")[:limit]
    )
    return [
        TimelineEntry(
            mark=Mark(row.lifted_at, kinds.REFUSAL_LIFTED, number_key(row.pk)),
            id=str(row.pk),
            text=row.lifted_reason,
            by=row.lifted_by.get_username() if row.lifted_by else "",
            data={"purpose": row.purpose, "cause": row.cause},
        )
        for row in rows
        if row.lifted_at is not None
    ]


def _suppressions(scope: Scope) -> Any:
    """Of the brand, or of every brand of the account."""
    wide = Q(advertiser_id=scope.advertiser_id) | Q(advertiser=None)
    rows = Suppression.objects.filter(wide, msisdn=scope.msisdn, account_id=scope.account_id)
    return rows.select_related("created_by", "lifted_by")


def _reviews(scope: Scope, before: Mark | None, limit: int) -> list[TimelineEntry]:
    rows = (
        RefusalReview.objects.filter(
            earlier(kinds.REVIEW, before, time="received_at"),
            account_id=scope.account_id,
            advertiser_id=scope.advertiser_id,
            msisdn=scope.msisdn,
        )
        .select_related("decided_by")
        .order_by("-received_at", "-pk")[:limit]
    )
    return [
        TimelineEntry(
            mark=Mark(row.received_at, kinds.REVIEW, number_key(row.pk)),
            id=str(row.pk),
            text=row.note,
            by=row.decided_by.get_username() if row.decided_by else "",
            data={
                "state": row.state,
                "phrase": row.phrase,
                "due_at": _time(row.due_at),
                "decided_at": _time(row.decided_at),
            },
        )
        for row in rows
    ]


def _entries(scope: Scope, before: Mark | None, limit: int) -> list[TimelineEntry]:
    """What people and the clock did. Of one moment they stand together, whatever their kind; an
    answer is the message that it became."""
    rows = ConversationEntry.objects.filter(conversation_id=scope.conversation_id).exclude(
        kind=kinds.ANSWER
    )
    if before is not None:
        rows = rows.filter(at__lte=before.at)
    found = [
        TimelineEntry(
            mark=Mark(row.at, row.kind, str(row.pk)),
            id=str(row.pk),
            text=row.text,
            by=row.by.get_username() if row.by else "",
            data=row.data,
        )
        for row in rows.select_related("by").order_by("-at", "-pk")[: limit + _SAME_MOMENT]
    ]
    found = [one for one in found if before is None or one.mark < before]
    return sorted(found, key=lambda one: one.mark, reverse=True)[:limit]


# Entries of one moment: an escalation that assigns. More never share one.
_SAME_MOMENT = 10


def _time(moment: Any) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
