"""What a person wants, by whatever way it came: refused, taken back, and told to the account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.constants import (
    ConsentAction,
    Purpose,
    Reach,
    SuppressionCause,
    SuppressionSource,
)
from compliance.models import Account, Advertiser, ConsentRecord, Program, Suppression, User
from compliance.services.consent import consent_record, opt_out
from compliance.services.suppressions import suppression_add, suppression_lift
from config.common import clock
from config.common.errors import DomainError
from messaging.constants import EventType, ReviewState
from messaging.models import RefusalReview
from messaging.services.events import event_append

BY_THE_PERSON = (SuppressionSource.MO, SuppressionSource.LINK)


@transaction.atomic
def refusal_record(
    *,
    account: Account,
    advertiser: Advertiser | None,
    msisdn: str,
    purpose: str,
    source: str,
    evidence: Mapping[str, Any],
    program: Program | None = None,
    sender: str = "",
    at: datetime | None = None,
    actor: User | None = None,
) -> None:
    """A refusal that came by another way than a reply: by link, API or an officer.

    Effective from its commit; `advertiser` None, `program` and `sender` say how far it reaches.
    Raises InvalidError naming the field.
    """
    opt_out(
        account=account,
        advertiser=advertiser,
        msisdn=msisdn,
        purpose=purpose,
        source=source,
        evidence=evidence,
        at=at,
        program=program,
        sender=sender,
        actor=actor,
    )
    reach = _reach(advertiser, program, sender)
    if advertiser is not None or reach == Reach.ACCOUNT:
        reviews_settle(reach, advertiser, msisdn, account=account)
    tell(
        EventType.CONSENT_REVOKED,
        account,
        {
            "number": f"+{msisdn}",
            "advertiser": advertiser.name if advertiser else None,
            "purpose": purpose,
            "reach": reach,
            "program": program.code if program else None,
            "source": source,
        },
    )


@transaction.atomic
def consent_return(
    *,
    advertiser: Advertiser,
    msisdn: str,
    method: str,
    source: str,
    evidence: Mapping[str, Any],
    program: Program | None = None,
) -> int:
    """The person switches advertising on again: consent is recorded, and what the person refused
    by reply or link is lifted (how many). What others entered stays."""
    account = advertiser.account
    consent_record(
        account=account,
        advertiser=advertiser,
        msisdn=msisdn,
        purpose=Purpose.MARKETING,
        action=ConsentAction.GRANTED,
        method=method,
        source=source,
        evidence=evidence,
        actor=None,
    )
    lifted = refusals_take_back(
        advertiser, msisdn, program=program, reason=_("The person took it back on the page.")
    )
    tell(
        EventType.CONSENT_GRANTED,
        account,
        {
            "number": f"+{msisdn}",
            "advertiser": advertiser.name,
            "purpose": Purpose.MARKETING.value,
            "program": program.code if program else None,
            "source": SuppressionSource.LINK.value,
        },
    )
    return lifted


def refusals_take_back(
    advertiser: Advertiser,
    msisdn: str,
    *,
    reason: str,
    program: Program | None = None,
    sender: str | None = None,
) -> int:
    """Lifts what the person refused by reply or link; what others entered, complaints and holds
    stay. How many were lifted. A word about one program leaves wider refusals standing; `sender`
    leaves those of other senders standing."""
    refused = Suppression.objects.filter(
        account=advertiser.account_id,
        msisdn=msisdn,
        lifted_at=None,
        cause=SuppressionCause.REFUSAL,
        source__in=BY_THE_PERSON,
    )
    own = [
        refusal
        for refusal in refused
        if refusal.advertiser_id in (None, advertiser.pk)
        and (sender is None or refusal.sender in ("", sender))
        and (program is None or refusal.program_id == program.pk)
    ]
    return sum(_lifted(refusal, advertiser, reason) for refusal in own)


def _lifted(refusal: Suppression, advertiser: Advertiser, reason: str) -> bool:
    try:
        with transaction.atomic():
            suppression_lift(suppression=refusal, reason=reason, actor=None)
    except DomainError:
        return False  # it stays, and the page of the number shows it
    if refusal.advertiser_id is None:
        _keep_for_others(refusal, advertiser)
    return True


def _keep_for_others(refusal: Suppression, advertiser: Advertiser) -> None:
    """Of a refusal of every brand, what was said to one of them takes back that one's."""
    account = advertiser.account
    for other in account.advertisers.exclude(pk=advertiser.pk):
        suppression_add(
            account=account,
            advertiser=other,
            msisdn=refusal.msisdn,
            purpose=refusal.purpose,
            source=refusal.source,
            cause=SuppressionCause.REFUSAL,
            reason=refusal.reason,
            actor=None,
        )


def reviews_settle(
    reach: str, advertiser: Advertiser | None, msisdn: str, *, account: Account | None = None
) -> None:
    """What waited to be read is answered by the person: nobody has to read it any more."""
    if reach not in (Reach.BRAND, Reach.ACCOUNT):
        return
    owner = account.pk if account else advertiser.account_id if advertiser else None
    waiting = RefusalReview.objects.filter(account=owner, msisdn=msisdn, state=ReviewState.WAITING)
    if reach == Reach.BRAND:
        waiting = waiting.filter(advertiser=advertiser)
    holds = list(waiting.values_list("hold_id", flat=True))
    now = clock.now()
    waiting.update(
        state=ReviewState.CONFIRMED, decided_at=now, note=_("The person refused in clear words.")
    )
    Suppression.objects.filter(pk__in=holds, lifted_at=None).update(
        lifted_at=now, lifted_reason=_("The person refused: a refusal takes its place.")
    )


@transaction.atomic
def consent_take(*, account: Account, advertiser: Advertiser, **facts: Any) -> ConsentRecord:
    """What a customer's own system knows about a person's consent, for the ledger; a revocation is
    told to the account's other systems. Raises InvalidError naming the field."""
    record = consent_record(account=account, advertiser=advertiser, actor=None, **facts)
    if record.action == ConsentAction.REVOKED:
        data = {
            "number": f"+{record.msisdn}",
            "advertiser": advertiser.name,
            "purpose": record.purpose,
            "reach": Reach.BRAND.value,
            "program": None,
            "source": SuppressionSource.API.value,
        }
        tell(EventType.CONSENT_REVOKED, account, data)
    return record


def tell(event_type: str, account: Account, data: Mapping[str, Any]) -> None:
    """An event of the account, as the last of a transaction."""
    with connection.cursor() as cursor:
        event_append(
            cursor, account_id=account.pk, event_type=event_type, at=clock.now(), data=data
        )


def _reach(advertiser: Advertiser | None, program: Program | None, sender: str) -> str:
    if program is not None:
        return Reach.PROGRAM.value
    if sender:
        return Reach.SENDER.value
    return Reach.BRAND.value if advertiser else Reach.ACCOUNT.value
