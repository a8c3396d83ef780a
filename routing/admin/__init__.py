"""Pages about networks, number plans, senders, routes and rates."""

from routing.admin import networks, number_plans, rates, routes, senders

__all__ = ["networks", "number_plans", "rates", "routes", "senders"]
