from carriers.models.binds import Bind, BindLease, SessionEvent
from carriers.models.carriers import Carrier
from carriers.models.probes import BindProbe
from carriers.models.traces import BindTrace, TracedPdu
from carriers.models.words import UnknownWord
from carriers.models.workers import CarrierWorker, ThroughputShare

__all__ = [
    "Bind",
    "BindLease",
    "BindProbe",
    "BindTrace",
    "Carrier",
    "CarrierWorker",
    "SessionEvent",
    "ThroughputShare",
    "TracedPdu",
    "UnknownWord",
]
