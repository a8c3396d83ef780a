"""Papers of the demo's senders: certificates, registrations, programs, and what is missing."""

from datetime import date, timedelta

from compliance.models import User
from config.common import clock
from config.demo import world
from config.demo.sheets import sheet
from routing.constants import PaperState
from routing.models import Network, Sender, SenderCertificate, SenderProgram
from routing.services.papers import (
    Grant,
    document_attach,
    paper_move,
    paper_save,
    registrations_add,
)
from routing.services.papers.records import AnyPaper

_LONG = timedelta(days=600)


def papers_build(sender: Sender) -> None:
    """What a sender of the demo has on paper, kept by its officer and granted by the operator."""
    officer = User.objects.get(username=world.REVIEWERS[sender.account.slug])
    document_attach(
        sender=sender,
        name=f"lease-{sender.address}.pdf",
        content=sheet(f"Lease of {sender.address} (demo)"),
        actor=officer,
    )
    if sender.address in world.CERTIFICATES:
        _certificate(sender, officer, world.CERTIFICATES[sender.address])
    if sender.address in world.REGISTERED_CLASSES:
        _registrations(sender, officer, world.REGISTERED_CLASSES[sender.address])
    if (sender.country, sender.address) in world.PROGRAMS:
        _program(sender, officer)


def _certificate(sender: Sender, officer: User, spec: tuple[str, int, bool]) -> None:
    number, days_left, is_granted = spec
    last = clock.now().date() + timedelta(days=days_left)
    paper = SenderCertificate(sender=sender, authority="Cục A05, Bộ Công an", reference=number)
    if is_granted:
        paper.valid_until, paper.valid_from = last, last - timedelta(days=3 * 365)
    paper_save(paper=paper, actor=officer)
    _granted(paper, officer, is_granted=is_granted)


def _registrations(sender: Sender, officer: User, classes: tuple[str, ...]) -> None:
    is_draft = sender.address in world.UNREGISTERED
    networks = list(Network.objects.filter(country=sender.country))
    made = registrations_add(
        sender=sender,
        networks=networks[:2] if is_draft else networks,
        classes=classes,
        actor=officer,
        note="Phí duy trì tên định danh theo bảng giá của nhà mạng",
    )
    today = clock.now().date()
    for one in () if is_draft else made:
        ends_soon = (one.network.code, one.message_class) == world.ENDS_SOON
        grant = Grant(
            reference=f"TDD-{one.network.code.upper()}-2026",
            valid_from=today - timedelta(days=120),
            valid_until=today + (timedelta(days=12) if ends_soon else _LONG),
        )
        _granted(one, officer, grant=grant)


def _program(sender: Sender, officer: User) -> None:
    name, days_left = world.PROGRAMS[sender.country, sender.address]
    paper = SenderProgram(
        sender=sender,
        name=name,
        call_to_action=(
            "On the till and at harborcoffee.example/texts: “Text JOIN to"
            f" {sender.address} for Harbor Coffee offers. Up to 4 messages a month. Msg&data rates"
            " may apply. Reply HELP for help, STOP to cancel.”"
        ),
        opt_in_flow="A guest texts JOIN or ticks the box, and gets one confirmation.",
        terms_url="https://harborcoffee.example/terms",
        privacy_url="https://harborcoffee.example/privacy",
        help_text="Harbor Coffee: help at help@harborcoffee.example. Reply STOP to cancel.",
        stop_text="Harbor Coffee: you are unsubscribed and will receive no further messages.",
        frequency="Up to 4 messages a month",
        samples=[
            "Harbor Coffee: 20% off all beans until Sunday. Reply STOP to opt out",
            "Harbor Coffee: your table for two on Friday at 19:00 is booked.",
        ],
    )
    paper_save(paper=paper, actor=officer)
    today: date = clock.now().date()
    grant = Grant(
        reference=f"CSCA-{sender.pk:04d}",
        valid_from=today - timedelta(days=200),
        valid_until=today + timedelta(days=days_left),
    )
    _granted(paper, officer, grant=grant)


def _granted(
    paper: AnyPaper, officer: User, *, grant: Grant | None = None, is_granted: bool = True
) -> None:
    document_attach(
        sender=paper.sender,
        paper=paper,
        name=f"{paper.sender.address.lower()}.pdf",
        content=sheet(f"Registration of {paper.sender.address} (demo)"),
        actor=officer,
    )
    paper_move(paper=paper, state=PaperState.SUBMITTED, actor=officer)
    if is_granted:
        operator = User.objects.get(username="operator")
        paper_move(paper=paper, state=PaperState.APPROVED, actor=operator, grant=grant)
