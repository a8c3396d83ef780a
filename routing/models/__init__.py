from routing.models.networks import Network, NumberOverride, NumberPlan, NumberPrefix
from routing.models.routes import Rate, Route
from routing.models.senders import Sender, SenderRegistration

__all__ = [
    "Network",
    "NumberOverride",
    "NumberPlan",
    "NumberPrefix",
    "Rate",
    "Route",
    "Sender",
    "SenderRegistration",
]
