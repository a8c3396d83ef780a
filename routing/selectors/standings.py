"""Papers of senders as decisions and pages read them."""

from collections.abc import Mapping

from django.db.models import Prefetch
from django.utils import timezone

from routing.models import Sender, SenderProgram
from routing.models.papers import Paper
from routing.standing import PaperTerms, SenderStanding

_DAYS = ("pk", "sender", "state", "state_since", "valid_from", "valid_until")


def terms_of(paper: Paper) -> PaperTerms:
    """State and days of one paper."""
    since = timezone.localdate(paper.state_since) if paper.state_since else None
    return PaperTerms(paper.state, since, paper.valid_from, paper.valid_until)


def standing_of(sender: Sender) -> SenderStanding:
    """One sender's papers, of what is prefetched."""
    return SenderStanding(
        address=sender.address,
        certificates=tuple(terms_of(one) for one in sender.certificates.all()),
        programs=tuple(terms_of(one) for one in sender.programs.all()),
        registrations={
            (one.network_id, one.message_class): (terms_of(one),)
            for one in sender.registrations.all()
        },
    )


def sender_standings() -> Mapping[int, SenderStanding]:
    """Every sender's papers; four queries."""
    rows = Sender.objects.only("pk", "address", "country", "kind").prefetch_related(
        "certificates",
        Prefetch("programs", SenderProgram.objects.only(*_DAYS)),
        "registrations",
    )
    return {sender.pk: standing_of(sender) for sender in rows}
