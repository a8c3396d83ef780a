"""Pages about networks, number plans, senders and their papers, routes and rates."""

from routing.admin import networks, number_plans, papers, rates, routes, senders

__all__ = ["networks", "number_plans", "papers", "rates", "routes", "senders"]
