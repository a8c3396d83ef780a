from carriers.models.binds import Bind, BindLease, SessionEvent
from carriers.models.carriers import Carrier

__all__ = ["Bind", "BindLease", "Carrier", "SessionEvent"]
