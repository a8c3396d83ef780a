"""Which carrier a message goes to, and why. Pure: values in, values out."""

from routing.engine.choosing import choose, price_of
from routing.engine.decisions import (
    Candidate,
    Exclusion,
    Reason,
    RouteDecision,
    RouteRequest,
)
from routing.engine.layouts import ticket
from routing.engine.moments import Carrier, Heat, Momentary, MomentKey, Order, Policy, Quality
from routing.engine.snapshot import Rate, Route, RoutingSnapshot, SenderEntry

__all__ = [
    "Candidate",
    "Carrier",
    "Exclusion",
    "Heat",
    "MomentKey",
    "Momentary",
    "Order",
    "Policy",
    "Quality",
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
