"""Who must not be written to: adds and lifts suppressions."""

from collections import Counter
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
from compliance.selectors.suppression_policies import usual_end
from compliance.services.checks import (
    check_advertiser,
    check_choice,
    check_msisdn,
    check_program,
)
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError

# Of two causes for the same the later in this line stands; the other is lifted as replaced, so
# that a refusal never ends with the bounce or the hold that was there before it.
_STRENGTH = tuple(
    cause.value
    for cause in (
        SuppressionCause.BOUNCE,
        SuppressionCause.HOLD,
        SuppressionCause.MANUAL,
        SuppressionCause.COMPLAINT,
        SuppressionCause.REFUSAL,
    )
)
EXPIRED, REPLACED = "expired", "replaced"  # reasons of lifting that nobody typed
_EXPIRED_AT_ONCE = 5_000
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
_EXPIRE = """
UPDATE compliance_suppression SET lifted_at = %(now)s, lifted_reason = %(reason)s
WHERE id = ANY(ARRAY(
    SELECT id FROM compliance_suppression
    WHERE lifted_at IS NULL AND expires_at IS NOT NULL AND expires_at <= %(now)s
    ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING account_id
"""
_TRIES = 3


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
    narrow it. `msisdn` in E.164 digits. `expires_at` None: as the account's policy has it for
    the cause, refusals never. Raises InvalidError naming the field.
    """
    check_msisdn(msisdn)
    check_choice("purpose", purpose, Purpose.values)
    check_choice("source", source, SuppressionSource.values)
    check_choice("cause", cause, SuppressionCause.values)
    check_advertiser(account, advertiser)
    check_program(account, advertiser, program)
    ends_at = _checked_end(account, cause, expires_at)
    about: dict[str, Any] = {
        "account": account,
        "advertiser": advertiser,
        "program": program,
        "sender": sender,
        "msisdn": msisdn,
        "purpose": purpose,
    }
    standing = Suppression.objects.select_for_update(of=("self",)).filter(**about, lifted_at=None)
    for _try in range(_TRIES):
        made = _insert(about, (cause, source, reason, ends_at), actor)
        if made is not None:
            detail = {"purpose": purpose, "source": source, "cause": cause}
            _record("suppression.added", made, actor, detail)
            return made
        present = standing.first()
        if present is None:
            continue  # lifted at this very moment
        if not _is_stronger(cause, ends_at, present):
            return present
        Suppression.objects.filter(pk=present.pk).update(
            lifted_at=clock.now(), lifted_by=actor, lifted_reason=REPLACED
        )
    raise ConflictError("suppression_changed", _("Somebody else changed this: try again."))


def _insert(
    about: Mapping[str, Any],
    why: tuple[str, str, str, datetime | None],
    actor: User | None,
) -> Suppression | None:
    cause, source, reason, expires_at = why
    values = [
        about["account"].pk,
        about["advertiser"].pk if about["advertiser"] else None,
        about["program"].pk if about["program"] else None,
        about["sender"],
        about["msisdn"],
        about["purpose"],
        cause,
        source,
        reason,
        clock.now(),
        expires_at,
        actor.pk if actor else None,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        row = cursor.fetchone()
    return Suppression.objects.get(pk=row[0]) if row else None


def _checked_end(account: Account, cause: str, expires_at: datetime | None) -> datetime | None:
    now = clock.now()
    if expires_at is None:
        return None if cause == SuppressionCause.REFUSAL else usual_end(account.pk, cause, now)
    if cause == SuppressionCause.REFUSAL:
        raise InvalidError(
            "refusal_has_no_end", _("What a person refused does not end."), field="expires_at"
        )
    if expires_at <= now:
        raise InvalidError("end_passed", _("The end must lie ahead."), field="expires_at")
    return expires_at


def _is_stronger(cause: str, expires_at: datetime | None, present: Suppression) -> bool:
    """Whether a new suppression takes the place of the present one: a stronger cause, or the
    same that lasts longer or does not rest on a file that may be taken back."""
    if cause != present.cause:
        return _STRENGTH.index(cause) > _STRENGTH.index(present.cause)
    if present.imported_in_id is not None:
        return True
    if present.expires_at is None:
        return False
    return expires_at is None or expires_at > present.expires_at


def weaker_causes(cause: str) -> tuple[str, ...]:
    """Causes whose suppressions give way to one of this cause."""
    return _STRENGTH[: _STRENGTH.index(cause)]


def suppressions_expire() -> int:
    """Lifts what has ended (by `expires_at`), in batches; returns how many. The claim of messages
    asks only what is not lifted."""
    ended = 0
    while True:
        lifted = _expire_some()
        ended += lifted
        if lifted < _EXPIRED_AT_ONCE:
            return ended


@transaction.atomic
def _expire_some() -> int:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, {"now": now, "reason": EXPIRED, "limit": _EXPIRED_AT_ONCE})
        accounts = Counter(row[0] for row in cursor.fetchall())
    for account_id, count in sorted(accounts.items()):
        audit.record(
            action="suppressions.expired",
            actor=None,
            account_id=account_id,
            subject=f"account:{account_id}",
            detail={"suppressions": count},
        )
    return accounts.total()


@transaction.atomic
def suppression_lift(*, suppression: Suppression, reason: str, actor: User | None) -> None:
    """Ends a suppression; the row stays as a record of it.

    What the person asked for, by whatever way, is lifted only after the person consented anew
    (Decree 91/2020/ND-CP, Art. 13: no messages after a refusal). Raises InvalidError without
    a reason, NotAllowedError without that consent, ConflictError when it is lifted already.
    """
    if not reason.strip():
        raise InvalidError("reason_missing", _("Say why it is lifted."), field="reason")
    if suppression.cause in _OWN_WISH and not _consented_since(suppression):
        raise NotAllowedError(
            "own_wish",
            _(
                "The person asked for this, so only the person takes it back: record a newer"
                " consent first, then lift it."
            ),
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
