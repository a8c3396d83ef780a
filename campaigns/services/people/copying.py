"""A copy of everything an account holds about a person, as plain JSON values."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from campaigns.models import AudienceEntry, Campaign, Contact, TriggerEvent
from campaigns.selectors.triggers import events_about
from compliance.models import Account, ConsentRecord, Suppression
from config.common import clock
from messaging.models import ConversationEntry, InboundMessage, Message
from messaging.selectors.people import messages_of, notes_of, replies_of

SCHEMA = "signalbox.person-copy/1"
MOST_MESSAGES = 50_000


def person_copy(account: Account, msisdn: str) -> dict[str, Any]:
    """Contact, consents, refusals, messages (the latest 50,000), replies, notes in conversations,
    events of platforms and campaigns of a number; empty parts say that nothing is held."""
    contact = Contact.objects.filter(account=account, msisdn=msisdn).first()
    return {
        "schema": SCHEMA,
        "made_at": _time(clock.now()),
        "held_by": account.name,
        "number": f"+{msisdn}",
        "contact": _contact(contact),
        "consents": [_consent(one) for one in _consents(account, msisdn)],
        "refusals": [_refusal(one) for one in _refusals(account, msisdn)],
        "messages": [_message(one) for one in messages_of(account, msisdn, limit=MOST_MESSAGES)],
        "replies": [_reply(one) for one in replies_of(account, msisdn)],
        "conversations": [_note(one) for one in notes_of(account, msisdn)],
        "events": [_event(one) for one in _events(account, msisdn)],
        "campaigns": [_entry(one) for one in entries_of(account, contact)],
    }


def entries_of(account: Account, contact: Contact | None) -> Iterable[AudienceEntry]:
    """The contact's entries in the audiences of the account's campaigns."""
    if contact is None:
        return AudienceEntry.objects.none()
    campaigns = Campaign.objects.filter(account=account).values("pk")
    found = AudienceEntry.objects.filter(contact_id=contact.pk, campaign_id__in=campaigns)
    return found.select_related("campaign")


def _consents(account: Account, msisdn: str) -> Iterable[ConsentRecord]:
    found = ConsentRecord.objects.filter(account=account, msisdn=msisdn)
    return found.select_related("advertiser").order_by("id")


def _refusals(account: Account, msisdn: str) -> Iterable[Suppression]:
    found = Suppression.objects.filter(account=account, msisdn=msisdn)
    return found.select_related("advertiser", "program").order_by("id")


def _contact(contact: Contact | None) -> dict[str, Any] | None:
    if contact is None:
        return None
    return {
        "name": contact.name,
        "language": contact.language,
        "country": contact.country,
        "attributes": contact.attributes,
        "lists": [row.contact_list.name for row in contact.memberships.select_related()],
        "since": _time(contact.created_at),
        "changed": _time(contact.updated_at),
    }


def _consent(record: ConsentRecord) -> Mapping[str, Any]:
    return {
        "advertiser": record.advertiser.name,
        "purpose": record.purpose,
        "action": record.action,
        "method": record.method,
        "source": record.source,
        "text_shown": record.text_version,
        "content": record.content,
        "form": record.form,
        "frequency": record.frequency,
        "evidence": record.evidence,
        "given_at": _time(record.given_at),
        "recorded_at": _time(record.recorded_at),
    }


def _refusal(suppression: Suppression) -> Mapping[str, Any]:
    return {
        "advertiser": suppression.advertiser.name if suppression.advertiser else None,
        "program": suppression.program.name if suppression.program else None,
        "sender": suppression.sender or None,
        "purpose": suppression.purpose,
        "cause": suppression.cause,
        "source": suppression.source,
        "reason": suppression.reason,
        "since": _time(suppression.created_at),
        "until": _time(suppression.lifted_at or suppression.expires_at),
    }


def _message(message: Message) -> Mapping[str, Any]:
    return {
        "id": str(message.pk),
        "from": message.sender.address,
        "class": message.message_class,
        "text": message.text,
        "status": message.status,
        "reason": message.failure_reason or None,
        "accepted_at": _time(message.created_at),
        "sent_at": _time(message.sent_at),
        "finished_at": _time(message.done_at),
    }


def _reply(reply: InboundMessage) -> Mapping[str, Any]:
    return {
        "to": reply.destination,
        "text": reply.text,
        "understood_as": reply.action or None,
        "received_at": _time(reply.received_at),
    }


def _note(entry: ConversationEntry) -> Mapping[str, Any]:
    return {
        "with": entry.conversation.advertiser.name,
        "what": entry.kind,
        "text": entry.text,
        "at": _time(entry.at),
    }


def _events(account: Account, msisdn: str) -> Iterable[TriggerEvent]:
    return events_about(account, msisdn).select_related("source").order_by("id")


def _event(event: TriggerEvent) -> Mapping[str, Any]:
    return {
        "platform": event.source.name,
        "event": event.name or None,
        "body": event.body,
        "received_at": _time(event.received_at),
    }


def _entry(entry: AudienceEntry) -> Mapping[str, Any]:
    return {
        "campaign": entry.campaign.name,
        "outcome": entry.outcome,
        "reason": entry.reason or None,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
