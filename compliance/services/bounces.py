"""Suppresses numbers that messages cannot reach, many at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from compliance.bounces import Bounce
from compliance.constants import SuppressionCause, SuppressionSource
from config.common import audit

_INSERT = """
INSERT INTO compliance_suppression
    (account_id, advertiser_id, program_id, sender, msisdn, purpose, cause, source, reason,
     created_at, expires_at, created_by_id, lifted_reason)
SELECT %(account)s, NULL, NULL, '', b.msisdn, b.purpose, %(cause)s, %(source)s, b.reason,
    %(now)s, b.ends, NULL, ''
FROM unnest(%(msisdns)s::text[], %(purposes)s::text[], %(reasons)s::text[],
    %(ends)s::timestamptz[]) AS b(msisdn, purpose, reason, ends)
ORDER BY b.msisdn, b.purpose
ON CONFLICT (msisdn, account_id, advertiser_id, purpose, program_id, sender)
    WHERE lifted_at IS NULL DO NOTHING
RETURNING msisdn
"""


@transaction.atomic
def bounces_suppress(*, account_id: int, bounces: Mapping[str, Bounce], now: datetime) -> int:
    """Stops messages of the policies' kinds to these numbers (E.164 digits) from every brand of
    the account; returns how many numbers that is news for. Whatever stands already stays."""
    rows = [
        (msisdn, purpose, bounce)
        for msisdn, bounce in bounces.items()
        for purpose in bounce.policy.purposes
    ]
    if not rows:
        return 0
    parameters: dict[str, Any] = {
        "account": account_id,
        "cause": SuppressionCause.BOUNCE.value,
        "source": SuppressionSource.RECEIPT.value,
        "now": now,
        "msisdns": [msisdn for msisdn, _purpose, _bounce in rows],
        "purposes": [purpose for _msisdn, purpose, _bounce in rows],
        "reasons": [_reason(bounce) for _msisdn, _purpose, bounce in rows],
        "ends": [_end(bounce, now) for _msisdn, _purpose, bounce in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, parameters)
        news = {row[0] for row in cursor.fetchall()}
    if news:
        audit.record(
            action="suppressions.bounced",
            actor=None,
            account_id=account_id,
            subject=f"account:{account_id}",
            detail={"numbers": len(news)},
        )
    return len(news)


def _end(bounce: Bounce, now: datetime) -> datetime | None:
    days = bounce.policy.ends_after_days
    return None if days is None else now + timedelta(days=days)


def _reason(bounce: Bounce) -> str:
    """For the pages to put into words: the kind of failure and how many."""
    return f"{bounce.policy.error_class} x{bounce.failures}"
