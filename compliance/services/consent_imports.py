"""Facts about many people at once, for imports: one statement per 20,000 rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from compliance.constants import ConsentAction, ConsentMethod
from compliance.models import Account, Advertiser, Document, User
from compliance.services.checks import check_advertiser, check_choice
from compliance.services.consent import promise_of, proof_of, source_of
from compliance.services.consent_states import states_derive
from compliance.services.refusals import Refused, refusals_suppress
from config.common import clock

_CHUNK = 20_000
# What is news, by action: a request undoes nothing, a grant whatever is older, and a revocation is
# always kept.
_NEWS = {
    ConsentAction.GRANTED: "known.since IS NULL OR known.state = 'requested'"
    " OR known.since < given.given_at",
    ConsentAction.REQUESTED: "known.since IS NULL OR known.state IN ('requested', 'lapsed')"
    " AND known.since < given.given_at",
    ConsentAction.REVOKED: "TRUE",
}
_IMPORT = """
WITH given AS (
    SELECT DISTINCT ON (msisdn, purpose) *
    FROM unnest(%(msisdns)s::text[], %(purposes)s::text[], %(given)s::timestamptz[],
        %(ends)s::timestamptz[], %(sources)s::text[], %(text_versions)s::text[],
        %(contents)s::text[], %(forms)s::text[], %(frequencies)s::text[], %(limits)s::int[],
        %(hours)s::int[], %(methods)s::text[], %(proofs)s::jsonb[], %(documents)s::bigint[])
        AS rows (msisdn, purpose, given_at, expires_at, source, text_version, content, form,
            frequency, promised_limit, promised_hours, method, evidence, document_id)
    ORDER BY msisdn, purpose, given_at DESC
), news AS (
    SELECT given.* FROM given
    LEFT JOIN compliance_consentstate AS known
        ON known.msisdn = given.msisdn AND known.purpose = given.purpose
        AND known.advertiser_id = %(advertiser)s
    WHERE {news}
), ledger AS (
    INSERT INTO compliance_consentrecord
        (account_id, advertiser_id, msisdn, purpose, action, method, source, evidence,
         document_id, text_version, content, form, frequency, promised_limit, promised_hours,
         expires_at, actor_id, given_at, recorded_at)
    SELECT %(account)s, %(advertiser)s, msisdn, purpose, %(action)s,
        coalesce(method, %(method)s), source, coalesce(evidence, %(evidence)s),
        coalesce(document_id, %(document)s), text_version, content, form, frequency,
        promised_limit, promised_hours, expires_at, %(actor)s, given_at, %(now)s
    FROM news ORDER BY msisdn, purpose
    RETURNING id, msisdn, purpose, given_at, expires_at, promised_limit, promised_hours
), states AS (
    INSERT INTO compliance_consentstate AS present
        (account_id, advertiser_id, msisdn, purpose, state, since, record_id, expires_at,
         promised_limit, promised_hours)
    SELECT %(account)s, %(advertiser)s, msisdn, purpose, %(action)s, given_at, id, expires_at,
        CASE %(action)s WHEN 'granted' THEN promised_limit END,
        CASE %(action)s WHEN 'granted' THEN promised_hours END
    FROM ledger ORDER BY msisdn, purpose
    ON CONFLICT (msisdn, advertiser_id, purpose) DO UPDATE SET record_id = present.record_id
    RETURNING id, xmax <> 0 AS is_known
)
SELECT count(*), coalesce(array_agg(id) FILTER (WHERE is_known), '{{}}'),
    (SELECT coalesce(array_agg(id), '{{}}') FROM ledger)
FROM states
"""
# Of records just written those that are the present state: no later fact stands against them.
_IN_FORCE = """
SELECT r.msisdn, r.purpose, r.method, r.source FROM compliance_consentrecord r
JOIN compliance_consentstate s ON s.record_id = r.id
WHERE r.id = ANY(%s) ORDER BY r.msisdn, r.purpose
"""


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """One row of an import: whose consent to what, when it was given and how long it holds
    (None: as long as the account says), and the facets agreed. Where a row has no source,
    method, evidence or document, the import's hold."""

    msisdn: str
    purpose: str
    given_at: datetime
    expires_at: datetime | None = None
    source: str = ""
    text_version: str = ""
    content: str = ""
    form: str = ""
    frequency: str = ""
    method: str = ""
    evidence: Mapping[str, Any] | None = None
    document: Document | None = None


