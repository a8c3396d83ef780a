"""Makes proof packs. Each of them is in the audit log, with the checksum of what was handed out."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compliance.constants import Chain, DataKind
from compliance.models import (
    Account,
    ApiKey,
    AuditEntry,
    ConsentRecord,
    RetentionMark,
    Suppression,
    User,
)
from compliance.selectors.audit import audit_lines, links_of
from compliance.services.residency import export_note
from config.common import audit, clock, redaction
from config.common.callers import caller
from config.common.errors import NotFoundError
from messaging.models import Message
from messaging.selectors.proofs.books import digests_after, links_binding
from messaging.selectors.proofs.messages import (
    decided_at,
    message_evidence,
    message_for_proof,
    message_line,
    messages_between,
)
from messaging.selectors.proofs.model import (
    SCHEMA,
    AuditFacts,
    Bounds,
    LinkFacts,
    Party,
    Proof,
    as_json,
    checksum,
)
from messaging.selectors.proofs.people import (
    consent_records,
    person_evidence,
    replies_of,
    suppressions,
)
from messaging.services.proofs import stories
from messaging.services.proofs.pdf import pdf_of

LARGEST_NUMBER = 1_000  # messages of a number's pack; a period leads to older ones
_MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who asks for a pack (a person, or an API key), in which form (json or pdf), and of what
    period of a number.
    `for_operator` adds carriers; nobody of an account is shown them."""

    account: Account
    actor: User | None
    form: str = "json"
    for_operator: bool = False
    api_key: ApiKey | None = None
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as a file, its name, and the checksum of its JSON."""

    proof: Proof
    name: str
    media_type: str
    content: bytes
    sha256: str


@transaction.atomic
def proof_of_message(*, wanted: Wanted, message_id: uuid.UUID) -> Pack:
    """Everything stored about one message. Raises NotFoundError, for another account's too."""
    message = message_for_proof(wanted.account.pk, message_id)
    if message is None:
        raise NotFoundError("message_not_found", _("There is no message with this id."))
    at = decided_at(message)
    records = consent_records(wanted.account.pk, message.msisdn)
    refusals = suppressions(wanted.account.pk, message.msisdn)
    replies = replies_of(wanted.account.pk, message.msisdn, with_texts=True)
    person = person_evidence(message.msisdn, records, refusals, replies, at)
    evidence = message_evidence(message, records, for_operator=wanted.for_operator)
    entries = _entries(wanted.account, _subjects(message, refusals))
    proof = _with_books(_empty(wanted, f"message:{message.pk}"), wanted, records, entries)
    proof = replace(
        proof,
        message=evidence,
        person=person,
        retention=_removed(wanted.account, {message.country}, message),
    )
    proof = replace(proof, story=stories.of_message(proof))
    return _packed(proof, wanted, f"message-{message.pk}", _("message %(id)s") % {"id": message.pk})


@transaction.atomic
def proof_of_number(*, wanted: Wanted, msisdn: str) -> Pack:
    """Everything stored about a number: its newest 1,000 messages, or those of the period."""
    rows = messages_between(
        wanted.account.pk, msisdn, wanted.first, wanted.last, LARGEST_NUMBER + 1
    )
    records = consent_records(wanted.account.pk, msisdn)
    refusals = suppressions(wanted.account.pk, msisdn)
    replies = replies_of(wanted.account.pk, msisdn, with_texts=True)
    entries = _entries(
        wanted.account, [f"number:{msisdn}", *(f"suppression:{row.pk}" for row in refusals)]
    )
    kept = rows[:LARGEST_NUMBER]
    proof = _with_books(_empty(wanted, f"number:+{msisdn}"), wanted, records, entries)
    proof = replace(
        proof,
        messages=tuple(message_line(row) for row in kept),
        bounds=Bounds(wanted.first, wanted.last, LARGEST_NUMBER, len(rows) > len(kept)),
        person=person_evidence(msisdn, records, refusals, replies, proof.made_at),
        retention=_removed(wanted.account, {row.country for row in kept}, None),
    )
    proof = replace(proof, story=stories.of_number(proof))
    what = _("number %(number)s") % {"number": redaction.msisdn(msisdn)}
    return _packed(proof, wanted, f"number-{msisdn}", what)


