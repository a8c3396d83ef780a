from routing.models.networks import Network, NumberOverride, NumberPlan, NumberPrefix
from routing.models.observations import Observation, ObservationDelta, RouteQuality
from routing.models.operations import (
    CarrierOrder,
    CarrierWatch,
    PlatformEvent,
    Temperature,
    TemperatureChange,
)
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
    "CarrierOrder",
    "CarrierWatch",
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
    "Observation",
    "ObservationDelta",
    "PlatformEvent",
    "PriceLine",
    "PriceList",
    "Rate",
    "Route",
    "RoutePolicy",
    "RouteQuality",
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
    "Temperature",
    "TemperatureChange",
]
