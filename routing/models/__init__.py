from routing.models.networks import Network, NumberOverride, NumberPlan, NumberPrefix
from routing.models.papers import (
    SenderCertificate,
    SenderDocument,
    SenderNotice,
    SenderProgram,
    SenderRegistration,
    SenderStep,
)
from routing.models.policies import RoutePolicy
from routing.models.pools import SenderFallback, SenderPool, SenderPoolMember, StickySender
from routing.models.portability import (
    LookupDay,
    LookupPolicy,
    LookupProvider,
    NumberImport,
    NumberImportLine,
    NumberLookup,
)
from routing.models.prices import ExchangeRate, PriceLine, PriceList, Rate
from routing.models.routes import Route
from routing.models.senders import Sender
from routing.models.text_rules import NetworkTextRule

__all__ = [
    "ExchangeRate",
    "LookupDay",
    "LookupPolicy",
    "LookupProvider",
    "Network",
    "NetworkTextRule",
    "NumberImport",
    "NumberImportLine",
    "NumberLookup",
    "NumberOverride",
    "NumberPlan",
    "NumberPrefix",
    "PriceLine",
    "PriceList",
    "Rate",
    "Route",
    "RoutePolicy",
    "Sender",
    "SenderCertificate",
    "SenderDocument",
    "SenderFallback",
    "SenderNotice",
    "SenderPool",
    "SenderPoolMember",
    "SenderProgram",
    "SenderRegistration",
    "SenderStep",
    "StickySender",
]
