"""What is left of a campaign's price after the carriers' costs: for those who may see costs, never
for the account's own people."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.selectors.labels import grouped, money
from carriers.models import Carrier
from config.common import clock
from routing.selectors.margins import Exchange, exchange_at

# Rates and price lists are shown to nobody else.
PERMISSION = "routing.view_rate"
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class MarginShown:
    """Price, cost and what is left as people read them; `note` says what is not known."""

    price: str
    cost: str
    left: str
    part: str
    is_loss: bool
    note: str


def margin_of(report: Mapping[str, Any]) -> MarginShown | None:
    """The margin of a finished report's messages whose cost is known; None where there are none,
    as in reports of earlier releases."""
    costs = report.get("costs")
    if not costs:
        return None
    exchange = exchange_at(clock.now())
    without = report["without_cost"]
    price_micros = report["price_micros"] - without["price_micros"]
    price = exchange.in_own(price_micros, report["currency"])
    cost = _cost(costs, exchange)
    left = None if price is None or cost is None else price - cost
    return MarginShown(
        price=money(price_micros, report["currency"]),
        cost="–" if cost is None else _money(cost, exchange),
        left="–" if left is None else _money(left, exchange),
        part=f"{100 * left / price:.1f} %" if left is not None and price else "",
        is_loss=left is not None and left < 0,
        note=_note(without["messages"], is_known=left is not None),
    )


def _cost(costs: Mapping[str, int], exchange: Exchange) -> Decimal | None:
    """In the platform's currency; None where an exchange rate is missing."""
    currencies = dict(Carrier.objects.values_list("pk", "currency"))
    total = Decimal(0)
    for carrier_id, micros in costs.items():
        amount = exchange.in_own(micros, currencies.get(int(carrier_id), ""))
        if amount is None:
            return None
        total += amount
    return total


def _money(amount: Decimal, exchange: Exchange) -> str:
    return str(money(int(amount * _MICROS), exchange.own))


def _note(messages: int, *, is_known: bool) -> str:
    if not is_known:
        return _("An exchange rate is missing: enter it under Exchange rates.")
    if not messages:
        return ""
    return ngettext(
        "Without %(count)s message that has no route or no cost yet.",
        "Without %(count)s messages that have no route or no cost yet.",
        messages,
    ) % {"count": grouped(messages)}
