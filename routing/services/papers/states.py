"""The way of a paper: draft, submitted, approved or rejected, suspended, expired."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.models import User
from compliance.selectors.rules import rulebook
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from routing.constants import PAPER_TRANSITIONS, PaperState
from routing.models import SenderCertificate, SenderProgram, SenderRegistration
from routing.selectors.checklists import checklist
from routing.services.papers.records import AnyPaper, role_required, step_note
from routing.services.senders import sender_rule

# Those keep a paper who may change it; the rest decides what is sent.
KEEPERS_STATES = frozenset({PaperState.DRAFT, PaperState.SUBMITTED})
NEEDS_REASON = frozenset({PaperState.REJECTED, PaperState.SUSPENDED, PaperState.EXPIRED})
_REASON_ASKED = gettext_lazy("Say why: what is sent with it depends on it.")
_MODELS: tuple[type[AnyPaper], ...] = (SenderCertificate, SenderRegistration, SenderProgram)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the network or authority wrote when it approved; None and "" leave what is there."""

    reference: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


@transaction.atomic
def paper_move(
    *,
    paper: AnyPaper,
    state: str,
    actor: User | None,
    reason: str = "",
    grant: Grant | None = None,
) -> AnyPaper:
    """Moves a paper to a state; it counts, or counts no more, from the next second on.

    Raises NotAllowedError, ConflictError where the step is not possible, and InvalidError where
    a reason is needed, something required is missing or the last day is past.
    """
    row = type(paper)._default_manager.select_for_update(of=("self",)).get(pk=paper.pk)
    role_required(actor, "change" if state in KEEPERS_STATES else "decide", row)
    if state not in PAPER_TRANSITIONS[PaperState(row.state)]:
        raise ConflictError(
            "step_not_possible",
            _("It is “%(state)s”, which does not lead to “%(wanted)s”.")
            % {"state": row.get_state_display(), "wanted": PaperState(state).label},
        )
    if state in NEEDS_REASON and not reason.strip() and actor is not None:
        raise InvalidError("reason_required", str(_REASON_ASKED), field="reason")
    if grant is not None:
        row.reference = grant.reference.strip() or row.reference
        row.valid_from = grant.valid_from or row.valid_from
        row.valid_until = grant.valid_until or row.valid_until
    row.valid_until = row.valid_until or _last_day(row)
    row.state, row.state_since = state, clock.now()
    if state in (PaperState.SUBMITTED, PaperState.APPROVED):
        _ready(row, state)
    row.save()
    step_note(row, actor, state, reason)
    return row


def _last_day(row: AnyPaper) -> date | None:
    """Of a certificate that its country grants for so many years, from the day of issue."""
    if not isinstance(row, SenderCertificate) or row.valid_from is None:
        return None
    months = sender_rule(row.sender).certificate_months
    if months is None:
        return None
    first = row.valid_from - timedelta(days=1)
    month = first.month - 1 + months
    year, month = first.year + month // 12, month % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def _ready(row: AnyPaper, state: str) -> None:
    """Nothing required is missing, and what is approved is not over."""
    is_granted = state == PaperState.APPROVED
    lines = [line for line in checklist(row, is_granted=is_granted) if line.is_required]
    if lines:
        raise InvalidError(
            "paper_incomplete",
            _("It is not complete: %(missing)s")
            % {"missing": " ".join(line.text for line in lines)},
        )
    today = rulebook().rules_for(row.sender.country, clock.now()).on
    if is_granted and row.valid_until is not None and row.valid_until < today:
        raise InvalidError(
            "valid_until_past",
            _("The last day is past: give the new one."),
            field="valid_until",
        )


def papers_expire() -> dict[str, int]:
    """Notes of papers that their last day is over, by the day of their sender's country; what is
    sent stopped by itself. A task calls it every minute."""
    now = clock.now()
    return {str(model._meta.model_name): _expire(model, now) for model in _MODELS}


def _expire(model: type[AnyPaper], now: datetime) -> int:
    """Countries east of Greenwich are in the next day already."""
    ending = model._default_manager.filter(
        state__in=(PaperState.APPROVED, PaperState.SUSPENDED), valid_until__lte=now.date()
    )
    rows: list[AnyPaper] = list(ending.select_related("sender"))
    book = rulebook() if rows else None
    over = [
        row
        for row in rows
        if book and row.valid_until and row.valid_until < book.rules_for(row.sender.country, now).on
    ]
    for row in over:
        paper_move(paper=row, state=PaperState.EXPIRED, actor=None)
    return len(over)
