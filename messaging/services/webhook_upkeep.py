"""What webhooks need every hour: old deliveries go, ending client certificates are told of."""

import time
from datetime import timedelta
from typing import Final

from django.db import connection, transaction

from config.common import clock
from config.common.ids import uuid7_floor
from messaging.constants import EventType
from messaging.models import WebhookEndpoint, WebhookHealth
from messaging.services.events import event_append

# By endpoint and event id: the index of the unique constraint.
_PURGE = """
DELETE FROM messaging_webhookdelivery WHERE id = ANY(ARRAY(
    SELECT id FROM messaging_webhookdelivery
    WHERE endpoint_id = %(endpoint)s AND event_id < %(before)s AND status <> 'pending'
    ORDER BY event_id LIMIT %(batch)s))
"""
KEPT_FOR: Final = timedelta(days=30)
HEALTH_KEPT_FOR: Final = timedelta(days=2)
# How long before the end of a client certificate its owner is told.
WARNED_DAYS: Final = (30, 14, 7, 1, 0)
_PURGE_BATCH: Final = 5_000


def deliveries_purge(*, budget_seconds: float = 60.0) -> int:
    """Forgets settled deliveries of events older than 30 days, in batches; returns how many."""
    before = uuid7_floor(clock.now() - KEPT_FOR)
    deadline = time.monotonic() + budget_seconds
    purged = 0
    for endpoint_id in WebhookEndpoint.objects.values_list("pk", flat=True):
        count = _PURGE_BATCH
        while count == _PURGE_BATCH and time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute(
                    _PURGE, {"endpoint": endpoint_id, "before": before, "batch": _PURGE_BATCH}
                )
                count = cursor.rowcount
            purged += count
    WebhookHealth.objects.filter(since__lt=clock.now() - HEALTH_KEPT_FOR).delete()
    return purged


def certificates_warn() -> int:
    """Tells accounts of client certificates that end in 30, 14, 7 or 1 days, or have ended;
    each once. Returns how many were told of."""
    horizon = clock.now() + timedelta(days=WARNED_DAYS[0])
    ending = WebhookEndpoint.objects.filter(is_enabled=True, client_certificate_ends_at__lt=horizon)
    return sum(_warn(pk) for pk in ending.order_by("account_id", "pk").values_list("pk", flat=True))


@transaction.atomic
def _warn(pk: int) -> int:
    locked = WebhookEndpoint.objects.select_for_update(no_key=True)
    endpoint = (
        locked.only("account_id", "name", "client_certificate_ends_at", "certificate_days_told")
        .filter(pk=pk)
        .first()
    )
    if endpoint is None or endpoint.client_certificate_ends_at is None:
        return 0
    now, told = clock.now(), endpoint.certificate_days_told
    left = endpoint.client_certificate_ends_at - now
    due = min((days for days in WARNED_DAYS if left <= timedelta(days=days)), default=None)
    if due is None or (told is not None and told <= due):
        return 0
    endpoint.certificate_days_told = due
    endpoint.save(update_fields=["certificate_days_told"])
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=endpoint.account_id,
            event_type=EventType.WEBHOOK_CERTIFICATE_ENDING,
            at=now,
            data={
                "id": endpoint.pk,
                "name": endpoint.name,
                "ends_at": endpoint.client_certificate_ends_at.isoformat(),
                "days_left": max(left.days, 0),
            },
        )
    return 1
