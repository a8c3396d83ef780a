"""What of senders ends soon, or is over: leases, certificates, registrations, programs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, Model, OuterRef, QuerySet, Value
from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from routing.constants import PaperKind, PaperState, SenderStatus
from routing.models import Sender, SenderCertificate, SenderProgram, SenderRegistration

SOON = timedelta(days=60)
_OVER_SHOWN = timedelta(days=30)
_PAPERS = (
    (PaperKind.CERTIFICATE, SenderCertificate),
    (PaperKind.REGISTRATION, SenderRegistration),
    (PaperKind.PROGRAM, SenderProgram),
)
_NOTHING = Value("", output_field=CharField())


@dataclass(frozen=True, slots=True)
class EndingSender:
    """Whose end it is."""

    pk: int
    address: str
    country: str
    account_id: int
    account_name: str


@dataclass(frozen=True, slots=True)
class Ending:
    """One thing with its last day; `days_left` is 0 on that day and negative afterwards.
    `paper_id` is None for a lease; network and class are those of a registration."""

    sender: EndingSender
    kind: PaperKind
    paper_id: int | None
    ends_on: date
    days_left: int
    network_code: str = ""
    network_name: str = ""
    message_class: str = ""

    @property
    def words(self) -> str:
        """What it is, in the reader's language."""
        if self.kind == PaperKind.REGISTRATION:
            return _("Registration with %(network)s for %(class)s") % {
                "network": self.network_name,
                "class": MessageClass(self.message_class).label,
            }
        return str(self.kind.label)


def endings(
    today: date, *, account_ids: Collection[int] | None = None, within: timedelta = SOON
) -> list[Ending]:
    """What ends within a time or ended in the last 30 days, the first to end first; None: of
    every account. A certificate that a later one has replaced is left out. One query."""
    since, until = today - _OVER_SHOWN, today + within
    rows = _leases(since, until, account_ids).union(
        *(_papers(kind, model, since, until, account_ids) for kind, model in _PAPERS), all=True
    )
    return sorted(
        (_ending(row, today) for row in rows),
        key=lambda one: (one.ends_on, one.sender.address, one.kind, one.words),
    )


def papers_waiting(account_ids: Collection[int] | None) -> int:
    """How many papers were handed in and wait for an answer; None: of every account."""
    found = []
    for kind, model in _PAPERS:
        rows = model._default_manager.filter(state=PaperState.SUBMITTED)
        if account_ids is not None:
            rows = rows.filter(sender__account__in=account_ids)
        found.append(rows.order_by().values_list(Value(kind.value), "pk"))
    return found[0].union(*found[1:], all=True).count()


def _leases(
    since: date, until: date, account_ids: Collection[int] | None
) -> QuerySet[Any, tuple[Any, ...]]:
    rows = Sender.objects.filter(
        status=SenderStatus.ACTIVE, lease_end__gte=since, lease_end__lte=until
    )
    if account_ids is not None:
        rows = rows.filter(account__in=account_ids)
    return rows.order_by().values_list(
        Value(PaperKind.LEASE.value),
        F("pk") * 0,  # a lease is no paper of its own
        F("lease_end"),
        *("pk", "address", "country", "account_id", "account__name"),
        *(_NOTHING,) * 3,
    )


def _papers(
    kind: PaperKind,
    model: type[Model],
    since: date,
    until: date,
    account_ids: Collection[int] | None,
) -> QuerySet[Any, tuple[Any, ...]]:
    rows: QuerySet[Any] = model._default_manager.filter(
        state__in=(PaperState.APPROVED, PaperState.EXPIRED),
        valid_until__gte=since,
        valid_until__lte=until,
        sender__status=SenderStatus.ACTIVE,
    )
    if account_ids is not None:
        rows = rows.filter(sender__account__in=account_ids)
    if kind == PaperKind.CERTIFICATE:
        rows = rows.exclude(_is_renewed(until))
    has_network = kind == PaperKind.REGISTRATION
    of_network = ("network__code", "network__name", "message_class")
    return rows.order_by().values_list(
        Value(kind.value),
        "pk",
        "valid_until",
        *("sender__pk", "sender__address", "sender__country"),
        *("sender__account_id", "sender__account__name"),
        *(of_network if has_network else (_NOTHING,) * 3),
    )


def _is_renewed(until: date) -> Exists:
    """Whether the sender has a certificate that lasts beyond the time."""
    later = SenderCertificate.objects.filter(
        sender=OuterRef("sender"), state=PaperState.APPROVED, valid_until__gt=until
    )
    return Exists(later)


def _ending(row: tuple[Any, ...], today: date) -> Ending:
    kind, paper_id, ends_on = row[:3]
    return Ending(
        EndingSender(*row[3:8]),
        PaperKind(kind),
        paper_id or None,
        ends_on,
        (ends_on - today).days,
        *row[8:],
    )
