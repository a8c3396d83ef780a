"""Pages about templates, messages, replies, webhooks, events and receipts without a message."""

from messaging.admin import (
    deliveries,
    events,
    inbound,
    messages,
    network_texts,
    receipts,
    refusals,
    registrations,
    route_trials,
    template_versions,
    templates,
    trials,
    webhooks,
)

__all__ = [
    "deliveries",
    "events",
    "inbound",
    "messages",
    "network_texts",
    "receipts",
    "refusals",
    "registrations",
    "route_trials",
    "template_versions",
    "templates",
    "trials",
    "webhooks",
]