def _empty(wanted: Wanted, subject: str) -> Proof:
    here, actor = caller(), wanted.actor
    party = Party(
        name=(actor.get_full_name() or actor.get_username()) if actor else "",
        username=actor.get_username() if actor else "",
        api_key=here.api_key if here is not None else "",
    )
    nobody = person_evidence("", (), (), (), clock.now())
    return Proof(
        schema=SCHEMA,
        subject=subject,
        made_at=clock.now(),
        made_for=party,
        language=translation.get_language() or "en",
        message=None,
        messages=(),
        bounds=None,
        person=nobody,
        audit=(),
        links=(),
        digests=(),
        retention=(),
        story=(),
    )


def _with_books(
    proof: Proof,
    wanted: Wanted,
    records: Sequence[ConsentRecord],
    entries: Sequence[AuditEntry],
) -> Proof:
    """With the entries of the audit log, and the links that bind them and the records."""
    links: list[LinkFacts] = []
    books: tuple[tuple[str, Sequence[Any]], ...] = (
        (Chain.CONSENT, records),
        (Chain.AUDIT, entries),
    )
    for book, rows in books:
        pairs = [(row.pk, row.transaction) for row in rows]
        links += links_binding(wanted.account.pk, str(book), pairs)
    numbers = links_of(entries)
    audited = tuple(
        AuditFacts(
            entry=line.entry.pk,
            at=line.entry.at,
            sentence=line.sentence,
            action=line.entry.action,
            link=numbers.get(line.entry.pk),
            digest=bytes(line.entry.digest).hex(),
        )
        for line in audit_lines(entries)
    )
    digests = tuple(digests_after(wanted.account.pk, links))
    return replace(proof, audit=audited, links=tuple(links), digests=digests)


def _subjects(message: Message, refusals: Sequence[Suppression]) -> list[str]:
    subjects = [f"message:{message.pk}", *(f"suppression:{row.pk}" for row in refusals)]
    if message.template_version_id:
        subjects.append(f"template_version:{message.template_version_id}")
    if message.campaign_id:
        subjects.append(f"campaign:{message.campaign_id}")
    return subjects


def _entries(account: Account, subjects: Sequence[str]) -> list[AuditEntry]:
    """The newest entries about what is in the pack, oldest first."""
    rows = AuditEntry.objects.filter(account=account, subject__in=subjects)
    newest = rows.select_related("actor").order_by("-pk")[:_MOST_ENTRIES]
    return sorted(newest, key=lambda row: row.pk)


def _removed(account: Account, countries: set[str], message: Message | None) -> tuple[str, ...]:
    """What is not in the pack because it is not kept, and why."""
    notes = [
        _(
            "Receipts are kept as what they said (state, error code, times of each segment),"
            " not as the bytes they came in."
        )
    ]
    marks = RetentionMark.objects.filter(account=account, country__in=[*countries, ""])
    removed = _("%(kind)s up to %(day)s: removed, as the account's retention policy demands.")
    notes += [
        removed % {"kind": DataKind(mark.kind).label, "day": stories.day(mark.through)}
        for mark in marks.order_by("kind", "country")
    ]
    if message is not None and not message.text:
        notes.append(_("The text of the message was removed; what it was made from is kept."))
    return tuple(str(note) for note in notes)


_FORMS: dict[str, tuple[str, Callable[[Proof, str, str], bytes]]] = {
    "json": ("application/json", lambda _proof, text, _sha: text.encode()),
    "pdf": ("application/pdf", pdf_of),
}


def _packed(proof: Proof, wanted: Wanted, name: str, what: str) -> Pack:
    text = as_json(proof)
    sha256 = checksum(text)
    media_type, made = _FORMS[wanted.form]
    content = made(proof, text, sha256)
    export_note(
        account=wanted.account,
        what="proof",
        actor=wanted.actor,
        api_key=wanted.api_key,
        rows=max(1, len(proof.messages)),
    )
    audit.record(
        action="proof.created",
        actor=wanted.actor,
        account_id=wanted.account.pk,
        subject=proof.subject.replace("+", ""),
        detail={"what": what, "format": wanted.form, "sha256": sha256},
    )
    return Pack(proof, f"proof-{name}.{wanted.form}", media_type, content, sha256)
