"""Pages about networks, number plans, ported numbers, senders and their papers, pools, routes
and rates."""

from routing.admin import (
    lookups,
    networks,
    number_plans,
    papers,
    policies,
    pools,
    price_lists,
    rates,
    routes,
    senders,
)

__all__ = [
    "lookups",
    "networks",
    "number_plans",
    "papers",
    "policies",
    "pools",
    "price_lists",
    "rates",
    "routes",
    "senders",
]
