"""What is missing before a paper is handed in, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext

from compliance.selectors.rules import rulebook
from compliance.sender_gaps import CERTIFICATE, papers_demanded
from config.common import clock
from routing.checklists import (
    LINES,
    Line,
    ProgramTexts,
    certificate_lines,
    program_lines,
    registration_lines,
)
from routing.constants import PaperKind
from routing.models import (
    SenderCertificate,
    SenderDocument,
    SenderProgram,
    SenderRegistration,
)
from routing.selectors.standings import terms_of
from routing.sender_rules import sender_rules
from routing.standing import problem_of


@dataclass(frozen=True, slots=True)
class ReadableLine:
    """One thing that is missing; handing in waits for the required ones."""

    code: str
    text: str
    is_required: bool


def checklist(
    paper: SenderCertificate | SenderRegistration | SenderProgram, *, is_granted: bool = False
) -> list[ReadableLine]:
    """What is missing for handing in, or `is_granted`: for counting; the required first."""
    if isinstance(paper, SenderCertificate):
        lines = _of_certificate(paper, is_granted)
    elif isinstance(paper, SenderRegistration):
        lines = _of_registration(paper)
    else:
        lines = _of_program(paper)
    lines.sort(key=lambda line: not line.is_required)
    return [
        ReadableLine(line.code, gettext(LINES[line.code]) % dict(line.values), line.is_required)
        for line in lines
    ]


def _files(kind: PaperKind, paper_id: int) -> int:
    return SenderDocument.objects.filter(kind=kind, paper_id=paper_id).count()


def _of_certificate(paper: SenderCertificate, is_granted: bool) -> list[Line]:
    return certificate_lines(
        is_granted=is_granted,
        reference=paper.reference,
        authority=paper.authority,
        valid_from=paper.valid_from,
        valid_until=paper.valid_until,
        files=_files(PaperKind.CERTIFICATE, paper.pk),
    )


def _of_registration(paper: SenderRegistration) -> list[Line]:
    sender = paper.sender
    rules = rulebook().rules_for(sender.country, clock.now())
    needed = papers_demanded(rules.recipient_rules[paper.message_class], sender.kind)
    papers = tuple(terms_of(one) for one in sender.certificates.all())
    problem, _day = problem_of(papers, rules.on)
    return registration_lines(
        lacks_certificate=CERTIFICATE in needed and bool(problem),
        is_class_allowed=paper.message_class in sender.allowed_classes,
        files=_files(PaperKind.REGISTRATION, paper.pk),
    )


def _of_program(paper: SenderProgram) -> list[Line]:
    texts = ProgramTexts(
        call_to_action=paper.call_to_action,
        opt_in_flow=paper.opt_in_flow,
        terms_url=paper.terms_url,
        privacy_url=paper.privacy_url,
        help_text=paper.help_text,
        stop_text=paper.stop_text,
        frequency=paper.frequency,
        samples=tuple(paper.samples),
    )
    rule = sender_rules().program_of(paper.sender.country)
    return program_lines(rule, texts, paper.sender.advertiser.names)
