"""Holding a code against a verification: once right, at most so many times wrong.

The row is locked before the digests are compared, so that of parallel checks each sees what the
one before it did: exactly one is approved, and no more than `max_checks` are counted. The
comparing takes as long whatever the code.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.models import Account
from config.common import clock
from config.common.errors import InvalidError
from config.common.secrets import is_digest_of
from messaging.constants import CheckResult, VerificationStatus
from messaging.models import Verification, VerificationCheck
from messaging.services.trial_accounts import trial_number_note
from messaging.services.verification.changes import (
    is_over,
    over_error,
    verification_end,
    verification_locked,
)
from messaging.services.verification.sending import PURPOSE
from messaging.services.verification.telling import verification_counted
from messaging.verification.codes import bound, code_read

# An entered code proves that the message arrived: the carrier's receipts alone do not. It is
# counted when the message left, among those it is a part of (routing.services.qualities).
_CONVERTED: Final = """
INSERT INTO routing_observationdelta
    (cohort, carrier_id, bind_id, network_id, sender_id, message_class, what, bucket, n)
SELECT date_bin('10 s', coalesce(m.sent_at, m.created_at), '2000-01-01Z'), m.carrier_id, 0,
    coalesce(m.network_id, 0), m.sender_id, m.message_class, 'converted', 0, 1
FROM messaging_message m
WHERE m.id = (SELECT s.message_id FROM messaging_verificationsend s
              WHERE s.verification_id = %s ORDER BY s.number DESC LIMIT 1)
  AND m.carrier_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check."""

    verification: Verification
    result: CheckResult

    @property
    def is_approved(self) -> bool:
        return self.result == CheckResult.RIGHT


def verification_check(
    *, account: Account, code: str, is_test: bool = False, **key: Any
) -> Checked:
    """Holds a code against one verification (`pk=`), or against the newest of a number; against
    those of test keys with `is_test` alone.

    Raises InvalidError for what is no code (nothing is counted), NotFoundError, or ConflictError
    where it has ended: `verification_approved`, `_expired`, `_failed`, `_canceled`, `_blocked`.
    """
    digits = code_read(code)
    if digits is None:
        raise InvalidError(
            "not_a_code", _("This is no code: write its 4 to 10 digits."), field="code"
        )
    now, error, result = clock.now(), None, CheckResult.WRONG
    with transaction.atomic():
        found = verification_locked(account, is_test=is_test, **key)
        if is_over(found, now):
            error = over_error(found)
        else:
            result = _checked(found, digits, now)
    if error is not None:
        raise error
    return Checked(found, result)


def _checked(found: Verification, digits: str, now: datetime) -> CheckResult:
    result = _result(found, digits)
    found.checks += 1
    VerificationCheck.objects.create(verification=found, number=found.checks, result=result, at=now)
    if result == CheckResult.RIGHT:
        _approve(found, now)
    elif found.checks >= found.max_checks:
        verification_end(found, VerificationStatus.FAILED, now)
    else:
        found.save(update_fields=["checks"])
    return result


def _result(found: Verification, digits: str) -> CheckResult:
    """An older code is told from a wrong one, so that a person can be told to take the newest."""
    value = bound(found.pk, digits)
    if found.code_digest is not None and is_digest_of(PURPOSE, value, bytes(found.code_digest)):
        return CheckResult.RIGHT
    older = [is_digest_of(PURPOSE, value, bytes(one)) for one in found.older_digests]
    return CheckResult.OLDER if any(older) else CheckResult.WRONG


def _approve(found: Verification, now: datetime) -> None:
    if found.is_test:  # it proves neither a carrier's work nor whose the number is
        verification_end(found, VerificationStatus.APPROVED, now)
        return
    verification_counted(found, approvals=1, noted_approvals=1 if found.noted else 0)
    with connection.cursor() as cursor:
        cursor.execute(_CONVERTED, [found.pk])
    verification_end(found, VerificationStatus.APPROVED, now)
    trial_number_note(found.account_id, found.msisdn)
