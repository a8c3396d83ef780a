"""The money of accounts: taken at acceptance, settled with the outcome, kept in a ledger."""

from messaging.services.money.alerting import alerts_tell
from messaging.services.money.errors import CREDIT_EXHAUSTED, CreditExhaustedError
from messaging.services.money.folding import account_fold, deltas_fold
from messaging.services.money.funds import ledger_adjust, ledger_top_up
from messaging.services.money.taking import credit_fitting, credit_take, room_require
from messaging.services.money.terms import BillingTerms, billing_set

__all__ = [
    "CREDIT_EXHAUSTED",
    "BillingTerms",
    "CreditExhaustedError",
    "account_fold",
    "alerts_tell",
    "billing_set",
    "credit_fitting",
    "credit_take",
    "deltas_fold",
    "ledger_adjust",
    "ledger_top_up",
    "room_require",
]
