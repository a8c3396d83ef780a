"""Suppressions of many numbers in one statement, tied to the file they came with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
from compliance.models import Advertiser, ConsentState, SuppressionImport
from compliance.news import Revocation
from compliance.services.consent_imports import ConsentGiven, consents_import
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
    """What these people had consented to (or were asked) is taken back in the ledger, by one
    statement for each brand."""
    refused = set(news)
    states = ConsentState.objects.filter(
        Q(state=ConsentAction.GRANTED) | Q(state=ConsentAction.REQUESTED),
        msisdn__in={msisdn for _account, _advertiser, msisdn in news},
    ).order_by("account_id", "msisdn", "advertiser_id")
    if found.purpose != Purpose.ALL:
        states = states.filter(purpose=found.purpose)
    columns = states.values_list("account_id", "advertiser_id", "msisdn", "purpose")
    concerned = [
        (account, brand, msisdn, purpose)
        for account, brand, msisdn, purpose in columns
        if {(account, brand, msisdn), (account, None, msisdn)} & refused
    ]
    brands = Advertiser.objects.select_related("account").in_bulk({one[1] for one in concerned})
    _record(found, concerned, brands)
    return [
        Revocation(account, msisdn, brands[brand].name, purpose, source)
        for account, brand, msisdn, purpose in concerned
    ]


def _record(
    found: SuppressionImport,
    concerned: Sequence[tuple[int, int, str, str]],
    brands: Mapping[int, Advertiser],
) -> None:
    """In the order of brands and numbers in which every batch of facts locks their states."""
    now = clock.now()
    facts: dict[int, list[ConsentGiven]] = defaultdict(list)
    for _account, brand, msisdn, purpose in concerned:
        facts[brand].append(ConsentGiven(msisdn, purpose, now))
    for brand in sorted(facts):
        consents_import(
            account=brands[brand].account,
            advertiser=brands[brand],
            rows=facts[brand],
            source=(found.network or found.file_name)[:120],
            actor=found.created_by,
            method=ConsentMethod.IMPORT,
            action=ConsentAction.REVOKED,
            evidence={"import": found.pk, "file": found.file_name, "sha256": found.checksum},
            suppresses=False,  # the file has, and its suppressions are taken back with it
        )
