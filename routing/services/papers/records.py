"""What every change of a paper does besides: ask the role, note the step, write the audit log."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import audit, clock
from config.common.errors import NotAllowedError
from routing.constants import PaperKind
from routing.models import SenderCertificate, SenderProgram, SenderRegistration, SenderStep
from routing.models.papers import Paper

AnyPaper = SenderCertificate | SenderRegistration | SenderProgram
_KINDS: Mapping[type[Paper], PaperKind] = {
    SenderCertificate: PaperKind.CERTIFICATE,
    SenderRegistration: PaperKind.REGISTRATION,
    SenderProgram: PaperKind.PROGRAM,
}


def kind_of(paper: Paper) -> PaperKind:
    """Which kind of paper it is."""
    return _KINDS[type(paper)]


def may(actor: User | None, action: str, paper: Model) -> bool:
    """Whether a role of the actor in the account allows it; the system may."""
    return actor is None or actor.has_perm(f"routing.{action}_{paper._meta.model_name}", paper)


def role_required(actor: User | None, action: str, paper: Model) -> None:
    """Raises NotAllowedError."""
    if not may(actor, action, paper):
        raise NotAllowedError(
            "role_missing",
            _("Your role in this account does not allow that: ask an administrator for the role."),
        )


def step_note(paper: AnyPaper, actor: User | None, action: str, reason: str = "") -> None:
    """One step of the paper's way, and one entry of the audit log (`action`: added, changed or
    the new state)."""
    kind = kind_of(paper)
    SenderStep.objects.create(
        sender_id=paper.sender_id,
        kind=kind,
        paper_id=paper.pk,
        state=paper.state,
        reason=reason.strip(),
        actor=actor,
        at=clock.now(),
    )
    audit.record(
        action=f"sender_{kind.value}.{action}",
        actor=actor,
        account_id=paper.sender.account_id,
        subject=f"sender_{kind.value}:{paper.pk}",
        detail=_detail(paper, reason),
    )


def _detail(paper: AnyPaper, reason: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sender": paper.sender.address,
        "state": paper.state,
        "reference": paper.reference,
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
        "reason": reason.strip(),
    }
    if isinstance(paper, SenderRegistration):
        found |= {"network": paper.network.code, "class": paper.message_class}
    return found
