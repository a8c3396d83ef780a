from routing.models.networks import Network, NumberOverride, NumberPlan, NumberPrefix
from routing.models.papers import (
    SenderCertificate,
    SenderDocument,
    SenderNotice,
    SenderProgram,
    SenderRegistration,
    SenderStep,
)
from routing.models.routes import Rate, Route
from routing.models.senders import Sender
from routing.models.text_rules import NetworkTextRule

__all__ = [
    "Network",
    "NetworkTextRule",
    "NumberOverride",
    "NumberPlan",
    "NumberPrefix",
    "Rate",
    "Route",
    "Sender",
    "SenderCertificate",
    "SenderDocument",
    "SenderNotice",
    "SenderProgram",
    "SenderRegistration",
    "SenderStep",
]
