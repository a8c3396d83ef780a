"""Pages of contacts, lists, imports and campaigns; importing this registers them."""

from campaigns.admin import (
    campaigns,
    contacts,
    imports,
    lists,
    people_requests,
    trigger_events,
    trigger_mappings,
    trigger_sources,
)

__all__ = [
    "campaigns",
    "contacts",
    "imports",
    "lists",
    "people_requests",
    "trigger_events",
    "trigger_mappings",
    "trigger_sources",
]
