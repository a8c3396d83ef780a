"""What compliance says about consent that was withdrawn, in the event logs of the accounts."""

from collections.abc import Sequence

from django.db import connection

from compliance.news import Revocation
from config.common import clock
from messaging.constants import EventType
from messaging.services.events import AccountEvent, events_append


def revocations_told(revoked: Sequence[Revocation]) -> None:
    """Appends their events in the present transaction (`compliance.news.Listener`): one query for
    each account, and within one in the order given."""
    now = clock.now()
    events = [
        AccountEvent(one.account_id, EventType.CONSENT_REVOKED, now, revocation_facts(one))
        for one in revoked
    ]
    with connection.cursor() as cursor:
        events_append(cursor, events)


def revocation_facts(one: Revocation) -> dict[str, str | None]:
    """As `consent.revoked` tells it, whichever way it came."""
    return {
        "number": f"+{one.msisdn}",
        "advertiser": one.brand,
        "purpose": one.purpose,
        "reach": one.reach,
        "program": one.program,
        "source": one.source,
    }
