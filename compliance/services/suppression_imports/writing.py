"""Suppressions of many numbers in one statement, tied to the file they came with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from compliance.constants import (
    ConsentAction,
    ConsentMethod,
    Purpose,
    SuppressionCause,
    SuppressionSource,
)
from compliance.models import ConsentRecord, ConsentState, SuppressionImport
from compliance.news import Revocation
from compliance.services.consent_states import state_keep
from compliance.services.suppressions import REPLACED, weaker_causes
from config.common import clock


class Target(NamedTuple):
    """A number and whose messages it refuses; `advertiser_id` None: of every brand."""

    account_id: int
    advertiser_id: int | None
    msisdn: str
    reason: str


_ROWS = """
SELECT DISTINCT ON (account_id, advertiser_id, msisdn) *
FROM unnest(%(accounts)s::bigint[], %(advertisers)s::bigint[], %(msisdns)s::text[],
    %(reasons)s::text[]) AS t(account_id, advertiser_id, msisdn, reason)
ORDER BY account_id, advertiser_id, msisdn
"""
_REPLACE = f"""
UPDATE compliance_suppression s SET lifted_at = %(now)s, lifted_reason = %(replaced)s
FROM ({_ROWS}) t
WHERE s.msisdn = t.msisdn AND s.account_id = t.account_id
    AND s.advertiser_id IS NOT DISTINCT FROM t.advertiser_id AND s.purpose = %(purpose)s
    AND s.program_id IS NULL AND s.sender = '' AND s.lifted_at IS NULL
    AND s.cause = ANY(%(weaker)s)
"""  # noqa: S608  a text of this file
_INSERT = f"""
INSERT INTO compliance_suppression
    (account_id, advertiser_id, program_id, sender, msisdn, purpose, cause, source, reason,
     created_at, expires_at, created_by_id, lifted_reason, imported_in_id)
SELECT t.account_id, t.advertiser_id, NULL, '', t.msisdn, %(purpose)s, %(cause)s, %(source)s,
    t.reason, %(now)s, %(expires_at)s, %(actor)s, '', %(import)s
FROM ({_ROWS}) t
ON CONFLICT (msisdn, account_id, advertiser_id, purpose, program_id, sender)
    WHERE lifted_at IS NULL DO NOTHING
RETURNING account_id, advertiser_id, msisdn
"""  # noqa: S608  a text of this file


def replaced_by(found: SuppressionImport) -> str:
    """The reason of lifting where this file's suppression took a weaker one's place."""
    return f"{REPLACED}:{found.pk}"


def targets_suppress(
    found: SuppressionImport, targets: Sequence[Target]
) -> tuple[int, list[Revocation]]:
    """Suppresses the targets in the caller's transaction; returns for how many that is news, and
    whose consent that took back: to be told when the transaction ends.

    A weaker cause (a bounce under a refusal) gives way and comes back when the file is undone.
    """
    is_operator = found.kind == SuppressionImport.Kind.OPERATOR
    source = SuppressionSource.OPERATOR if is_operator else SuppressionSource.IMPORT
    values: dict[str, Any] = {
        "accounts": [one.account_id for one in targets],
        "advertisers": [one.advertiser_id for one in targets],
        "msisdns": [one.msisdn for one in targets],
        "reasons": [one.reason[:200] for one in targets],
        "purpose": found.purpose,
        "cause": found.cause,
        "source": source.value,
        "expires_at": found.expires_at,
        "actor": found.created_by_id,
        "import": found.pk,
        "now": clock.now(),
        "replaced": replaced_by(found),
        "weaker": list(weaker_causes(found.cause)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, values)
        cursor.execute(_INSERT, values)
        news: list[tuple[int, int | None, str]] = cursor.fetchall()
    if found.cause == SuppressionCause.REFUSAL:
        return len(news), _revoke(found, news, source.value)
    return len(news), []


def _revoke(
    found: SuppressionImport, news: Sequence[tuple[int, int | None, str]], source: str
) -> list[Revocation]:
    """What these people had consented to (or were asked) is taken back in the ledger."""
    refused = set(news)
    states = ConsentState.objects.filter(
        Q(state=ConsentAction.GRANTED) | Q(state=ConsentAction.REQUESTED),
        msisdn__in={msisdn for _account, _advertiser, msisdn in news},
    ).select_related("account", "advertiser")
    if found.purpose != Purpose.ALL:
        states = states.filter(purpose=found.purpose)
    now = clock.now()
    revoked = []
    for state in states.order_by("account_id", "msisdn", "advertiser_id"):
        keys = {
            (state.account_id, state.advertiser_id, state.msisdn),
            (state.account_id, None, state.msisdn),
        }
        if keys & refused:
            _append(found, state, now)
            revoked.append(
                Revocation(
                    state.account_id, state.msisdn, state.advertiser.name, state.purpose, source
                )
            )
    return revoked


def _append(found: SuppressionImport, state: ConsentState, now: datetime) -> None:
    record = ConsentRecord.objects.create(
        account=state.account,
        advertiser=state.advertiser,
        msisdn=state.msisdn,
        purpose=state.purpose,
        action=ConsentAction.REVOKED,
        method=ConsentMethod.IMPORT,
        source=(found.network or found.file_name)[:120],
        evidence={"import": found.pk, "file": found.file_name, "sha256": found.checksum},
        given_at=now,
        recorded_at=now,
        actor=found.created_by,
    )
    state_keep(
        [
            *(record.account_id, record.advertiser_id, record.msisdn, record.purpose),
            *(record.action, record.given_at, record.pk, None, None, None),
        ]
    )
