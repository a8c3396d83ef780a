"""Two machines that answer each other fall silent: who is never answered, and when to stop."""

from datetime import datetime, timedelta
from typing import Final

from messaging.models import KeywordHit
from messaging.selectors.snapshot import Snapshot

HOUR: Final = timedelta(hours=1)
LOOP: Final = "loop"


def is_own_sender(snapshot: Snapshot, msisdn: str) -> bool:
    """Whether the number is a sender of this platform, of whatever account."""
    return any(card.address == msisdn for card in snapshot.senders.values())


def was_stopped_lately(account_id: int, msisdn: str, now: datetime) -> bool:
    """Whether the account was told within the hour."""
    return KeywordHit.objects.filter(
        account=account_id,
        msisdn=msisdn,
        created_at__gt=now - HOUR,
        results__contains=[{"why": LOOP}],
    ).exists()
