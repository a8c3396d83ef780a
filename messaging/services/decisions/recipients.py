"""What is known of the recipients of a batch: opt-outs, consents, and how often they were written to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from compliance.constants import LANES, MessageClass
from compliance.selectors.consent import Refusal, consent_states, refusals
from messaging.services.decisions.cases import Case

# Messages of the last 24 hours that count against a cap: those out or on their way, bounded to
# the few partitions that can hold them. An exact reservation across campaigns is the frequency
# ledger's work.
_TOUCHES = """
SELECT m.msisdn, m.id, coalesce(m.sent_at, %(now)s) FROM messaging_message m
WHERE m.msisdn = ANY(%(msisdns)s) AND m.advertiser_id = %(advertiser)s
  AND m.id BETWEEN uuid7_floor(%(since)s) AND uuid7_floor(%(until)s)
  AND m.message_class = 'marketing'
  AND m.status IN ('queued', 'sent', 'delivered', 'undelivered', 'unknown')
  AND coalesce(m.sent_at, m.created_at) > %(day_ago)s
"""


Recipient = tuple[int, str, int]  # advertiser, MSISDN, lane


@dataclass(slots=True)
class Recipients:
    """What is known of a batch's recipients; missing means none."""

    refusals: dict[Recipient, tuple[Refusal, ...]] = field(default_factory=dict)
    consents: dict[Recipient, str] = field(default_factory=dict)
    touches: dict[Recipient, tuple[datetime, ...]] = field(default_factory=dict)


def recipients_known(cases: Sequence[Case], now: datetime) -> Recipients:
    """At most three queries per advertiser and lane: a slice has one of each."""
    groups: dict[tuple[int, int, int], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.account_id, case.advertiser_id, case.lane), []).append(case)
    known = Recipients()
    for (account_id, advertiser_id, lane), members in groups.items():
        msisdns = sorted({case.msisdn for case in members})
        refused = refusals(account_id, advertiser_id, msisdns, lane)
        known.refusals |= {(advertiser_id, m, lane): found for m, found in refused.items()}
        if LANES[lane] == MessageClass.MARKETING:  # the one class whose rules ask
            states = consent_states(account_id, advertiser_id, msisdns, LANES[lane])
            known.consents |= {(advertiser_id, m, lane): state for m, state in states.items()}
            known.touches |= _touches(advertiser_id, lane, msisdns, members, now)
    return known


def _touches(
    advertiser_id: int, lane: int, msisdns: Sequence[str], own: Sequence[Case], now: datetime
) -> dict[Recipient, tuple[datetime, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _TOUCHES,
            {
                "advertiser": advertiser_id,
                "msisdns": list(msisdns),
                "since": now - timedelta(days=3),
                "until": now + timedelta(minutes=5),
                "day_ago": now - timedelta(days=1),
                "now": now,
            },
        )
        found = cursor.fetchall()
    own_ids = {case.id for case in own} if found else set()
    touches: dict[Recipient, tuple[datetime, ...]] = {}
    for msisdn, message_id, at in found:
        if message_id not in own_ids:
            recipient = (advertiser_id, msisdn, lane)
            touches[recipient] = (*touches.get(recipient, ()), at)
    return touches
