"""Pages about networks, number plans, ported numbers, senders and their papers, pools,
routes, rates, temperatures, orders and quality."""

from routing.admin import (
    lookups,
    networks,
    number_plans,
    orders,
    papers,
    policies,
    pools,
    price_lists,
    quality,
    rates,
    routes,
    senders,
    temperatures,
)

__all__ = [
    "lookups",
    "networks",
    "number_plans",
    "orders",
    "papers",
    "policies",
    "pools",
    "price_lists",
    "quality",
    "rates",
    "routes",
    "senders",
    "temperatures",
]
