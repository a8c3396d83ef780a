"""What routing says about senders, in the event log of their account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from messaging.services.events import event_append


def sender_told(account_id: int, event_type: str, at: datetime, data: Mapping[str, Any]) -> None:
    """Appends one event in the present transaction (`routing.news.Listener`)."""
    with connection.cursor() as cursor:
        event_append(cursor, account_id=account_id, event_type=event_type, at=at, data=data)
