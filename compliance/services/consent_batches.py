"""Many facts of one account at once, each of its own kind: what is wrong with one stays there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from compliance.constants import ConsentAction, ConsentMethod, SuppressionSource
from compliance.models import Account, Advertiser, Document, User
from compliance.news import Revocation, revocations_tell
from compliance.services.consent import (
    checked_time,
    consent_record,
    end_of,
    promise_of,
)
from compliance.services.consent_imports import ConsentGiven, consents_import
from config.common import clock
from config.common.errors import DomainError

_SOURCE = SuppressionSource.API.value
_TOGETHER = (ConsentAction.GRANTED, ConsentAction.REVOKED)


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """As `consent_record` takes it; the number comes normalised."""

    advertiser: Advertiser
    msisdn: str
    purpose: str
    action: ConsentAction
    method: str = ConsentMethod.API
    source: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    document: Document | None = None
    given_at: datetime | None = None
    expires_at: datetime | None = None
    text_version: str = ""
    content: str = ""
    form: str = ""
    frequency: str = ""


@transaction.atomic
def consents_record(
    *, account: Account, facts: Sequence[ConsentFact], actor: User | None
) -> tuple[int, Mapping[int, DomainError]]:
    """Records grants and revocations by one statement per brand and the others one by one, in one
    order of numbers, and tells who withdrew; says how many were news, and by index what is wrong with those
    set aside."""
    now = clock.now()
    refused: dict[int, DomainError] = {}
    many: dict[ConsentAction, dict[Advertiser, list[ConsentGiven]]] = {
        action: defaultdict(list) for action in _TOGETHER
    }
    others: list[ConsentFact] = []
    for index, fact in enumerate(facts):
        try:
            given_at = checked_time(fact.given_at or now, now)
            promise_of(fact.frequency)
            end_of(account, fact.action, given_at, fact.expires_at)
        except DomainError as error:
            refused[index] = error
            continue
        if fact.action in many:
            many[fact.action][fact.advertiser].append(_given(fact, given_at))
        else:
            others.append(fact)
    recorded = len(others)
    for action, brands in many.items():
        for advertiser in sorted(brands, key=lambda one: one.pk):
            recorded += consents_import(
                account=account,
                advertiser=advertiser,
                rows=brands[advertiser],
                source="",
                actor=actor,
                method=ConsentMethod.API,
                action=action,
            )
    for fact in sorted(others, key=lambda one: (one.advertiser.pk, one.msisdn, one.purpose)):
        _record(account, fact, actor)
    revocations_tell(
        [
            Revocation(account.pk, fact.msisdn, fact.advertiser.name, fact.purpose, _SOURCE)
            for index, fact in enumerate(facts)
            if fact.action == ConsentAction.REVOKED and index not in refused
        ]
    )
    return recorded, refused


def _given(fact: ConsentFact, given_at: datetime) -> ConsentGiven:
    return ConsentGiven(
        msisdn=fact.msisdn,
        purpose=fact.purpose,
        given_at=given_at,
        expires_at=fact.expires_at,
        source=fact.source,
        text_version=fact.text_version,
        content=fact.content,
        form=fact.form,
        frequency=fact.frequency,
        method=fact.method,
        evidence=fact.evidence,
        document=fact.document,
    )


def _record(account: Account, fact: ConsentFact, actor: User | None) -> None:
    consent_record(
        account=account,
        advertiser=fact.advertiser,
        msisdn=fact.msisdn,
        purpose=fact.purpose,
        action=fact.action,
        method=fact.method,
        source=fact.source,
        evidence=fact.evidence,
        document=fact.document,
        given_at=fact.given_at,
        actor=actor,
        text_version=fact.text_version,
        content=fact.content,
        form=fact.form,
        frequency=fact.frequency,
    )
