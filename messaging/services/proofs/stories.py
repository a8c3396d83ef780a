"""What happened, in sentences for somebody who never saw the product: the pack's first page."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.constants import (
    ConsentAction,
    ConsentMethod,
    MessageClass,
    SuppressionCause,
    SuppressionSource,
)
from messaging.constants import OPEN, MessageStatus, Origin, reason_label
from messaging.selectors.proofs.model import (
    LinkFacts,
    MessageEvidence,
    PersonEvidence,
    Proof,
    Refusal,
    RulesThen,
    TemplateFacts,
)

_LEFT = frozenset(
    {
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.UNDELIVERED,
        MessageStatus.UNKNOWN,
    }
)


def moment(at: datetime | None) -> str:
    """A time in the reader's zone and language, to the second; a dash for none."""
    if at is None:
        return "–"
    local = localtime(at)
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S}"


def stamp(at: datetime | None) -> str:
    """A time in the reader's zone for a table; a dash for none."""
    return f"{localtime(at):%Y-%m-%d %H:%M:%S}" if at else "–"


def day(at: datetime | date | None) -> str:
    """A day in the reader's zone and language; a dash for none."""
    if isinstance(at, datetime):
        at = localtime(at)
    return date_format(at, "DATE_FORMAT") if at else "–"


def of_message(proof: Proof) -> tuple[str, ...]:
    """From the order to the outcome, and whether the records prove themselves."""
    evidence = proof.message
    if evidence is None:
        return ()
    told = [
        _accepted(evidence),
        _consent(evidence, proof.person),
        _refused(proof.person.refusals),
        _text(evidence.template),
        *_rules(evidence.rules),
        *_outcome(evidence),
        *_afterwards(evidence, proof.person),
        _books(proof.links),
    ]
    return tuple(sentence for sentence in told if sentence)


def of_decision(evidence: MessageEvidence, *, with_consent: bool = True) -> tuple[str, ...]:
    """Why a message was, or was not, sent: without what only a pack tells about the person."""
    told = [
        _accepted(evidence),
        _standing(evidence) if with_consent else "",
        _text(evidence.template),
        *_rules(evidence.rules),
        *_outcome(evidence),
    ]
    return tuple(sentence for sentence in told if sentence)


def of_number(proof: Proof) -> tuple[str, ...]:
    """What there is about a number."""
    count = len(proof.messages)
    told = [
        ngettext(
            "%(count)d message to %(number)s is in this pack.",
            "%(count)d messages to %(number)s are in this pack.",
            count,
        )
        % {"count": count, "number": proof.person.number},
        _cut(proof),
        _counts(proof),
        ngettext(
            "The consent ledger has %(count)d record of the number.",
            "The consent ledger has %(count)d records of the number.",
            len(proof.person.consent),
        )
        % {"count": len(proof.person.consent)},
        _last_consent(proof.person),
        _refused(proof.person.refusals),
        ngettext(
            "%(count)d reply came from the number.",
            "%(count)d replies came from the number.",
            len(proof.person.replies),
        )
        % {"count": len(proof.person.replies)},
        _books(proof.links),
    ]
    return tuple(sentence for sentence in told if sentence)


def _cut(proof: Proof) -> str:
    bounds = proof.bounds
    if bounds is None or not bounds.is_cut:
        return ""
    return _(
        "There are more: a pack holds the newest %(limit)d. Ask for a period to see older ones."
    ) % {"limit": bounds.limit}


def _counts(proof: Proof) -> str:
    counts: dict[str, int] = {}
    for line in proof.messages:
        counts[line.status] = counts.get(line.status, 0) + 1
    if not counts:
        return ""
    shown = ", ".join(f"{MessageStatus(name).label}: {n}" for name, n in sorted(counts.items()))
    return _("What became of them: %(counts)s.") % {"counts": shown}


def _last_consent(person: PersonEvidence) -> str:
    if not person.consent:
        return ""
    last = person.consent[-1]
    return _("The last says: %(action)s on %(day)s, by %(method)s (%(advertiser)s).") % {
        "action": ConsentAction(last.action).label,
        "day": moment(last.given_at),
        "method": ConsentMethod(last.method).label,
        "advertiser": last.advertiser,
    }


def _accepted(evidence: MessageEvidence) -> str:
    message = evidence.message
    return _(
        "On %(day)s, %(who)s had a message to %(number)s accepted (%(class)s, by %(origin)s,"
        " from the sender “%(sender)s”)."
    ) % {
        "day": moment(message.accepted_at),
        "who": evidence.advertiser.legal_name or evidence.advertiser.name,
        "number": message.to,
        "class": MessageClass(message.message_class).label,
        "origin": Origin(message.origin).label,
        "sender": evidence.sender.address if evidence.sender else "–",
    }


def _consent(evidence: MessageEvidence, person: PersonEvidence) -> str:
    then = evidence.consent
    record = next((one for one in person.consent if one.record == then.record), None)
    if record is None:
        return _unknown(evidence)
    values = {
        "action": ConsentAction(then.state).label,
        "day": moment(record.given_at),
        "method": ConsentMethod(record.method).label,
        "record": record.record,
    }
    if record.document is not None:
        values["document"] = record.document.name
        return (
            _(
                "When that was decided, the consent of the number was: %(action)s (%(day)s, by"
                " %(method)s; record %(record)d of the ledger, with the document “%(document)s”)."
            )
            % values
        )
    return (
        _(
            "When that was decided, the consent of the number was: %(action)s (%(day)s, by"
            " %(method)s; record %(record)d of the ledger)."
        )
        % values
    )


