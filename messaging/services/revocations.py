"""Consents withdrawn by the thousand are told to the account's other systems, like single ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from compliance.constants import ConsentAction, Reach, SuppressionSource
from compliance.models import Account
from compliance.services.consent_batches import ConsentFact, consents_record
from config.common import clock
from config.common.errors import DomainError
from messaging.constants import EventType
from messaging.services.events import AccountEvent, events_append


@dataclass(frozen=True, slots=True)
class Revocation:
    """Who withdrew consent to which purpose, from which brand; `source` as suppressions have it."""

    msisdn: str
    brand: str
    purpose: str
    source: str

    @property
    def facts(self) -> dict[str, str | None]:
        """As the event tells it."""
        return {
            "number": f"+{self.msisdn}",
            "advertiser": self.brand,
            "purpose": self.purpose,
            "reach": Reach.BRAND.value,
            "program": None,
            "source": self.source,
        }


def revocations_tell(account_id: int, revoked: Iterable[Revocation]) -> None:
    """Appends their events in the order given, by one query, as the last of the caller's
    transaction: the account's numbers are locked until it ends."""
    now = clock.now()
    events = [
        AccountEvent(account_id, EventType.CONSENT_REVOKED, now, one.facts) for one in revoked
    ]
    with connection.cursor() as cursor:
        events_append(cursor, events)


@transaction.atomic
def consents_take(
    *, account: Account, facts: Sequence[ConsentFact]
) -> tuple[int, Mapping[int, DomainError]]:
    """What a customer's own system knows about the consent of many: as `consents_record`, and what
    was revoked is told."""
    recorded, refused = consents_record(account=account, facts=facts, actor=None)
    revocations_tell(
        account.pk,
        (
            Revocation(fact.msisdn, fact.advertiser.name, fact.purpose, SuppressionSource.API.value)
            for index, fact in enumerate(facts)
            if fact.action == ConsentAction.REVOKED and index not in refused
        ),
    )
    return recorded, refused
