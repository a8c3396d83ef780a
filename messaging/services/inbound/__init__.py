"""Messages from phones (MO): stored before they are acknowledged, and understood at once."""

from messaging.services.inbound.receiving import Received, inbound_receive

__all__ = ["Received", "inbound_receive"]
