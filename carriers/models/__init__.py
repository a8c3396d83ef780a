from carriers.models.binds import Bind, BindLease, SessionEvent
from carriers.models.carriers import Carrier
from carriers.models.probes import BindProbe
from carriers.models.traces import BindTrace, TracedPdu
from carriers.models.words import UnknownWord

__all__ = [
    "Bind",
    "BindLease",
    "BindProbe",
    "BindTrace",
    "Carrier",
    "SessionEvent",
    "TracedPdu",
    "UnknownWord",
]
