from routing.models.networks import Network, NumberOverride, NumberPlan, NumberPrefix
from routing.models.routes import Rate, Route
from routing.models.senders import Sender, SenderRegistration
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
    "SenderRegistration",
]
