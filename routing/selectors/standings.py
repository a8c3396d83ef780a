"""Papers of senders as decisions and pages read them."""

from collections import defaultdict
from collections.abc import Mapping

from django.utils import timezone

from routing.models import Sender as SenderRow
from routing.models import SenderCertificate, SenderProgram, SenderRegistration
from routing.models.papers import Paper
from routing.sender_rules import sender_rules
from routing.standing import PaperTerms, SenderStanding


def terms_of(paper: Paper) -> PaperTerms:
    """State and days of one paper."""
    since = timezone.localdate(paper.state_since) if paper.state_since else None
    return PaperTerms(paper.state, since, paper.valid_from, paper.valid_until)


def sender_standings() -> Mapping[int, SenderStanding]:
    """Every sender's papers; four queries."""
    certificates: dict[int, list[PaperTerms]] = defaultdict(list)
    for certificate in SenderCertificate.objects.order_by("pk"):
        certificates[certificate.sender_id].append(terms_of(certificate))
    programs: dict[int, list[PaperTerms]] = defaultdict(list)
    for program in SenderProgram.objects.order_by("pk").defer("call_to_action", "opt_in_flow"):
        programs[program.sender_id].append(terms_of(program))
    registrations: dict[int, dict[tuple[int, str], tuple[PaperTerms, ...]]] = defaultdict(dict)
    for row in SenderRegistration.objects.order_by("pk"):
        registrations[row.sender_id][row.network_id, row.message_class] = (terms_of(row),)
    return {
        sender.pk: SenderStanding(
            address=sender.address,
            needed=sender_rules().rule_of(sender.country, sender.kind).papers,
            certificates=tuple(certificates[sender.pk]),
            programs=tuple(programs[sender.pk]),
            registrations=registrations[sender.pk],
        )
        for sender in SenderRow.objects.only("pk", "address", "country", "kind")
    }
