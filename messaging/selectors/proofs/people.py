"""What is kept about a number: consent, refusals, replies; each by an index."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from compliance.constants import ConsentAction, Purpose
from compliance.models import ConsentRecord, Document, Suppression
from messaging.models import InboundMessage, RefusalReview, ReplyOutcome
from messaging.selectors.proofs.model import (
    ConsentEvent,
    ConsentThen,
    File,
    PersonEvidence,
    Refusal,
    ReplyFacts,
)

MOST_RECORDS = 500
_ANSWERS = (ConsentAction.GRANTED, ConsentAction.REVOKED)


def consent_records(account_id: int, msisdn: str) -> list[ConsentRecord]:
    """The number's records in the account's ledger, oldest first; at most the newest 500."""
    rows = ConsentRecord.objects.filter(msisdn=msisdn, account_id=account_id)
    rows = rows.select_related("advertiser", "actor", "document").defer("document__content")
    return sorted(rows.order_by("-id")[:MOST_RECORDS], key=lambda row: row.pk)


def suppressions(account_id: int, msisdn: str) -> list[Suppression]:
    """Every refusal of the number in the account, oldest first, lifted ones too."""
    rows = Suppression.objects.filter(msisdn=msisdn, account_id=account_id)
    rows = rows.select_related("advertiser", "created_by", "lifted_by")
    return sorted(rows.order_by("-id")[:MOST_RECORDS], key=lambda row: row.pk)


def person_evidence(
    msisdn: str,
    records: Sequence[ConsentRecord],
    refusals: Sequence[Suppression],
    replies: Sequence[ReplyFacts],
    at: datetime,
) -> PersonEvidence:
    """As the pack writes it; `at` is when the decision fell."""
    return PersonEvidence(
        number=f"+{msisdn}",
        consent=tuple(_event(row) for row in records),
        refusals=tuple(_refusal(row, at) for row in refusals),
        replies=tuple(replies),
    )


def consent_then(
    records: Iterable[ConsentRecord], advertiser_id: int, purpose: str, at: datetime
) -> ConsentThen:
    """Where the number stood at a moment, by what was recorded until then: as the ledger derives
    it, of grants and refusals the later counts, and only without them a question or a lapse."""
    known = [
        row
        for row in records
        if row.advertiser_id == advertiser_id
        and row.purpose in (purpose, Purpose.ALL)
        and row.recorded_at <= at
    ]
    answered = [row for row in known if row.action in _ANSWERS]
    found = max(answered or known, key=lambda row: (row.given_at, row.pk), default=None)
    if found is None:
        return ConsentThen(at, purpose, "none", None)
    is_over = found.expires_at is not None and found.expires_at <= at
    is_lapsed = is_over and found.action == ConsentAction.GRANTED
    return ConsentThen(
        at, purpose, ConsentAction.LAPSED.value if is_lapsed else found.action, found.pk
    )


def replies_of(account_id: int, msisdn: str, *, with_texts: bool) -> list[ReplyFacts]:
    """What came from the number, newest first, and what it did in this account."""
    rows = list(
        InboundMessage.objects.filter(account_id=account_id, msisdn=msisdn).order_by("-id")[
            :MOST_RECORDS
        ]
    )
    ids = [row.pk for row in rows]
    deeds: dict[Any, list[str]] = {}
    outcomes = ReplyOutcome.objects.filter(message_id__in=ids, account_id=account_id)
    for outcome in outcomes.select_related("advertiser"):
        text = f"{outcome.get_deed_display()} · {outcome.advertiser}"
        deeds.setdefault(outcome.message_id, []).append(text)
    reviews = {
        review.message_id: review.get_state_display()
        for review in RefusalReview.objects.filter(message_id__in=ids, account_id=account_id)
    }
    return [
        ReplyFacts(
            received_at=row.received_at,
            to=row.destination,
            text=row.text if with_texts else "",
            keyword=row.keyword,
            understood_as=row.action,
            deeds=tuple(deeds.get(row.pk, ())),
            review=str(reviews.get(row.pk, "")),
        )
        for row in rows
    ]


def _event(row: ConsentRecord) -> ConsentEvent:
    return ConsentEvent(
        record=row.pk,
        advertiser=str(row.advertiser),
        purpose=row.purpose,
        action=row.action,
        method=row.method,
        source=row.source,
        content=row.content,
        form=row.form,
        frequency=row.frequency,
        text_version=row.text_version,
        evidence=row.evidence if isinstance(row.evidence, dict) else {},
        document=file_of(row.document),
        given_at=row.given_at,
        recorded_at=row.recorded_at,
        expires_at=row.expires_at,
        recorded_by=person_name(row.actor),
        digest=bytes(row.digest).hex(),
    )


def _refusal(row: Suppression, at: datetime) -> Refusal:
    return Refusal(
        number=row.pk,
        advertiser=str(row.advertiser) if row.advertiser else "",
        purpose=row.purpose,
        cause=row.cause,
        source=row.source,
        reason=row.reason,
        since=row.created_at,
        until=row.expires_at,
        lifted_at=row.lifted_at,
        lifted_reason=row.lifted_reason,
        was_in_force=stood(row, at),
    )


def stood(row: Suppression, at: datetime) -> bool:
    """Whether the refusal was in force at a moment."""
    return (
        row.created_at <= at
        and (row.lifted_at is None or row.lifted_at > at)
        and (row.expires_at is None or row.expires_at > at)
    )


def file_of(document: Document | None) -> File | None:
    """What a pack says of a file."""
    if document is None:
        return None
    return File(
        name=document.name,
        media_type=document.media_type,
        size=document.size,
        sha256=document.checksum,
        uploaded_at=document.uploaded_at,
    )


def person_name(user: Any) -> str:
    """A person's full name, or the user name; "" for the system."""
    return (user.get_full_name() or user.get_username()) if user is not None else ""
