"""The facts of a pack as headings, paragraphs and tables, in the reader's language."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from compliance.constants import (
    Chain,
    ConsentAction,
    ConsentMethod,
    MessageClass,
    Purpose,
    SuppressionCause,
    SuppressionSource,
)
from messaging.constants import MessageStatus, Origin, reason_label
from messaging.selectors.proofs.model import (
    ConsentEvent,
    MessageEvidence,
    Paper,
    Proof,
    RuleResult,
)
from messaging.services.proofs.stories import day, stamp
from routing.constants import SenderKind

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; widths are shares of the page."""

    title: str
    heads: Row
    rows: tuple[Row, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter: paragraphs, then names with their values, then tables."""

    title: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()


def sections_of(proof: Proof) -> list[Section]:
    """Every chapter behind the first page."""
    evidence = proof.message
    found = _of_message(evidence) if evidence is not None else [_messages(proof)]
    return [*found, _consents(proof), _refusals(proof), _replies(proof), *_books(proof)]


def _of_message(evidence: MessageEvidence) -> list[Section]:
    return [
        _message(evidence),
        _sender(evidence),
        _template(evidence),
        _rules(evidence),
        _way(evidence),
    ]


def _facts(*pairs: tuple[str, object]) -> tuple[Row, ...]:
    return tuple((name, str(value)) for name, value in pairs if value not in (None, ""))


def _message(evidence: MessageEvidence) -> Section:
    one = evidence.message
    return Section(
        _("The message"),
        facts=_facts(
            (_("Id"), one.id),
            (_("To"), one.to),
            (_("Network"), one.network),
            (_("Class"), MessageClass(one.message_class).label),
            (_("Came by"), Origin(one.origin).label),
            (_("Your reference"), one.client_reference),
            (_("Campaign"), one.campaign),
            (_("Status"), MessageStatus(one.status).label),
            (_("Reason"), reason_label(one.reason)),
            (_("Text"), one.text or _("removed")),
            (_("SHA-256 of the text"), one.text_sha256),
            (_("Segments"), f"{one.segments} ({one.encoding})"),
            (_("Accepted"), stamp(one.accepted_at)),
            (_("Send at"), stamp(one.send_at) if one.send_at else ""),
            (_("Deadline"), stamp(one.not_after) if one.not_after else ""),
            (_("Sent"), stamp(one.sent_at)),
            (_("Finished"), stamp(one.finished_at)),
        ),
    )


def _sender(evidence: MessageEvidence) -> Section:
    who, sender = evidence.advertiser, evidence.sender
    facts = _facts(
        (_("Account"), who.account),
        (_("Advertiser"), who.name),
        (_("Legal name"), who.legal_name),
        (_("Registration number"), who.registration_number),
        (
            _("Sender"),
            f"{sender.address} ({sender.country}, {SenderKind(sender.kind).label})"
            if sender
            else "",
        ),
        (_("Its lease"), f"{day(sender.lease_start)} – {day(sender.lease_end)}" if sender else ""),
    )
    papers = sender.papers if sender else ()
    paragraphs = (
        () if papers else (_("No certificate or registration of the sender is on record."),)
    )
    return Section(
        _("Advertiser and sender, as they stood then"), paragraphs, facts, _papers(papers)
    )


def _papers(papers: Sequence[Paper]) -> tuple[Table, ...]:
    if not papers:
        return ()
    rows = tuple(
        (
            one.kind,
            one.about,
            one.reference or "–",
            one.state,
            f"{day(one.valid_from)} – {day(one.valid_until)}",
        )
        for one in papers
    )
    heads = (_("Paper"), _("With"), _("Reference"), _("State"), _("Valid"))
    return (Table("", heads, rows, (16, 24, 20, 14, 26)),)


def _template(evidence: MessageEvidence) -> Section:
    one = evidence.template
    if one is None:
        return Section(_("Template and approval"), (_("The text comes from no template."),))
    facts = _facts(
        (_("Template"), f"{one.name} · {one.version}"),
        (_("Its text"), one.text),
        (_("Author"), one.author),
        (_("Handed in"), stamp(one.submitted_at)),
        (_("Approved by"), one.reviewer),
        (_("Approved on"), stamp(one.reviewed_at)),
        (_("Comment"), one.comment),
    )
    return Section(_("Template and approval"), (), facts, _papers(one.registrations))


def _rules(evidence: MessageEvidence) -> Section:
    then = evidence.rules
    if then is None:
        return Section(_("Rules"), (_("No decision by a rule pack is stored for it."),))
    facts = _facts(
        (_("Rule pack"), then.version),
        (_("SHA-256"), then.checksum),
        (_("Day in that country"), day(then.day)),
        (_("In force since"), day(then.in_force_since) if then.in_force_since else ""),
        (_("Put in force by"), then.approved_by),
    )
    heads = (
        _("Rule"),
        _("Result"),
        _("What it asks"),
        _("What was found"),
        _("Where it is written"),
    )
    rows = tuple(
        (
            one.rule,
            result_words(one.result),
            one.asks or "–",
            " ".join(part for part in (one.found, one.fix) if part) or "–",
            _written(one),
        )
        for one in sorted(then.results, key=lambda one: _ORDER.index(one.result))
    )
    return Section(_("Rules"), (), facts, (Table("", heads, rows, (17, 13, 26, 19, 25)),))


_ORDER = ("failed", "warned", "left_out", "passed", "not_recorded", "not_applicable")


def result_words(result: str) -> str:
    """What came of a rule, in a word or two."""
    return {
        "failed": _("Not met"),
        "warned": _("Warned"),
        "left_out": _("Left out"),
        "passed": _("Met"),
        "not_recorded": _("Not recorded"),
        "not_applicable": _("Does not apply"),
    }[result]


def _written(one: RuleResult) -> str:
    parts = (one.citation, one.source if one.source != one.citation else "", one.confidence)
    return " · ".join(part for part in parts if part) or "–"


def _way(evidence: MessageEvidence) -> Section:
    tables: list[Table] = []
    if evidence.segments:
        has_carrier = any(one.carrier for one in evidence.segments)
        extra = (_("Carrier"), _("Carrier's id")) if has_carrier else ()
        rows = tuple(
            (
                f"{one.number}/{one.total}",
                stamp(one.sent_at),
                MessageStatus(one.status).label,
                stamp(one.done_at),
                one.receipt_error or "–",
                *((one.carrier, one.smsc_message_id) if has_carrier else ()),
            )
            for one in evidence.segments
        )
        heads = (_("Segment"), _("Sent"), _("Receipt"), _("Receipt at"), _("Error"), *extra)
        widths = (12, 24, 20, 24, 20) if not has_carrier else (10, 18, 14, 18, 10, 14, 16)
        tables.append(Table(_("Segments and receipts"), heads, tuple(map(_texts, rows)), widths))
    if evidence.events:
        rows = tuple(
            (
                str(one.sequence),
                one.type,
                stamp(one.at),
                one.webhook or "–",
                str(one.webhook_attempts),
            )
            for one in evidence.events
        )
        heads = (_("Number"), _("Event"), _("At"), _("Webhook"), _("Attempts"))
        tables.append(Table(_("Events"), heads, rows, (14, 30, 26, 16, 14)))
    paragraphs = () if tables else (_("It was never handed to a carrier."),)
    return Section(_("Way and receipts"), paragraphs, (), tuple(tables))


def _texts(row: Iterable[object]) -> Row:
    return tuple(str(cell) for cell in row)


def _messages(proof: Proof) -> Section:
    rows = tuple(
        (
            stamp(one.accepted_at),
            str(MessageClass(one.message_class).label),
            f"{one.advertiser} · {one.sender}",
            one.template or "–",
            _ending(one.status, one.reason),
            ", ".join(one.failed_rules) or "–",
            one.id,
        )
        for one in proof.messages
    )
    heads = (
        _("Accepted"),
        _("Class"),
        _("From"),
        _("Template"),
        _("Outcome"),
        _("Rules that spoke"),
        _("Id"),
    )
    tables = (Table("", heads, rows, (14, 11, 16, 15, 14, 14, 16)),) if rows else ()
    empty = () if rows else (_("No message to the number is kept for this period."),)
    return Section(_("Messages"), empty, (), tables)


def _ending(status: str, reason: str) -> str:
    words = str(MessageStatus(status).label)
    return f"{words}: {reason_label(reason)}" if reason else words


def _consents(proof: Proof) -> Section:
    rows = tuple(
        (
            f"{one.record}",
            stamp(one.given_at),
            f"{ConsentAction(one.action).label}: {Purpose(one.purpose).label} · {one.advertiser}",
            f"{ConsentMethod(one.method).label}"
            + (f" · {one.source}" if one.source else "")
            + (f" · {one.recorded_by}" if one.recorded_by else ""),
            _agreed(one),
            _evidence(one),
        )
        for one in proof.person.consent
    )
    heads = (_("Record"), _("Given"), _("What"), _("How"), _("What was agreed"), _("Evidence"))
    tables = (Table("", heads, rows, (9, 15, 20, 18, 18, 20)),) if rows else ()
    empty = () if rows else (_("The consent ledger has no record of the number."),)
    return Section(_("Consent"), empty, (), tables)


def _agreed(one: ConsentEvent) -> str:
    parts = (
        (_("Content"), one.content),
        (_("Form"), one.form),
        (_("Frequency"), one.frequency),
        (_("Text shown"), one.text_version),
        (_("Valid until"), stamp(one.expires_at) if one.expires_at else ""),
    )
    return "; ".join(f"{name}: {value}" for name, value in parts if value) or "–"


def _evidence(one: ConsentEvent) -> str:
    parts = []
    if one.document is not None:
        parts.append(f"{one.document.name} (SHA-256 {one.document.sha256})")
    if one.evidence:
        parts += [f"{name}: {_as_filled_in(value)}" for name, value in one.evidence.items()]
    return "; ".join(parts) or "–"


def _as_filled_in(value: Any) -> str:
    """What was filled in, as it stands there."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _refusals(proof: Proof) -> Section:
    rows = tuple(
        (
            stamp(one.since),
            f"{Purpose(one.purpose).label}" + (f" · {one.advertiser}" if one.advertiser else ""),
            f"{SuppressionCause(one.cause).label} ({SuppressionSource(one.source).label})",
            one.reason or "–",
            stamp(one.lifted_at) + (f" · {one.lifted_reason}" if one.lifted_reason else ""),
            _("yes") if one.was_in_force else _("no"),
        )
        for one in proof.person.refusals
    )
    heads = (_("Since"), _("Of what"), _("Why"), _("Note"), _("Lifted"), _("In force then"))
    tables = (Table("", heads, rows, (16, 20, 22, 18, 16, 8)),) if rows else ()
    empty = () if rows else (_("The number has never refused anything here."),)
    register = proof.message.register if proof.message else None
    facts: tuple[Row, ...] = ()
    if register is not None:
        listed = {True: _("yes"), False: _("no"), None: _("not known")}[register.lists_number]
        facts = _facts(
            (_("Do-not-call register"), f"{register.register}, {register.list}"),
            (_("As of"), stamp(register.as_of)),
            (_("SHA-256"), register.sha256),
            (_("The number is on it"), listed),
        )
    return Section(_("Refusals"), empty, facts, tables)


def _replies(proof: Proof) -> Section:
    rows = tuple(
        (
            stamp(one.received_at),
            one.to,
            one.text or "–",
            one.understood_as or "–",
            "; ".join([*one.deeds, *([one.review] if one.review else [])]) or "–",
        )
        for one in proof.person.replies
    )
    heads = (_("Received"), _("To"), _("Text"), _("Understood as"), _("What it did"))
    tables = (Table("", heads, rows, (18, 14, 30, 14, 24)),) if rows else ()
    return Section(_("Replies"), () if rows else (_("No reply came from the number."),), (), tables)


def _books(proof: Proof) -> list[Section]:
    entries = tuple(
        (str(one.entry), stamp(one.at), one.sentence, str(one.link or "–"), one.digest)
        for one in proof.audit
    )
    links = tuple(
        (
            str(Chain(one.book).label),
            str(one.number),
            stamp(one.made_at),
            str(one.records),
            one.problem or _("as it was written"),
            one.digest,
        )
        for one in proof.links
    )
    found = []
    if entries:
        heads = (_("Entry"), _("At"), _("What happened"), _("Link"), _("SHA-256"))
        found.append(
            Section(_("Audit log"), (), (), (Table("", heads, entries, (9, 18, 36, 8, 29)),))
        )
    titles = (_("Book"), _("Link"), _("Made"), _("Records"), _("Verified"), _("SHA-256"))
    chapters = (
        _(
            "Consent ledger and audit log are chained: each link holds the digest of its records and"
            " of the link before, so that nothing can be changed, taken out or put in unseen. The"
            " links below bind records of this pack and were computed anew when it was made."
        ),
        *(
            _("Signed digest of %(day)s (Ed25519, public key %(key)s): %(signature)s")
            % {"day": day(one.day), "key": one.public_key, "signature": one.signature}
            for one in proof.digests
        ),
    )
    if not proof.digests:
        chapters += (_("The signed digest of the day is made after midnight."),)
    tables = (Table("", titles, links, (9, 7, 18, 8, 26, 32)),) if links else ()
    found.append(Section(_("Proof of the records"), chapters, (), tables))
    if proof.retention:
        found.append(Section(_("What is not kept"), proof.retention))
    return found
