"""Accounts on trial: their numbers, their day's messages, the trial's beginning and its end."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.models import Account, User, VerifiedNumber
from config.common import audit, clock, redaction
from config.common.errors import ConflictError, InvalidError

MOST_NUMBERS: Final = 10
_LONGEST_REASON: Final = 300

_GRANT: Final = """
INSERT INTO compliance_trialday AS t (account_id, day, messages)
VALUES (%(account)s, %(day)s, least(%(wanted)s, %(limit)s))
ON CONFLICT (account_id, day) DO UPDATE
    SET messages = greatest(t.messages, least(t.messages + %(wanted)s, %(limit)s))
RETURNING messages
"""
_BEFORE: Final = """
SELECT messages FROM compliance_trialday WHERE account_id = %(account)s AND day = %(day)s
FOR UPDATE
"""


@transaction.atomic
def number_verified(
    *, account: Account, msisdn: str, source: str, note: str = "", actor: User | None = None
) -> VerifiedNumber:
    """A trial account may write to the number from now on; known ones stay as they are.

    Raises ConflictError where the account has as many as it may have.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    known = VerifiedNumber.objects.filter(account=account, msisdn=msisdn).first()
    if known is not None:
        return known
    if VerifiedNumber.objects.filter(account=account).count() >= MOST_NUMBERS:
        raise ConflictError(
            "too_many_verified_numbers",
            _("An account on trial has at most %(limit)d verified numbers: remove one first.")
            % {"limit": MOST_NUMBERS},
            field="msisdn",
        )
    made = VerifiedNumber.objects.create(
        account=account,
        msisdn=msisdn,
        source=source,
        note=note,
        added_by=actor,
        verified_at=clock.now(),
    )
    _note("verified_number.added", made, actor)
    return made


@transaction.atomic
def number_forget(*, number: VerifiedNumber, actor: User | None) -> None:
    """A trial account may not write to it any more."""
    _note("verified_number.removed", number, actor)
    number.delete()


def _note(action: str, number: VerifiedNumber, actor: User | None) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=number.account_id,
        subject=f"verifiednumber:{number.pk}",
        detail={"number": redaction.msisdn(number.msisdn)},
    )


def trial_begin(*, account: Account, daily_limit: int, reason: str, actor: User | None) -> None:
    """The account is on trial from now on: so many messages a day, to its verified numbers, and
    campaigns of its stop at their next step. `trial_end` undoes it. Raises ConflictError where it
    is on trial already, InvalidError for a limit of nothing or without a reason."""
    if daily_limit < 1:
        raise InvalidError(
            "trial_limit_too_low",
            _("Even a trial sends something: allow at least one message a day."),
            field="daily_limit",
        )
    _trial_turn(account, actor, reason, is_trial=True, daily_limit=daily_limit)


def trial_end(*, account: Account, reason: str, actor: User | None) -> None:
    """The account is live: neither its numbers nor its days are limited any more. `trial_begin`
    undoes it. Raises ConflictError where it is live already, InvalidError without a reason."""
    _trial_turn(account, actor, reason, is_trial=False)


@transaction.atomic
def _trial_turn(
    account: Account,
    actor: User | None,
    reason: str,
    *,
    is_trial: bool,
    daily_limit: int | None = None,
) -> None:
    why = " ".join(reason.split())[:_LONGEST_REASON]
    if not why:
        raise InvalidError(
            "reason_needed",
            _("Say why: the reason stands in the audit log."),
            field="reason",
        )
    found = Account.objects.select_for_update().get(pk=account.pk)
    if found.is_trial == is_trial:
        raise (
            ConflictError("on_trial_already", _("This account is on trial already."))
            if is_trial
            else ConflictError("not_on_trial", _("This account is not on trial any more."))
        )
    found.is_trial = is_trial
    if daily_limit is not None:
        found.trial_daily_limit = daily_limit
    found.save()
    audit.record(
        action="account.trial_begun" if is_trial else "account.trial_ended",
        actor=actor,
        account_id=account.pk,
        subject=f"account:{account.pk}",
        detail={"name": found.name, "limit": found.trial_daily_limit, "reason": why},
    )


def numbers_known(account_id: int, msisdns: Collection[str]) -> set[str]:
    """Those of the numbers that the account has verified."""
    found = VerifiedNumber.objects.filter(account_id=account_id, msisdn__in=list(msisdns))
    return set(found.values_list("msisdn", flat=True))


@transaction.atomic
def messages_grant(*, account_id: int, day: date, wanted: int, limit: int) -> int:
    """Takes so many of the day's messages, or those that are left; returns how many. They are
    given back where the caller's transaction fails."""
    values: dict[str, Any] = {"account": account_id, "day": day, "wanted": wanted, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_GRANT, values | {"wanted": 0})  # the day has its row, and it is ours
        cursor.execute(_BEFORE, values)
        before = int(cursor.fetchone()[0])
        cursor.execute(_GRANT, values)
        return int(cursor.fetchone()[0]) - before
