"""What of senders ends soon, or is over: leases, certificates, registrations, programs."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from routing.constants import PaperKind, PaperState, SenderStatus
from routing.models import Sender, SenderCertificate, SenderProgram, SenderRegistration

SOON = timedelta(days=60)
_OVER_SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Ending:
    """One thing with its last day; `days_left` is 0 on that day and negative afterwards."""

    sender: Sender
    kind: PaperKind
    paper: SenderCertificate | SenderRegistration | SenderProgram | None
    ends_on: date
    days_left: int

    @property
    def words(self) -> str:
        """What it is, in the reader's language."""
        if isinstance(self.paper, SenderRegistration):
            return _("Registration with %(network)s for %(class)s") % {
                "network": self.paper.network.name,
                "class": self.paper.get_message_class_display(),
            }
        return str(self.kind.label)


def endings(
    today: date, *, account_ids: Collection[int] | None = None, within: timedelta = SOON
) -> list[Ending]:
    """What ends within a time or ended in the last 30 days, the first to end first; None: of
    every account. A certificate that a later one has replaced is left out."""
    since, until = today - _OVER_SHOWN, today + within
    found = [*_leases(since, until, account_ids), *_papers(since, until, account_ids)]
    return sorted(
        (
            Ending(sender, kind, paper, ends_on, (ends_on - today).days)
            for sender, kind, paper, ends_on in found
        ),
        key=lambda one: (one.ends_on, one.sender.address, one.kind, one.words),
    )


Found = tuple[
    Sender, PaperKind, SenderCertificate | SenderRegistration | SenderProgram | None, date
]


def _leases(since: date, until: date, account_ids: Collection[int] | None) -> Iterator[Found]:
    rows = Sender.objects.filter(
        status=SenderStatus.ACTIVE, lease_end__gte=since, lease_end__lte=until
    ).select_related("account")
    if account_ids is not None:
        rows = rows.filter(account__in=account_ids)
    for row in rows:
        if row.lease_end is not None:
            yield row, PaperKind.LEASE, None, row.lease_end


def _papers(since: date, until: date, account_ids: Collection[int] | None) -> Iterator[Found]:
    counted = Q(
        state__in=(PaperState.APPROVED, PaperState.EXPIRED),
        valid_until__gte=since,
        valid_until__lte=until,
        sender__status=SenderStatus.ACTIVE,
    )
    if account_ids is not None:
        counted &= Q(sender__account__in=account_ids)
    renewed = _renewed(until)
    for certificate in SenderCertificate.objects.filter(counted).select_related("sender__account"):
        if certificate.sender_id not in renewed and certificate.valid_until:
            yield certificate.sender, PaperKind.CERTIFICATE, certificate, certificate.valid_until
    related = ("sender__account", "network")
    for row in SenderRegistration.objects.filter(counted).select_related(*related):
        if row.valid_until:
            yield row.sender, PaperKind.REGISTRATION, row, row.valid_until
    for program in SenderProgram.objects.filter(counted).select_related("sender__account"):
        if program.valid_until:
            yield program.sender, PaperKind.PROGRAM, program, program.valid_until


def _renewed(until: date) -> frozenset[int]:
    """Senders with a certificate that lasts beyond the time."""
    rows = SenderCertificate.objects.filter(state=PaperState.APPROVED, valid_until__gt=until)
    return frozenset(rows.values_list("sender_id", flat=True))
