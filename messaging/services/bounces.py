"""Reads how messages ended, in the order of the event log, for numbers that never answer.

Away from the hot path: events of an account are numbered in commit order, so a mark of how far
they were read skips none and counts none twice; the history of the numbers among them is one
query for a thousand, by the index on numbers.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from compliance.bounces import DELIVERED, Bounce, BouncePolicy, Outcome, bounce_of, kind_of
from compliance.constants import BounceClass, SuppressionCause
from compliance.selectors.suppression_policies import bounce_policies
from compliance.services.bounces import bounces_suppress
from config.common import clock
from messaging.constants import EventType, FailureReason, MessageStatus
from messaging.models import BounceWatermark, Event, EventCounter, Message

_EVENTS_AT_ONCE = 20_000
_NUMBERS_AT_ONCE = 1_000
_BUDGET = timedelta(seconds=20)
# A message may wait before it is sent, and its receipt may be late.
_LONGEST_WAY = timedelta(days=7)
_ENDINGS = [EventType.MESSAGE_FAILED.value, EventType.MESSAGE_UNDELIVERED.value]
_KINDS: Mapping[str, str] = {
    FailureReason.INVALID_DESTINATION.value: BounceClass.UNKNOWN_NUMBER.value,
    FailureReason.UNDELIVERABLE.value: BounceClass.UNREACHABLE.value,
    FailureReason.RECEIPT_EXPIRED.value: BounceClass.UNREACHABLE.value,
    FailureReason.REJECTED.value: BounceClass.REFUSED.value,
    FailureReason.RECEIPT_REJECTED.value: BounceClass.REFUSED.value,
}
_HISTORY = """
SELECT msisdn, status, failure_reason, command_status, receipt_error, done_at
FROM messaging_message
WHERE msisdn = ANY(%(msisdns)s) AND account_id = %(account)s
    AND id >= uuid7_floor(%(since)s) AND done_at IS NOT NULL
    AND status IN ('failed', 'undelivered', 'delivered') AND NOT is_test
"""
_LIFTED = """
SELECT msisdn, max(lifted_at) FROM compliance_suppression
WHERE msisdn = ANY(%s) AND account_id = %s AND cause = %s AND lifted_at IS NOT NULL
GROUP BY msisdn
"""


def bounces_note() -> dict[str, int]:
    """Examines what ended since the last run and suppresses by each account's policies; stops
    after twenty seconds and goes on from there next time."""
    until = clock.now() + _BUDGET
    counts = {"examined": 0, "suppressed": 0}
    read = dict(BounceWatermark.objects.values_list("account_id", "examined_to"))
    for account_id, last in EventCounter.objects.order_by("pk").values_list("account_id", "last"):
        position = read.get(account_id, 0)
        while position < last and clock.now() < until:
            position, examined, suppressed = _step(account_id, last)
            counts["examined"] += examined
            counts["suppressed"] += suppressed
    return counts


@transaction.atomic
def _step(account_id: int, last: int) -> tuple[int, int, int]:
    """Some of an account's events with the mark behind them: position, failures, suppressed."""
    BounceWatermark.objects.get_or_create(account_id=account_id)
    mark = BounceWatermark.objects.select_for_update().get(account_id=account_id)
    position = min(mark.examined_to + _EVENTS_AT_ONCE, max(last, mark.examined_to))
    ended = Event.objects.filter(
        account_id=account_id,
        sequence__gt=mark.examined_to,
        sequence__lte=position,
        type__in=_ENDINGS,
    ).values_list("message_id", flat=True)
    message_ids = [message_id for message_id in ended if message_id is not None]
    suppressed = _examine(account_id, message_ids) if message_ids else 0
    mark.examined_to = position
    mark.save(update_fields=["examined_to"])
    return position, len(message_ids), suppressed


def _examine(account_id: int, message_ids: Sequence[UUID]) -> int:
    policies = bounce_policies(account_id)
    if not policies:
        return 0
    suppressed = 0
    for first in range(0, len(message_ids), _NUMBERS_AT_ONCE):
        some = message_ids[first : first + _NUMBERS_AT_ONCE]
        found = Message.objects.filter(pk__in=some).values_list("msisdn", flat=True)
        bounces = bounces_of(account_id, set(found), policies, clock.now())
        suppressed += bounces_suppress(account_id=account_id, bounces=bounces, now=clock.now())
    return suppressed


def bounces_of(
    account_id: int,
    msisdns: Collection[str],
    policies: Mapping[str, BouncePolicy],
    now: datetime,
) -> Mapping[str, Bounce]:
    """Those of the numbers whose messages from the account ended in a way that a policy names."""
    longest = timedelta(days=max(policy.within_days for policy in policies.values()))
    ended: dict[str, list[Outcome]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            _HISTORY,
            {
                "msisdns": sorted(msisdns),
                "account": account_id,
                "since": now - longest - _LONGEST_WAY,
            },
        )
        for msisdn, status, reason, command_status, receipt_error, at in cursor.fetchall():
            kind = DELIVERED
            if status != MessageStatus.DELIVERED:
                usual = _KINDS.get(reason, "")
                kind = kind_of(usual, command_status, receipt_error, policies)
            ended[msisdn].append(Outcome(at, kind))
        cursor.execute(_LIFTED, [sorted(msisdns), account_id, SuppressionCause.BOUNCE.value])
        lifted = dict(cursor.fetchall())
    found = {m: bounce_of(outcomes, policies, lifted.get(m)) for m, outcomes in ended.items()}
    return {msisdn: bounce for msisdn, bounce in found.items() if bounce is not None}
