"""Refusals for money."""

from typing import Final

from django.utils.translation import gettext as _

from config.common.errors import DomainError
from messaging.money.amounts import amount_text, money_text

CREDIT_EXHAUSTED: Final = "credit_exhausted"


class CreditExhaustedError(DomainError):
    """What may still be spent does not cover it (RFC 9110 §15.5.3: payment required)."""

    status = 402

    def __init__(self, *, needed_micros: int, available_micros: int, currency: str) -> None:
        available = max(0, available_micros)
        missing = needed_micros - available
        super().__init__(
            CREDIT_EXHAUSTED,
            _(
                "This costs %(needed)s and %(available)s may be spent: %(missing)s is missing. Ask"
                " for a top-up or a higher limit, then send it again."
            )
            % {
                "needed": money_text(needed_micros, currency),
                "available": money_text(available, currency),
                "missing": money_text(missing, currency),
            },
            missing={"amount": amount_text(missing), "currency": currency},
        )
        self.needed_micros, self.available_micros = needed_micros, available
