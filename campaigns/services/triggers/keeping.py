"""How long events are kept, and what erasure takes of them."""

from datetime import timedelta
from typing import Any, Final

from django.db import connection

from campaigns.models import TriggerEvent, TriggerKey
from campaigns.selectors.triggers import events_about
from compliance.models import Account
from config.common import clock

RECORD_DAYS: Final = 90
_BATCH: Final = 2_000

# What a step says beside codes and ids may hold values of the event.
_FORGET = """
UPDATE campaigns_triggerevent SET
    body = '', headers = '', marks = '{}', body_until = NULL, retry_at = NULL,
    reason_params = '{}',
    steps = (
        SELECT coalesce(jsonb_agg(
            one - 'said' - 'problems' || '{"params": {}}'::jsonb ORDER BY place
        ), '[]')
        FROM jsonb_array_elements(steps) WITH ORDINALITY AS s(one, place)
    )
WHERE id = ANY(%s)
"""


def events_forget() -> dict[str, int]:
    """Takes bodies whose time is over, records after ninety days, and keys that may be used again;
    a bounded part of each per call."""
    now = clock.now()
    due = TriggerEvent.objects.filter(body_until__lte=now).order_by("body_until")
    bodies = _forget(list(due.values_list("pk", flat=True)[:_BATCH]))
    old = TriggerEvent.objects.filter(
        received_at__lt=now - timedelta(days=RECORD_DAYS), body_until__isnull=True
    )
    records = list(old.values_list("pk", flat=True)[:_BATCH])
    TriggerEvent.objects.filter(pk__in=records).delete()
    keys = list(
        TriggerKey.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:_BATCH]
    )
    TriggerKey.objects.filter(pk__in=keys, expires_at__lte=now).delete()
    return {"bodies": bodies, "records": len(records), "keys": len(keys)}


def person_events_forget(account: Account, msisdn: str) -> int:
    """Takes the bodies of events that hold the number, in the caller's transaction."""
    return _forget(list(events_about(account, msisdn).values_list("pk", flat=True)))


def _forget(ids: list[Any]) -> int:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [ids])
    return len(ids)
