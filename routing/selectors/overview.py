"""Where senders stand with networks and registers, as pages and the API show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from compliance.findings import MESSAGES
from compliance.readable_findings import readable_values
from compliance.rule_packs.model import SenderParams
from compliance.rule_packs.packs import Rules
from compliance.selectors.rules import rulebook
from compliance.sender_gaps import (
    CERTIFICATE,
    PROGRAM,
    REGISTRATION,
    SenderGap,
    papers_demanded,
)
from config.common import clock
from routing.constants import PaperState
from routing.models import Network, Sender, SenderRegistration
from routing.selectors.ends import SOON
from routing.selectors.standings import standing_of, terms_of

REFUSED, REQUIRED, FREE = "refused", "required", "free"
_COLOURS = {
    "": "success",
    "soon": "warning",
    "none": "danger",
    "draft": "info",
    "submitted": "info",
    "rejected": "danger",
    "suspended": "danger",
    "expired": "danger",
    "not_yet": "warning",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A paper at a glance: what is wrong ("" nothing), its day, a colour and a word."""

    problem: str
    day: date | None
    is_needed: bool
    paper_id: int | None = None
    is_refused: bool = False

    @property
    def colour(self) -> str:
        """As labels take it; grey where it is not needed."""
        if self.is_refused:
            return "danger"
        if self.problem == "none" and not self.is_needed:
            return ""
        return _COLOURS[self.problem]

    @property
    def text(self) -> str:
        """One or two words."""
        if self.is_refused:
            return _("Not allowed")
        if self.problem == "none":
            return _("Missing") if self.is_needed else _("Not needed")
        if self.problem in ("", "soon"):
            return _("In order")
        if self.problem == "not_yet":
            return _("Not yet valid")
        return str(PaperState(self.problem).label)


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """One network with a cell for each class of the sender."""

    network: Network
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SenderOverview:
    """Everything of one sender at a glance; `certificate` and `program` None: neither needed nor
    there."""

    sender: Sender
    certificate: Cell | None
    program: Cell | None
    classes: tuple[str, ...]
    networks: tuple[NetworkRow, ...]
    missing: tuple[str, ...]


def demand_of(rules: Rules, message_class: str, kind: str) -> str:
    """What the rules of a country say of a kind of sender for a class."""
    found = FREE
    for rule in rules.recipient_rules.get(message_class, ()):
        if isinstance(rule.params, SenderParams):
            if kind not in rule.params.kinds:
                return REFUSED
            if kind in rule.params.registration_required:
                found = REQUIRED
    return found


def overviews(senders: Iterable[Sender]) -> list[SenderOverview]:
    """The senders at a glance; give them with `registrations__network`, `certificates` and
    `programs` prefetched. Two queries for all."""
    book, now = rulebook(), clock.now()
    networks: dict[str, list[Network]] = {}
    for network in Network.objects.order_by("name"):
        networks.setdefault(network.country, []).append(network)
    return [
        _overview(sender, book.rules_for(sender.country, now), networks.get(sender.country, []))
        for sender in senders
    ]


def _overview(sender: Sender, rules: Rules, networks: Sequence[Network]) -> SenderOverview:
    classes = tuple(sender.allowed_classes)
    demands = {name: demand_of(rules, name, sender.kind) for name in classes}
    needed = {name: papers_demanded(rules.recipient_rules[name], sender.kind) for name in classes}
    asked = {item for items in needed.values() for item in items}
    held = {(row.network_id, row.message_class): row for row in sender.registrations.all()}
    rows = tuple(
        NetworkRow(
            network,
            tuple(
                _cell_of(
                    held.get((network.pk, name)),
                    demands[name],
                    REGISTRATION in needed[name],
                    rules.on,
                )
                for name in classes
            ),
        )
        for network in networks
    )
    return SenderOverview(
        sender=sender,
        certificate=_single(sender.certificates.all(), CERTIFICATE in asked, rules.on),
        program=_single(sender.programs.all(), PROGRAM in asked, rules.on),
        classes=classes,
        networks=rows,
        missing=_missing(sender, needed, networks, rules.on),
    )


def _cell_of(row: SenderRegistration | None, demand: str, is_by_network: bool, on: date) -> Cell:
    is_needed = demand == REQUIRED and is_by_network
    if row is None:
        return Cell("none", None, is_needed, is_refused=demand == REFUSED)
    problem, day = terms_of(row).problem(on)
    return _near(problem, day or row.valid_until, is_needed, row.pk, on)


def _single(papers: Iterable[object], is_needed: bool, on: date) -> Cell | None:
    """The best of several: one that holds, longest, or the latest."""
    found = [
        _near(*_problem(paper, on), is_needed, paper.pk, on)  # type: ignore[attr-defined]
        for paper in papers
    ]
    if not found:
        return Cell("none", None, True) if is_needed else None
    found.sort(key=lambda cell: (cell.problem in ("", "soon"), cell.day or date.max, cell.paper_id))
    return found[-1]


def _problem(paper: object, on: date) -> tuple[str, date | None]:
    problem, day = terms_of(paper).problem(on)  # type: ignore[arg-type]
    return problem, day or paper.valid_until  # type: ignore[attr-defined]


def _near(problem: str, day: date | None, is_needed: bool, paper_id: int, on: date) -> Cell:
    if not problem and day is not None and day - on <= SOON:
        problem = "soon"
    return Cell(problem, day, is_needed, paper_id)


def _missing(
    sender: Sender, needed: dict[str, tuple[str, ...]], networks: Sequence[Network], on: date
) -> tuple[str, ...]:
    """Sentences about what stops messages, those of registrations by network and class."""
    standing = standing_of(sender)
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for name, items in needed.items():
        for network in networks if items else ():
            gaps = standing.gaps(
                items,
                network_id=network.pk,
                network_name=network.name,
                message_class=name,
                on=on,
            )
            for gap in gaps:
                found.setdefault((gap.code, _shared(gap)), []).append(network.name)
    ordered = sorted(found, key=lambda one: one[0].startswith(f"sender_{REGISTRATION}"))
    return tuple(
        _(MESSAGES[code])
        % readable_values((*values, ("network", ", ".join(dict.fromkeys(found[code, values])))))
        for code, values in ordered
    )


def _shared(gap: SenderGap) -> tuple[tuple[str, str], ...]:
    """What networks have in common, and classes too where the paper is not by class."""
    own = ("network",) if gap.item == REGISTRATION else ("network", "message_class")
    return tuple(pair for pair in gap.values if pair[0] not in own)
