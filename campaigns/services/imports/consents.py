"""What a file says of consent, into the ledger: a batch at a time, harmless to repeat."""

from collections.abc import Iterable
from typing import Any

from campaigns.imports.rows import Row
from campaigns.imports.values import Consent
from campaigns.models import ContactImport
from compliance.constants import ConsentAction, SuppressionSource
from compliance.news import Revocation
from compliance.selectors.consent import consent_states
from compliance.services.consent_imports import ConsentGiven, consents_import


def record_consents(
    contact_import: ContactImport, rows: Iterable[Row]
) -> tuple[int, list[Revocation]]:
    """Records grants, and revocations of those who refused or have taken their consent back;
    says how many were news, and which revocations are to be told when the transaction ends. Where
    the file has no date, the upload is the moment.

    A plain no of somebody who never agreed is no fact: nobody is barred for an empty box.
    """
    advertiser = contact_import.consent_advertiser
    if advertiser is None:
        return 0, []
    granted: list[ConsentGiven] = []
    denied: list[Row] = []
    for row in rows:
        said = Consent.GRANTED if contact_import.consent_for_all else row.consent
        if said == Consent.GRANTED:
            given_at = row.consent_at or contact_import.created_at
            facets: Any = row.facets
            granted.append(
                ConsentGiven(
                    row.msisdn,
                    contact_import.consent_purpose,
                    given_at,
                    expires_at=row.consent_until,
                    source=row.consent_source,
                    **facets,
                )
            )
        elif said is not None:
            denied.append(row)
    recorded = consents_import(
        account=contact_import.account,
        advertiser=advertiser,
        rows=granted,
        source=contact_import.consent_source,
        actor=contact_import.created_by,
        evidence=_evidence(contact_import),
    )
    revoked = _revoke(contact_import, denied)
    return recorded + len(revoked), revoked


def _revoke(contact_import: ContactImport, denied: list[Row]) -> list[Revocation]:
    advertiser = contact_import.consent_advertiser
    assert advertiser is not None
    states = consent_states(
        contact_import.account_id,
        advertiser.pk,
        [row.msisdn for row in denied],
        contact_import.consent_purpose,
    )
    gone = []
    for row in denied:
        known = states.get(row.msisdn)
        is_news = known != ConsentAction.REVOKED
        if row.consent == Consent.NOT_GIVEN:
            is_news = known == ConsentAction.GRANTED
        if is_news:
            given_at = row.consent_at or contact_import.created_at
            gone.append(
                ConsentGiven(
                    row.msisdn,
                    contact_import.consent_purpose,
                    given_at,
                    source=row.consent_source,
                )
            )
    consents_import(
        account=contact_import.account,
        advertiser=advertiser,
        rows=gone,
        source=contact_import.consent_source,
        actor=contact_import.created_by,
        action=ConsentAction.REVOKED,
        evidence=_evidence(contact_import),
    )
    return [
        Revocation(
            contact_import.account_id,
            one.msisdn,
            advertiser.name,
            one.purpose,
            SuppressionSource.IMPORT.value,
        )
        for one in gone
    ]


def _evidence(contact_import: ContactImport) -> dict[str, object]:
    evidence: dict[str, object] = {
        "import": contact_import.pk,
        "file": contact_import.file_name,
        "sha256": contact_import.file_digest,
    }
    if contact_import.consent_evidence:
        evidence["note"] = contact_import.consent_evidence
    return evidence
