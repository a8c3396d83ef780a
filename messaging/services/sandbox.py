"""Refusals that magic numbers ask for."""

from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from messaging.sandbox import refusal_of
from messaging.services.drafts import Draft
from messaging.services.money.errors import CreditExhaustedError
from routing.numbers import MESSAGES


def sandbox_admit(draft: Draft) -> None:
    """Raises what a real number in that state would be refused with."""
    refusal = refusal_of(draft.msisdn)
    if refusal is None:
        return
    if refusal.code == "credit_exhausted":
        raise CreditExhaustedError(
            needed_micros=1_000_000, available_micros=0, currency=draft.currency
        )
    raise InvalidError(refusal.code, _(MESSAGES[refusal.code]), field="to")
