"""Those who withdrew their consent are suppressed, many by one statement."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from compliance.constants import SuppressionCause
from compliance.models import Account, Advertiser, User
from compliance.services.suppressions import REPLACED, weaker_causes
from config.common import audit, clock

_CAUSE: Final = SuppressionCause.REFUSAL.value
_ROWS = """
unnest(%(msisdns)s::text[], %(purposes)s::text[], %(sources)s::text[], %(reasons)s::text[])
    AS t(msisdn, purpose, source, reason)
"""
# As `suppression_add` weighs them: a refusal that rests on no file and has no end is the strongest.
_REPLACE = f"""
UPDATE compliance_suppression s
SET lifted_at = %(now)s, lifted_by_id = %(actor)s, lifted_reason = %(replaced)s
FROM {_ROWS}
WHERE s.msisdn = t.msisdn AND s.account_id = %(account)s AND s.advertiser_id = %(advertiser)s
    AND s.purpose = t.purpose AND s.program_id IS NULL AND s.sender = '' AND s.lifted_at IS NULL
    AND (s.cause = ANY(%(weaker)s)
        OR s.cause = %(cause)s AND (s.imported_in_id IS NOT NULL OR s.expires_at IS NOT NULL))
"""  # noqa: S608  a text of this file
_INSERT = f"""
INSERT INTO compliance_suppression
    (account_id, advertiser_id, program_id, sender, msisdn, purpose, cause, source, reason,
     created_at, expires_at, created_by_id, lifted_reason)
SELECT %(account)s, %(advertiser)s, NULL, '', t.msisdn, t.purpose, %(cause)s, t.source, t.reason,
    %(now)s, NULL, %(actor)s, ''
FROM {_ROWS} ORDER BY t.msisdn, t.purpose
ON CONFLICT (msisdn, account_id, advertiser_id, purpose, program_id, sender)
    WHERE lifted_at IS NULL DO NOTHING
"""  # noqa: S608  a text of this file


class Refused(NamedTuple):
    """Who refuses what; `source` as suppressions have it, `reason` in words."""

    msisdn: str
    purpose: str
    source: str
    reason: str


def refusals_suppress(
    account: Account, advertiser: Advertiser, refused: Sequence[Refused], actor: User | None
) -> int:
    """Suppresses them for a brand in the caller's transaction; returns for how many that is news.
    Each number and purpose stands there once. The audit log gets one entry for all."""
    if not refused:
        return 0
    values: dict[str, Any] = {
        "account": account.pk,
        "advertiser": advertiser.pk,
        "msisdns": [one.msisdn for one in refused],
        "purposes": [one.purpose for one in refused],
        "sources": [one.source for one in refused],
        "reasons": [one.reason[:200] for one in refused],
        "cause": _CAUSE,
        "weaker": list(weaker_causes(_CAUSE)),
        "replaced": REPLACED,
        "actor": actor.pk if actor else None,
        "now": clock.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, values)
        cursor.execute(_INSERT, values)
        made = int(cursor.rowcount)
    if made:
        audit.record(
            action="suppressions.added",
            actor=actor,
            account_id=account.pk,
            subject=f"advertiser:{advertiser.pk}",
            detail={"suppressions": made, "cause": _CAUSE},
        )
    return made
