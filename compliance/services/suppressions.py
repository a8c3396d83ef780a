"""Who must not be written to: adds and lifts suppressions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import ConsentAction, Purpose, SuppressionCause, SuppressionSource
from compliance.models import (
    Account,
    Advertiser,
    ConsentRecord,
    Program,
    Suppression,
    User,
)
from compliance.services.checks import check_advertiser, check_choice, check_msisdn
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError

# What the person said: only the person takes it back.
_OWN_WISH = frozenset({SuppressionCause.REFUSAL.value, SuppressionCause.COMPLAINT.value})
_INSERT = """
INSERT INTO compliance_suppression
    (account_id, advertiser_id, program_id, sender, msisdn, purpose, cause, source, reason,
     created_at, expires_at, created_by_id, lifted_reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '')
ON CONFLICT (msisdn, account_id, advertiser_id, purpose, program_id, sender)
    WHERE lifted_at IS NULL DO NOTHING
RETURNING id
"""


@transaction.atomic
def suppression_add(
    *,
    account: Account,
    advertiser: Advertiser | None,
    msisdn: str,
    purpose: str,
    source: str,
    cause: str = SuppressionCause.MANUAL,
    program: Program | None = None,
    sender: str = "",
    reason: str = "",
    expires_at: datetime | None = None,
    actor: User | None,
) -> Suppression:
    """The number gets no messages of the purpose from now on; repeating is harmless.

    `advertiser` None: from no advertiser of the account; `program` and `sender` (an address)
    narrow it. `msisdn` in E.164 digits. Raises InvalidError naming the field.
    """
    check_msisdn(msisdn)
    check_choice("purpose", purpose, Purpose.values)
    check_choice("source", source, SuppressionSource.values)
    check_choice("cause", cause, SuppressionCause.values)
    check_advertiser(account, advertiser)
    advertiser_id = advertiser.pk if advertiser else None
    actor_id = actor.pk if actor else None
    values = [
        account.pk,
        advertiser_id,
        program.pk if program else None,
        sender,
        msisdn,
        purpose,
        cause,
        source,
        reason,
        clock.now(),
        expires_at,
        actor_id,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        row = cursor.fetchone()
    if row is None:
        return Suppression.objects.get(
            account=account,
            advertiser=advertiser,
            program=program,
            sender=sender,
            msisdn=msisdn,
            purpose=purpose,
            lifted_at=None,
        )
    made = Suppression.objects.get(pk=row[0])
    _record(
        "suppression.added", made, actor, {"purpose": purpose, "source": source, "cause": cause}
    )
    return made


@transaction.atomic
def suppression_lift(*, suppression: Suppression, reason: str, actor: User | None) -> None:
    """Ends a suppression; the row stays as a record of it.

    What the person asked for by reply is lifted only after the person consented anew
    (Decree 91/2020/ND-CP, Art. 13: no messages after a refusal). Raises InvalidError without
    a reason, NotAllowedError without that consent, ConflictError when it is lifted already.
    """
    if not reason.strip():
        raise InvalidError("reason_missing", _("Say why it is lifted."), field="reason")
    if suppression.cause in _OWN_WISH and not _consented_since(suppression):
        raise NotAllowedError(
            "own_wish",
            _("The person refused by reply: record a newer consent first, then lift this."),
        )
    lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(
        lifted_at=clock.now(), lifted_by=actor, lifted_reason=reason.strip()[:200]
    )
    if not lifted:
        raise ConflictError("suppression_lifted", _("This suppression is lifted already."))
    _record("suppression.lifted", suppression, actor, {"reason": reason.strip()[:200]})


def _consented_since(suppression: Suppression) -> bool:
    records = ConsentRecord.objects.filter(
        account_id=suppression.account_id,
        msisdn=suppression.msisdn,
        action=ConsentAction.GRANTED,
        given_at__gt=suppression.created_at,
    )
    if suppression.advertiser_id is not None:
        records = records.filter(advertiser_id=suppression.advertiser_id)
    if suppression.purpose != Purpose.ALL:
        records = records.filter(purpose__in=[suppression.purpose, Purpose.ALL])
    return records.exists()


def _record(
    action: str, suppression: Suppression, actor: User | None, detail: Mapping[str, Any]
) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=suppression.account_id,
        subject=f"suppression:{suppression.pk}",
        detail=detail,
    )
