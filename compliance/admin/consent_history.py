"""What is on record about one number, in sentences, newest first."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from compliance.book_words import moment
from compliance.models import ConsentRecord
from compliance.selectors.ledger import Fact, number_facts


def history_of(account_id: int, msisdn: str, advertiser_id: int) -> SafeString:
    """The number's records with one advertiser, each with its evidence and its link."""
    facts = [_told(fact) for fact in number_facts(account_id, msisdn, advertiser_id)]
    return SafeString(render_to_string("admin/compliance/ledger/facts.html", {"facts": facts}))


def _told(fact: Fact) -> dict[str, Any]:
    record = fact.record
    document = record.document
    colour, proof = _proof(fact)
    return {
        "id": record.pk,
        "title": _title(record),
        "lines": [line for line in _lines(record) if line],
        "document": _("File: %(name)s") % {"name": document.name} if document else "",
        "document_url": (
            reverse("admin:compliance_document_download", args=[document.pk]) if document else ""
        ),
        "url": reverse("admin:compliance_consentrecord_change", args=[record.pk]),
        "colour": colour,
        "proof": proof,
    }


def _title(record: ConsentRecord) -> str:
    return _("%(action)s: %(purpose)s, %(when)s, %(method)s") % {
        "action": record.get_action_display(),
        "purpose": record.get_purpose_display(),
        "when": moment(record.given_at),
        "method": record.get_method_display(),
    }


def _lines(record: ConsentRecord) -> list[str]:
    facets = [record.content, record.form, record.frequency]
    by = record.actor.get_username() if record.actor else _("the platform")
    return [
        record.get_cause_display(),
        _("Where: %(source)s") % {"source": record.source} if record.source else "",
        _("Agreed: %(facets)s") % {"facets": " · ".join(filter(None, facets))}
        if any(facets)
        else "",
        promise_text(record),
        _("Text shown: %(text)s") % {"text": record.text_version} if record.text_version else "",
        _("Valid until %(when)s") % {"when": moment(record.expires_at)}
        if record.expires_at
        else "",
        _("Evidence: %(evidence)s") % {"evidence": evidence_text(record)}
        if record.evidence
        else "",
        _("Recorded %(when)s by %(who)s") % {"when": moment(record.recorded_at), "who": by},
    ]


def promise_text(record: ConsentRecord) -> str:
    """The frequency as it is kept to; empty where none was promised."""
    if record.promised_limit is None or record.promised_hours is None:
        return ""
    days, rest = divmod(record.promised_hours, 24)
    span = (
        _("%(count)d hours") % {"count": record.promised_hours}
        if rest or days == 1
        else _("%(count)d days") % {"count": days}
    )
    return _("Kept to: at most %(limit)d in %(span)s") % {
        "limit": record.promised_limit,
        "span": span,
    }


def evidence_text(record: ConsentRecord) -> str:
    """What proves it, on one line."""
    return "; ".join(f"{key}: {_flat(value)}" for key, value in record.evidence.items())


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    return str(value)


def _proof(fact: Fact) -> tuple[str, str]:
    if not fact.is_whole:
        return "danger", _("changed after it was written")
    if fact.link is None:
        return "", _("in no link")
    if fact.is_verified:
        return "success", _("link %(number)d verified") % {"number": fact.link}
    return "info", _("link %(number)d, not verified yet") % {"number": fact.link}
