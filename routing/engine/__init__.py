"""Which carrier a message goes to, and why. Pure: values in, values out."""

from routing.engine.choosing import choose, price_of, ticket
from routing.engine.decisions import (
    Candidate,
    Exclusion,
    Reason,
    RouteDecision,
    RouteRequest,
)
from routing.engine.snapshot import Carrier, Rate, Route, RoutingSnapshot, SenderEntry

__all__ = [
    "Candidate",
    "Carrier",
    "Exclusion",
    "Rate",
    "Reason",
    "Route",
    "RouteDecision",
    "RouteRequest",
    "RoutingSnapshot",
    "SenderEntry",
    "choose",
    "price_of",
    "ticket",
]