def consents_import(
    *,
    account: Account,
    advertiser: Advertiser,
    rows: Iterable[ConsentGiven],
    source: str,
    actor: User | None,
    method: str = ConsentMethod.IMPORT,
    action: str = ConsentAction.GRANTED,
    evidence: Mapping[str, Any] | None = None,
    document: Document | None = None,
    suppresses: bool = True,
) -> int:
    """Records consent given by many people (20,000 at a time), and says how many were news.

    A row no newer than what is on record adds nothing, so an import may be repeated; numbers
    come normalised. `action` may also be `requested` (they were asked) or `revoked`: then each row
    is a fact, the latest of a number and purpose, and who refuses now is suppressed as well (unless
    the caller has: `suppresses`). Call it in a transaction.
    Raises InvalidError for a foreign advertiser and for a frequency nobody can keep to.
    """
    check_advertiser(account, advertiser)
    check_choice("method", method, ConsentMethod.values)
    check_choice("action", action, _NEWS)
    now = clock.now()
    shared: dict[str, Any] = {
        "account": account.pk,
        "advertiser": advertiser.pk,
        "action": action,
        "method": method,
        "evidence": Jsonb(dict(evidence or {}) | proof_of(account, document)),
        "document": document.pk if document else None,
        "actor": actor.pk if actor else None,
        "now": now,
    }
    days = account.consent_days if action == ConsentAction.GRANTED else None
    statement = _IMPORT.format(news=_NEWS[ConsentAction(action)])
    recorded = 0
    with connection.cursor() as cursor:
        for chunk in _chunks(rows):
            cursor.execute(statement, shared | _columns(account, chunk, source, now, days))
            count, known, made = cursor.fetchone() or (0, [], [])
            states_derive(known)
            recorded += count
            if action == ConsentAction.REVOKED and suppresses:
                refusals_suppress(account, advertiser, _in_force(cursor, made), actor)
    return recorded


def _in_force(cursor: Any, records: list[int]) -> list[Refused]:
    cursor.execute(_IN_FORCE, [records])
    return [
        Refused(msisdn, purpose, source_of(method), source)
        for msisdn, purpose, method, source in cursor.fetchall()
    ]


def _columns(
    account: Account, chunk: list[ConsentGiven], source: str, now: datetime, days: int | None
) -> dict[str, list[Any]]:
    given = [min(row.given_at, now) for row in chunk]
    span = timedelta(days=days) if days else None
    promises = [_promise(row.frequency) for row in chunk]
    return {
        "msisdns": [row.msisdn for row in chunk],
        "purposes": [row.purpose for row in chunk],
        "given": given,
        "ends": [
            row.expires_at or (at + span if span else None)
            for row, at in zip(chunk, given, strict=True)
        ],
        "sources": [row.source or source for row in chunk],
        "text_versions": [row.text_version for row in chunk],
        "contents": [row.content for row in chunk],
        "forms": [row.form for row in chunk],
        "frequencies": [row.frequency for row in chunk],
        "limits": [promise[0] for promise in promises],
        "hours": [promise[1] for promise in promises],
        "methods": [row.method or None for row in chunk],
        "proofs": [_evidence(account, row) for row in chunk],
        "documents": [row.document.pk if row.document else None for row in chunk],
    }


def _evidence(account: Account, row: ConsentGiven) -> Jsonb | None:
    if row.evidence is None and row.document is None:
        return None
    return Jsonb(dict(row.evidence or {}) | proof_of(account, row.document))


@lru_cache(maxsize=1_000)
def _promise(frequency: str) -> tuple[int | None, int | None]:
    return promise_of(frequency) or (None, None)


def _chunks(rows: Iterable[ConsentGiven]) -> Iterator[list[ConsentGiven]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
