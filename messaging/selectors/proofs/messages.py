"""A message with what decided about it, as the pack writes it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from compliance.models import Advertiser, ConsentRecord
from config.common.ids import uuid7_floor
from messaging.constants import MessageStatus
from messaging.models import Message, WebhookDelivery
from messaging.selectors.proofs.model import (
    AdvertiserFacts,
    EventFacts,
    MessageEvidence,
    MessageFacts,
    MessageLine,
    SegmentFacts,
)
from messaging.selectors.proofs.people import consent_then
from messaging.selectors.proofs.registers import register_then
from messaging.selectors.proofs.rules import rule_ids, rules_then
from messaging.selectors.proofs.senders import sender_then, template_then
from messaging.selectors.trace import Trace, message_trace

_RELATED = (
    "account",
    "advertiser",
    "sender",
    "network",
    "template_version__template",
    "template_version__author",
    "template_version__reviewer",
)
_SLACK = timedelta(minutes=5)  # an id is made a little before or after `created_at` is taken
_NEVER_LEFT = frozenset({MessageStatus.BLOCKED, MessageStatus.EXPIRED, MessageStatus.CANCELED})


def message_for_proof(account_id: int, message_id: UUID) -> Message | None:
    """The message of the account with everything that the pack names; None where there is none."""
    return (
        Message.objects.filter(pk=message_id, account_id=account_id)
        .select_related(*_RELATED)
        .first()
    )


def decided_at(message: Message) -> datetime:
    """When the last decision about it fell: what left was decided as it left, and what was
    refused when it ended; what still waits is decided anew before it leaves."""
    if message.status in _NEVER_LEFT:
        return message.done_at or message.created_at
    return message.sent_at or message.done_at or message.created_at


def message_evidence(
    message: Message,
    records: Sequence[ConsentRecord],
    *,
    for_operator: bool,
    trace: Trace | None = None,
) -> MessageEvidence:
    """`records` are the number's in the ledger; `for_operator` adds carriers and their ids. A
    caller that has the `trace` hands it over."""
    at = decided_at(message)
    trace = trace or message_trace(message, for_operator=for_operator, with_deliveries=True)
    return MessageEvidence(
        message=_message(message),
        advertiser=advertiser_facts(message.advertiser),
        sender=sender_then(
            message.sender,
            at,
            message_class=message.message_class,
            network_id=message.network_id,
        ),
        template=template_then(message.template_version, at),
        consent=consent_then(records, message.advertiser_id, message.message_class, at),
        rules=rules_then(message, at),
        route=trace.decision.steps if trace.decision else (),
        segments=_segments(trace),
        events=_events(trace),
        register=register_then(message.country, message.msisdn, at),
        story=(),
    )


def advertiser_facts(advertiser: Advertiser) -> AdvertiserFacts:
    """On whose behalf."""
    return AdvertiserFacts(
        account=str(advertiser.account),
        name=advertiser.name,
        legal_name=advertiser.legal_name,
        registration_number=advertiser.registration_number,
        country=advertiser.country,
    )


def messages_between(
    account_id: int, msisdn: str, first: datetime | None, last: datetime | None, limit: int
) -> list[Message]:
    """The newest messages to a number in a period, by the index on numbers."""
    rows = Message.objects.filter(msisdn=msisdn, account_id=account_id)
    if first is not None:  # the ids too, so that other days' partitions are not opened
        rows = rows.filter(created_at__gte=first, id__gte=uuid7_floor(first - _SLACK))
    if last is not None:
        rows = rows.filter(created_at__lt=last, id__lt=uuid7_floor(last + _SLACK))
    rows = rows.select_related("advertiser", "sender", "template_version__template")
    return list(rows.defer("text", "metadata").order_by("-id")[:limit])


def message_line(message: Message) -> MessageLine:
    """A message in short."""
    facts = message.decision or {}
    return MessageLine(
        id=str(message.pk),
        advertiser=message.advertiser.name,
        message_class=message.message_class,
        status=message.status,
        reason=message.failure_reason,
        sender=message.sender.address,
        template=str(message.template_version) if message.template_version else "",
        rules=str(facts.get("rules") or ""),
        failed_rules=rule_ids(facts),
        accepted_at=message.created_at,
        sent_at=message.sent_at,
        finished_at=message.done_at,
    )


def _message(message: Message) -> MessageFacts:
    return MessageFacts(
        id=str(message.pk),
        to=f"+{message.msisdn}",
        message_class=message.message_class,
        origin=message.origin,
        status=message.status,
        reason=message.failure_reason,
        text=message.text,
        text_sha256=hashlib.sha256(message.text.encode()).hexdigest() if message.text else "",
        encoding=message.encoding,
        segments=message.segment_count,
        network=str(message.network) if message.network else "",
        client_reference=message.client_reference,
        campaign=message.campaign_id,
        accepted_at=message.created_at,
        send_at=message.send_at,
        not_after=message.not_after,
        sent_at=message.sent_at,
        finished_at=message.done_at,
    )


def _segments(trace: Trace) -> tuple[SegmentFacts, ...]:
    return tuple(
        SegmentFacts(
            number=one.number,
            total=one.total,
            status=one.status,
            sent_at=one.sent_at,
            done_at=one.done_at,
            receipt_error=one.receipt_error,
            carrier=one.carrier,
            smsc_message_id=one.smsc_message_id,
        )
        for one in trace.segments
    )


def _events(trace: Trace) -> tuple[EventFacts, ...]:
    posted: dict[int, list[WebhookDelivery]] = {}
    for row in trace.deliveries:
        posted.setdefault(row.sequence, []).append(row)
    return tuple(
        EventFacts(
            sequence=one.sequence,
            type=one.type,
            at=one.at,
            webhook=_together([row.status for row in posted.get(one.sequence, ())]),
            webhook_attempts=sum(row.attempts for row in posted.get(one.sequence, ())),
        )
        for one in trace.events
    )


def _together(states: Sequence[str]) -> str:
    """The state of an event's deliveries to several endpoints: the worst of them."""
    order = (
        WebhookDelivery.Status.FAILED,
        WebhookDelivery.Status.PENDING,
        WebhookDelivery.Status.DELIVERED,
    )
    return next((state.value for state in order if state in states), "")
