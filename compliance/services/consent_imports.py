"""Consent of many people at once, for imports: one statement per 20,000 rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from compliance.constants import ConsentMethod
from compliance.models import Account, Advertiser, User
from compliance.services.checks import check_advertiser, check_choice
from config.common import clock

_CHUNK = 20_000

_IMPORT = """
WITH given AS (
    SELECT DISTINCT ON (msisdn, purpose) msisdn, purpose, given_at
    FROM unnest(%(msisdns)s::text[], %(purposes)s::text[], %(given)s::timestamptz[])
        AS rows (msisdn, purpose, given_at)
    ORDER BY msisdn, purpose, given_at DESC
), news AS (
    SELECT given.* FROM given
    LEFT JOIN compliance_consentstate AS known
        ON known.msisdn = given.msisdn AND known.purpose = given.purpose
        AND known.advertiser_id = %(advertiser)s
    WHERE known.since IS NULL OR known.since < given.given_at
), ledger AS (
    INSERT INTO compliance_consentrecord
        (account_id, advertiser_id, msisdn, purpose, action, method, source, evidence,
         text_version, content, form, frequency, actor_id, given_at, recorded_at)
    SELECT %(account)s, %(advertiser)s, msisdn, purpose, 'granted', %(method)s, %(source)s,
        %(evidence)s, '', '', '', '', %(actor)s, given_at, %(now)s
    FROM news ORDER BY msisdn, purpose
    RETURNING id, msisdn, purpose, given_at
)
INSERT INTO compliance_consentstate AS present
    (account_id, advertiser_id, msisdn, purpose, state, since, record_id)
SELECT %(account)s, %(advertiser)s, msisdn, purpose, 'granted', given_at, id
FROM ledger ORDER BY msisdn, purpose
ON CONFLICT (msisdn, advertiser_id, purpose) DO UPDATE
    SET state = EXCLUDED.state, since = EXCLUDED.since, record_id = EXCLUDED.record_id
    WHERE present.since < EXCLUDED.since
"""


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """One row of an import: whose consent to what, and when it was given."""

    msisdn: str
    purpose: str
    given_at: datetime


def consents_import(
    *,
    account: Account,
    advertiser: Advertiser,
    rows: Iterable[ConsentGiven],
    source: str,
    actor: User | None,
    method: str = ConsentMethod.IMPORT,
    evidence: Mapping[str, Any] | None = None,
) -> int:
    """Records consent given by many people (20,000 at a time), and says how many were news.

    A row no newer than what is on record adds nothing, so an import may be repeated; numbers
    come normalised. Call it in a transaction. Raises InvalidError for a foreign advertiser.
    """
    check_advertiser(account, advertiser)
    check_choice("method", method, ConsentMethod.values)
    now = clock.now()
    shared: dict[str, Any] = {
        "account": account.pk,
        "advertiser": advertiser.pk,
        "method": method,
        "source": source,
        "evidence": Jsonb(dict(evidence or {})),
        "actor": actor.pk if actor else None,
        "now": now,
    }
    recorded = 0
    with connection.cursor() as cursor:
        for chunk in _chunks(rows):
            columns = {
                "msisdns": [row.msisdn for row in chunk],
                "purposes": [row.purpose for row in chunk],
                "given": [min(row.given_at, now) for row in chunk],
            }
            cursor.execute(_IMPORT, shared | columns)
            recorded += cursor.rowcount
    return recorded


def _chunks(rows: Iterable[ConsentGiven]) -> Iterator[list[ConsentGiven]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
