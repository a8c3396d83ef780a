"""Messages from phones (MO): stored before they are acknowledged, and understood at once."""

from messaging.services.inbound.reading import Received
from messaging.services.inbound.receiving import inbound_receive
from messaging.services.inbound.showing import incomplete_show

__all__ = ["Received", "inbound_receive", "incomplete_show"]
