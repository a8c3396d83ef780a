"""Writes the consent ledger: facts are appended, the present state is derived.

Who took consent back is suppressed as well; consent given anew lifts no suppression.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import (
    ConsentAction,
    ConsentMethod,
    Purpose,
    SuppressionCause,
    SuppressionSource,
)
from compliance.models import Account, Advertiser, ConsentRecord, ConsentState, Program, User
from compliance.services.checks import check_advertiser, check_choice, check_msisdn
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.common.errors import InvalidError

_CLOCK_TOLERANCE = timedelta(minutes=5)
_SOURCES = {
    ConsentMethod.MO: SuppressionSource.MO,
    ConsentMethod.API: SuppressionSource.API,
    ConsentMethod.IMPORT: SuppressionSource.IMPORT,
}


@transaction.atomic
def consent_record(
    *,
    account: Account,
    advertiser: Advertiser,
    msisdn: str,
    purpose: str,
    action: str,
    method: str,
    source: str = "",
    evidence: Mapping[str, Any] | None = None,
    given_at: datetime | None = None,
    actor: User | None,
    **facets: str,
) -> ConsentRecord:
    """Appends a fact to the ledger, updates the present state, and suppresses on a revocation.

    `given_at` (default now) orders facts: an older one never undoes a newer. `facets` are
    text_version, content, form and frequency as agreed. Raises InvalidError naming the field.
    """
    check_msisdn(msisdn)
    check_choice("purpose", purpose, Purpose.values)
    check_choice("action", action, ConsentAction.values)
    check_choice("method", method, ConsentMethod.values)
    check_advertiser(account, advertiser)
    now = clock.now()
    record = ConsentRecord.objects.create(
        account=account,
        advertiser=advertiser,
        msisdn=msisdn,
        purpose=purpose,
        action=action,
        method=method,
        source=source,
        evidence=dict(evidence or {}),
        given_at=_checked_time(given_at or now, now),
        recorded_at=now,
        actor=actor,
        **facets,
    )
    if _derive(record) and action == ConsentAction.REVOKED:
        suppression_add(
            account=account,
            advertiser=advertiser,
            msisdn=msisdn,
            purpose=purpose,
            source=_SOURCES.get(ConsentMethod(method), SuppressionSource.CONSOLE),
            cause=SuppressionCause.REFUSAL,
            reason=str(source)[:200],
            actor=actor,
        )
    return record


def _checked_time(given_at: datetime, now: datetime) -> datetime:
    if given_at > now + _CLOCK_TOLERANCE:
        raise InvalidError(
            "given_in_future", _("Consent cannot be given in the future."), field="given_at"
        )
    return given_at


def _derive(record: ConsentRecord) -> bool:
    """Whether the record is now the present state: no later fact stands against it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO compliance_consentstate AS present
                (account_id, advertiser_id, msisdn, purpose, state, since, record_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (msisdn, advertiser_id, purpose) DO UPDATE
                SET state = EXCLUDED.state, since = EXCLUDED.since, record_id = EXCLUDED.record_id
                WHERE present.since <= EXCLUDED.since
            """,
            [
                record.account_id,
                record.advertiser_id,
                record.msisdn,
                record.purpose,
                record.action,
                record.given_at,
                record.pk,
            ],
        )
        return bool(cursor.rowcount)


@transaction.atomic
def opt_out(
    *,
    account: Account,
    advertiser: Advertiser | None,
    msisdn: str,
    purpose: str,
    source: str,
    evidence: Mapping[str, Any],
    at: datetime | None = None,
    program: Program | None = None,
    sender: str = "",
    actor: User | None = None,
) -> None:
    """The person refuses a purpose: suppressed at once, and consent is revoked in the ledger.

    `advertiser` None: for every advertiser of the account; `program` and `sender` narrow it, and
    then consent to the rest stands. Repeating is harmless. `at` is when the person said so
    (default now). Raises InvalidError naming the field.
    """
    suppression_add(
        account=account,
        advertiser=advertiser,
        msisdn=msisdn,
        purpose=purpose,
        source=source,
        cause=SuppressionCause.REFUSAL,
        program=program,
        sender=sender,
        actor=actor,
    )
    if program is not None or sender:
        return  # a part of what the person consented to: the consent itself stands
    method = ConsentMethod(source) if source in ConsentMethod.values else ConsentMethod.CONSOLE
    for one in [advertiser] if advertiser else _consented_to(account, msisdn, purpose):
        consent_record(
            account=account,
            advertiser=one,
            msisdn=msisdn,
            purpose=purpose,
            action=ConsentAction.REVOKED,
            method=method,
            evidence=evidence,
            given_at=at,
            actor=actor,
        )


def _consented_to(account: Account, msisdn: str, purpose: str) -> Iterable[Advertiser]:
    states = ConsentState.objects.filter(
        account=account, msisdn=msisdn, state=ConsentAction.GRANTED
    )
    if purpose != Purpose.ALL:
        states = states.filter(purpose=purpose)
    return Advertiser.objects.filter(pk__in=states.values("advertiser"))
