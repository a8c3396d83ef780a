"""Money in: top-ups, and adjustments with their reason; each one an entry of the ledger."""

from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from compliance.models import Account, User
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from messaging.constants import LedgerKind
from messaging.models import LedgerEntry
from messaging.money.amounts import amount_text
from messaging.services.money.folding import fold

_BOOK = """
WITH before AS (
    SELECT coalesce(sum(amount_micros), 0) AS balance FROM messaging_ledgerentry
    WHERE account_id = %(account)s
)
INSERT INTO messaging_ledgerentry (account_id, kind, amount_micros, balance_micros, currency,
    reference, reason, person_id, at)
SELECT %(account)s, %(kind)s, %(amount)s, before.balance + %(amount)s, %(currency)s,
    %(reference)s, %(reason)s, %(person)s, %(now)s FROM before
RETURNING id
"""
# Percentages of credit are of what is there now; who was told before is told again.
_FUND = """
UPDATE messaging_balance SET funds_micros = funds_micros + %(amount)s,
    mark_micros = greatest(0, funds_micros + %(amount)s - taken_micros)
WHERE account_id = %(account)s
"""
_LONGEST_REFERENCE, _LONGEST_REASON = 100, 300


def ledger_top_up(
    *,
    account: Account,
    amount_micros: int,
    actor: User | None,
    reference: str = "",
    reason: str = "",
) -> LedgerEntry:
    """Books money that was paid in. Raises InvalidError, ConflictError where the reference was
    booked before."""
    if amount_micros <= 0:
        raise InvalidError(
            "amount_wrong", _("Write an amount above zero: what was paid in."), field="amount"
        )
    return _booked(LedgerKind.TOP_UP, account, amount_micros, actor, reference, reason)


def ledger_adjust(
    *,
    account: Account,
    amount_micros: int,
    actor: User | None,
    reason: str,
    reference: str = "",
) -> LedgerEntry:
    """Books a correction, up or down, with its reason. Raises InvalidError, ConflictError."""
    if not amount_micros:
        raise InvalidError(
            "amount_wrong", _("Write an amount, below zero to take it off."), field="amount"
        )
    if not reason.strip():
        raise InvalidError(
            "reason_missing", _("Say why, for those who read it later."), field="reason"
        )
    return _booked(LedgerKind.ADJUSTMENT, account, amount_micros, actor, reference, reason)


def _booked(
    kind: LedgerKind,
    account: Account,
    amount_micros: int,
    actor: User | None,
    reference: str,
    reason: str,
) -> LedgerEntry:
    values: dict[str, Any] = {
        "account": account.pk,
        "kind": kind.value,
        "amount": amount_micros,
        "currency": account.currency,
        "reference": reference.strip()[:_LONGEST_REFERENCE],
        "reason": reason.strip()[:_LONGEST_REASON],
        "person": None if actor is None else actor.pk,
        "now": clock.now(),
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            fold(cursor, account.pk, values["now"])
            cursor.execute(_BOOK, values)
            entry_id = cursor.fetchone()[0]
            cursor.execute(_FUND, values)
            audit.record(
                action=f"ledgerentry.{kind.value}",
                actor=actor,
                account_id=account.pk,
                subject=f"ledgerentry:{entry_id}",
                detail={
                    "amount": amount_text(amount_micros),
                    "currency": account.currency,
                    "reference": values["reference"],
                    "reason": values["reason"],
                },
            )
    except IntegrityError as error:
        if "ledger_reference_once" not in str(error):
            raise
        raise ConflictError(
            "reference_used",
            _("“%(reference)s” is booked already: look at the entries of the account.")
            % {"reference": values["reference"]},
            field="reference",
        ) from error
    return LedgerEntry.objects.select_related("account", "person").get(pk=entry_id)
