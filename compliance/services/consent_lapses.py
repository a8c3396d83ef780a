"""Consent that ends without anybody taking it back: its time is over, or the number changed hands.

Recorded set-based; a refusal never lapses.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from compliance.constants import ConsentMethod, LapseCause
from compliance.models import Account, User
from compliance.services.consent_states import states_derive
from config.common import clock

_BATCH = 2_000
_EXPIRED = """
SELECT id, expires_at FROM compliance_consentstate
WHERE expires_at <= %s AND state = 'granted' ORDER BY msisdn, advertiser_id, purpose
LIMIT %s FOR UPDATE SKIP LOCKED
"""
_OLDER = """
SELECT s.id, s.msisdn, s.advertiser_id, given.at
FROM unnest(%(msisdns)s::text[], %(moments)s::timestamptz[]) AS given (msisdn, at)
JOIN compliance_consentstate AS s ON s.msisdn = given.msisdn AND s.account_id = %(account)s
WHERE s.state IN ('granted', 'requested') AND s.since < given.at
ORDER BY s.msisdn, s.advertiser_id, s.purpose
"""
_LAPSE = """
INSERT INTO compliance_consentrecord
    (account_id, advertiser_id, msisdn, purpose, action, method, source, evidence, text_version,
     content, form, frequency, cause, actor_id, given_at, recorded_at)
SELECT s.account_id, s.advertiser_id, s.msisdn, s.purpose, 'lapsed', %(method)s, %(source)s,
    %(evidence)s, '', '', '', '', %(cause)s, %(actor)s, given.at, %(now)s
FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) AS given (id, at)
JOIN compliance_consentstate AS s ON s.id = given.id
ORDER BY s.msisdn, s.advertiser_id, s.purpose
"""


@dataclass(frozen=True, slots=True)
class Reassigned:
    """A number that belongs to somebody else since a moment."""

    msisdn: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Lapses:
    """What lapsed, or would: consents (per advertiser and purpose), of how many numbers."""

    consents: int
    numbers: int


def consents_lapse_expired(limit: int = _BATCH) -> int:
    """Records the lapse of consents past their time, at most `limit`; says how many."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_EXPIRED, [now, limit])
        found = [(state_id, ended) for state_id, ended in cursor.fetchall()]
        _record(found, LapseCause.EXPIRED, ConsentMethod.SYSTEM, now)
    return len(found)


@transaction.atomic
def consents_lapse_reassigned(
    *,
    account: Account,
    rows: Iterable[Reassigned],
    source: str,
    actor: User | None,
    is_preview: bool = False,
) -> Lapses:
    """Consents given before a number came to somebody else lapse; refusals stay.

    `source` names the list. A preview only counts. Repeating is harmless.
    """
    now = clock.now()
    latest: dict[str, datetime] = {}
    for row in rows:
        latest[row.msisdn] = min(max(row.since, latest.get(row.msisdn, row.since)), now)
    return _lapse(
        account.pk, latest, LapseCause.REASSIGNED, is_preview, ConsentMethod.IMPORT, source, actor
    )


@transaction.atomic
def consents_lapse_unknown(
    *, account_id: int, msisdns: Collection[str], source: str = ""
) -> Lapses:
    """For numbers that the network has not known for long: consents given until now lapse."""
    now = clock.now()
    return _lapse(
        account_id,
        dict.fromkeys(msisdns, now),
        LapseCause.UNKNOWN_NUMBER,
        False,
        ConsentMethod.SYSTEM,
        source,
        None,
    )


def _lapse(
    account_id: int,
    latest: dict[str, datetime],
    cause: LapseCause,
    is_preview: bool,
    method: ConsentMethod,
    source: str,
    actor: User | None,
) -> Lapses:
    values: dict[str, Any] = {
        "account": account_id,
        "msisdns": list(latest),
        "moments": list(latest.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OLDER + ("" if is_preview else " FOR UPDATE OF s"), values)
        found = cursor.fetchall()
    numbers = len({msisdn for _id, msisdn, *_rest in found})
    if found and not is_preview:
        due = [(state_id, at) for state_id, _msisdn, _advertiser, at in found]
        _record(due, cause, method, clock.now(), source, actor)
    return Lapses(len(found), numbers)


def _record(
    due: list[tuple[int, datetime]],
    cause: LapseCause,
    method: ConsentMethod,
    now: datetime,
    source: str = "",
    actor: User | None = None,
) -> None:
    if not due:
        return
    ids = [state_id for state_id, _at in due]
    values: dict[str, Any] = {
        "ids": ids,
        "moments": [at for _id, at in due],
        "cause": cause.value,
        "method": method.value,
        "source": source[:120],
        "evidence": Jsonb({}),
        "actor": actor.pk if actor else None,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _LAPSE,
            values,
        )
    states_derive(ids)
