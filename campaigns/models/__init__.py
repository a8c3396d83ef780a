from campaigns.models.campaigns import AudienceEntry, Campaign
from campaigns.models.contacts import Contact, ContactList, ListMembership
from campaigns.models.imports import BadLine, ContactImport
from campaigns.models.people import PersonRequest
from campaigns.models.triggers import (
    TriggerEvent,
    TriggerKey,
    TriggerMapping,
    TriggerSource,
    TriggerVersion,
)

__all__ = [
    "AudienceEntry",
    "BadLine",
    "Campaign",
    "Contact",
    "ContactImport",
    "ContactList",
    "ListMembership",
    "PersonRequest",
    "TriggerEvent",
    "TriggerKey",
    "TriggerMapping",
    "TriggerSource",
    "TriggerVersion",
]
