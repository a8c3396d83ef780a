"""The contents of a proof pack: schema `signalbox.proof/1` (docs/compliance.md, "Evidence").

Field names are the schema's; a change that a reader could stumble over gets a new number. Pure.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

SCHEMA = "signalbox.proof/1"


@dataclass(frozen=True, slots=True)
class Party:
    """Who asked for the pack: a person, or an API key by its first characters."""

    name: str
    username: str
    api_key: str


@dataclass(frozen=True, slots=True)
class File:
    """A document of evidence, named by its checksum."""

    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Paper:
    """A sender's certificate, registration or program as it stood at the time."""

    kind: str
    about: str
    reference: str
    state: str
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """The sender as it stood at the time."""

    address: str
    kind: str
    country: str
    status: str
    lease_start: date | None
    lease_end: date | None
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class AdvertiserFacts:
    """On whose behalf, for which account."""

    account: str
    name: str
    legal_name: str
    registration_number: str
    country: str


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One record of the consent ledger, with its digests."""

    record: int
    advertiser: str
    purpose: str
    action: str
    method: str
    source: str
    content: str
    form: str
    frequency: str
    text_version: str
    evidence: Mapping[str, Any]
    document: File | None
    given_at: datetime
    recorded_at: datetime
    expires_at: datetime | None
    recorded_by: str
    digest: str


@dataclass(frozen=True, slots=True)
class ConsentThen:
    """Where the number stood with the advertiser for a purpose at a moment: granted, revoked,
    requested, lapsed or none; `record` is the one that says so."""

    at: datetime
    purpose: str
    state: str
    record: int | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A suppression; `was_in_force` at the moment of the decision."""

    number: int
    advertiser: str
    purpose: str
    cause: str
    source: str
    reason: str
    since: datetime
    until: datetime | None
    lifted_at: datetime | None
    lifted_reason: str
    was_in_force: bool


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """The version whose text was sent, and who let it pass."""

    name: str
    version: int
    status: str
    text: str
    author: str
    submitted_at: datetime | None
    reviewer: str
    reviewed_at: datetime | None
    comment: str
    registrations: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule: what it asks, and what came of it.

    `result`: passed, failed, warned, left_out (an exception), not_applicable (to this class or
    kind of message), or not_recorded (no decision is stored).
    """

    rule: str
    result: str
    severity: str
    asks: str
    found: str
    fix: str
    citation: str
    source: str
    source_url: str
    confidence: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class RulesThen:
    """The rules that decided: which version, on which day, and each of them."""

    version: str
    checksum: str
    day: date
    in_force_since: date | None
    approved_by: str
    results: tuple[RuleResult, ...]


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """One segment on the air with its receipt; carrier and its id are for operators only."""

    number: int
    total: int
    status: str
    sent_at: datetime
    done_at: datetime | None
    receipt_error: str
    carrier: str
    smsc_message_id: str


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An entry of the account's event log, and how often it was posted to the webhook."""

    sequence: int
    type: str
    at: datetime
    webhook: str
    webhook_attempts: int


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """A reply from the number and what it did."""

    received_at: datetime
    to: str
    text: str
    keyword: str
    understood_as: str
    deeds: tuple[str, ...]
    review: str


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """The do-not-call list in force at the time; `lists_number` where that is known."""

    register: str
    list: str
    as_of: datetime | None
    sha256: str
    lists_number: bool | None


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """An entry of the audit log about what is in the pack."""

    entry: int
    at: datetime
    sentence: str
    action: str
    link: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """A link of a chained book that binds records of the pack; `is_whole`: its digests were
    computed anew from the records and are those that were written."""

    book: str
    number: int
    digest: str
    previous: str
    records: int
    made_at: datetime
    is_whole: bool
    problem: str


@dataclass(frozen=True, slots=True)
class SignedDigest:
    """The signed daily digest (Ed25519) after the links: what an outsider may have kept."""

    day: date
    body: str
    signature: str
    public_key: str


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """The message itself; its text "" where that was erased."""

    id: str
    to: str
    message_class: str
    origin: str
    status: str
    reason: str
    text: str
    text_sha256: str
    encoding: str
    segments: int
    network: str
    client_reference: str
    campaign: int | None
    accepted_at: datetime
    send_at: datetime | None
    not_after: datetime | None
    sent_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageEvidence:
    """One message and what decided about it."""

    message: MessageFacts
    advertiser: AdvertiserFacts
    sender: SenderFacts | None
    template: TemplateFacts | None
    consent: ConsentThen
    rules: RulesThen | None
    route: tuple[str, ...]
    segments: tuple[SegmentFacts, ...]
    events: tuple[EventFacts, ...]
    register: RegisterFacts | None
    story: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message of a number's pack, in short."""

    id: str
    advertiser: str
    message_class: str
    status: str
    reason: str
    sender: str
    template: str
    rules: str
    failed_rules: tuple[str, ...]
    accepted_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonEvidence:
    """What is kept about a number: consent, refusals and replies."""

    number: str
    consent: tuple[ConsentEvent, ...]
    refusals: tuple[Refusal, ...]
    replies: tuple[ReplyFacts, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which messages of a number are in the pack, and how many there would be."""

    first: datetime | None
    last: datetime | None
    limit: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof pack; either `message` or `messages` with their `bounds`."""

    schema: str
    subject: str
    made_at: datetime
    made_for: Party
    language: str
    message: MessageEvidence | None
    messages: tuple[MessageLine, ...]
    bounds: Bounds | None
    person: PersonEvidence
    audit: tuple[AuditFacts, ...]
    links: tuple[LinkFacts, ...]
    digests: tuple[SignedDigest, ...]
    retention: tuple[str, ...]
    story: tuple[str, ...]


def as_json(proof: Proof) -> str:
    """The pack as canonical JSON: names sorted, no spaces, UTF-8, times in UTC."""
    return json.dumps(plain(proof), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def checksum(text: str) -> str:
    """SHA-256 of the JSON's bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """JSON values of a pack or of a part of it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