def _unknown(evidence: MessageEvidence) -> str:
    """Nobody agrees to one-time codes: silence about consent says something of advertising only."""
    if evidence.message.message_class != MessageClass.MARKETING:
        return ""
    return _("When that was decided, no consent of the number was on record.")


def _standing(evidence: MessageEvidence) -> str:
    then = evidence.consent
    if then.record is None:
        return _unknown(evidence)
    return _("When that was decided, the consent of the number was: %(action)s.") % {
        "action": ConsentAction(then.state).label
    }


def _refused(refusals: Sequence[Refusal]) -> str:
    standing = [one for one in refusals if one.was_in_force]
    if standing:
        return _("A refusal was in force: %(what)s.") % {
            "what": "; ".join(
                f"{SuppressionCause(one.cause).label}, {SuppressionSource(one.source).label},"
                f" {moment(one.since)}"
                for one in standing
            )
        }
    if refusals:
        return _("No refusal of the number was in force then; others are listed below.")
    return _("The number has never refused anything here.")


def _text(template: TemplateFacts | None) -> str:
    if template is None:
        return _("Its text was written freely; no template was used.")
    if not template.reviewer:
        return _("Its text is version %(version)d of the template “%(name)s”.") % {
            "version": template.version,
            "name": template.name,
        }
    return _(
        "Its text is version %(version)d of the template “%(name)s”, written by %(author)s and"
        " approved by %(reviewer)s on %(day)s."
    ) % {
        "version": template.version,
        "name": template.name,
        "author": template.author or "–",
        "reviewer": template.reviewer,
        "day": moment(template.reviewed_at),
    }


def _rules(rules: RulesThen | None) -> list[str]:
    if rules is None:
        return [_("No decision by a rule pack is stored for it.")]
    passed = sum(one.result == "passed" for one in rules.results)
    told = [
        ngettext(
            "It was decided by the rule pack %(version)s: %(count)d rule was met.",
            "It was decided by the rule pack %(version)s: %(count)d rules were met.",
            passed,
        )
        % {"version": rules.version, "count": passed}
    ]
    verbs = {
        "failed": _("Not met: %(rule)s (%(citation)s). %(found)s"),
        "warned": _("Warned about: %(rule)s (%(citation)s). %(found)s"),
        "left_out": _("Left out by an exception: %(rule)s (%(citation)s). %(found)s"),
    }
    told += [
        verbs[one.result]
        % {
            "rule": one.asks or one.rule,
            "citation": one.citation or one.rule,
            "found": one.found,
        }
        for one in rules.results
        if one.result in verbs
    ]
    return [sentence.strip() for sentence in told]


def _outcome(evidence: MessageEvidence) -> list[str]:
    message = evidence.message
    status = MessageStatus(message.status)
    reason = reason_label(message.reason)
    if status not in _LEFT:
        if status in OPEN:
            return [_("It has not been sent yet: %(status)s.") % {"status": status.label}]
        values = {"day": moment(message.finished_at), "status": status.label, "reason": reason}
        if not reason:
            return [_("It was not sent. It ended on %(day)s as: %(status)s.") % values]
        return [_("It was not sent. It ended on %(day)s as: %(status)s (%(reason)s).") % values]
    told = [
        ngettext(
            "It was handed to a carrier on %(day)s, in %(count)d segment.",
            "It was handed to a carrier on %(day)s, in %(count)d segments.",
            message.segments,
        )
        % {"day": moment(message.sent_at), "count": message.segments}
    ]
    if message.finished_at is not None:
        told.append(
            _("The outcome on %(day)s: %(status)s%(reason)s.")
            % {
                "day": moment(message.finished_at),
                "status": status.label,
                "reason": f" ({reason})" if reason else "",
            }
        )
    return told


def _afterwards(evidence: MessageEvidence, person: PersonEvidence) -> list[str]:
    """Refusals that came after it left: a complaint is often about the order of the two."""
    left = evidence.message.sent_at
    if left is None:
        return []
    return [
        _("The number refused on %(day)s, after the message had left.") % {"day": moment(one.since)}
        for one in person.refusals
        if one.since > left
    ][:1]


def _books(links: Sequence[LinkFacts]) -> str:
    if not links:
        return _("No record of a chained book is in this pack.")
    broken = [link for link in links if not link.is_whole]
    if broken:
        return _(
            "The records do not prove themselves: link %(number)d of %(book)s. %(problem)s"
        ) % {
            "number": broken[0].number,
            "book": broken[0].book,
            "problem": broken[0].problem,
        }
    return ngettext(
        "The records are bound by %(count)d link of the chained books; it was computed anew and"
        " is as it was written.",
        "The records are bound by %(count)d links of the chained books; all were computed anew and"
        " are as they were written.",
        len(links),
    ) % {"count": len(links)}
