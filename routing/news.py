"""The port by which the apps above hear of senders; messaging writes the event log."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

EXPIRING, EXPIRED = "sender.expiring", "sender.expired"

# account_id, type of event, when, what
Listener = Callable[[int, str, datetime, Mapping[str, Any]], None]
_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """Called once, when the app that listens is ready."""
    _listeners[:] = [listener]


def tell(account_id: int, event_type: str, at: datetime, data: Mapping[str, Any]) -> None:
    """In the caller's transaction, as late in it as possible."""
    for listener in _listeners:
        listener(account_id, event_type, at, data)
