"""A sender and its papers as they stood at a moment, from their history."""

from datetime import datetime
from typing import Any

from messaging.models import TemplateRegistration, TemplateVersion
from messaging.selectors.proofs.model import Paper, SenderFacts, TemplateFacts
from messaging.selectors.proofs.people import person_name
from routing.models import Sender, SenderCertificate, SenderProgram, SenderRegistration


def sender_then(
    sender: Sender | None, at: datetime, *, message_class: str, network_id: int | None
) -> SenderFacts | None:
    """The sender then, with its certificates and programs, and the registrations for the class
    on the number's network (on every network where that is not known)."""
    if sender is None:
        return None
    stood: Any = Sender.history.as_of(at).filter(pk=sender.pk).first() or sender
    registrations = SenderRegistration.history.as_of(at).filter(
        sender_id=sender.pk, message_class=message_class
    )
    if network_id is not None:
        registrations = registrations.filter(network_id=network_id)
    papers = [
        *(
            _paper(row, "certificate", row.authority)
            for row in _papers(SenderCertificate, sender, at)
        ),
        *(_paper(row, "registration", str(row.network)) for row in registrations),
        *(_paper(row, "program", row.name) for row in _papers(SenderProgram, sender, at)),
    ]
    return SenderFacts(
        address=stood.address,
        kind=stood.kind,
        country=stood.country,
        status=stood.status,
        lease_start=stood.lease_start,
        lease_end=stood.lease_end,
        papers=tuple(papers),
    )


def _papers(model: Any, sender: Sender, at: datetime) -> Any:
    return model.history.as_of(at).filter(sender_id=sender.pk)


def _paper(row: Any, kind: str, about: str) -> Paper:
    return Paper(kind, about, row.reference, row.state, row.valid_from, row.valid_until)


def template_then(version: TemplateVersion | None, at: datetime) -> TemplateFacts | None:
    """The version, which never changes once it was handed in, and who let it pass; with its
    registrations as they stood then."""
    if version is None:
        return None
    rows = TemplateRegistration.history.as_of(at).filter(version_id=version.pk)
    return TemplateFacts(
        name=version.template.name,
        version=version.number,
        status=version.status,
        text=version.body,
        author=person_name(version.author),
        submitted_at=version.submitted_at,
        reviewer=person_name(version.reviewer),
        reviewed_at=version.reviewed_at,
        comment=version.comment,
        registrations=tuple(
            Paper("template", str(row.network), row.reference, row.state, None, row.expires_on)
            for row in rows
        ),
    )
