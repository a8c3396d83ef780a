"""An account's webhook endpoints, how they do, and their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from compliance.models import Account
from config.common import clock
from config.common.errors import NotFoundError
from config.common.ids import uuid7_floor
from messaging.models import WebhookDelivery, WebhookEndpoint
from messaging.webhooks import durations

# Whole spans of five minutes, so the first may begin a little earlier. Arrays are added by place.
_RECENT = """
WITH recent AS MATERIALIZED (
    SELECT endpoint_id, succeeded, failed, durations, since >= %(hour)s AS is_last_hour
    FROM messaging_webhookhealth WHERE endpoint_id = ANY(%(ids)s) AND since >= %(day)s
)
SELECT endpoint_id, sum(succeeded) FILTER (WHERE is_last_hour),
    sum(failed) FILTER (WHERE is_last_hour), sum(succeeded), sum(failed),
    (SELECT array_agg(n ORDER BY place) FROM (
        SELECT place, sum(came) AS n
        FROM recent r, unnest(r.durations) WITH ORDINALITY AS t(came, place)
        WHERE r.endpoint_id = recent.endpoint_id AND r.is_last_hour GROUP BY place) AS counted)
FROM recent GROUP BY endpoint_id
"""
_WAITING = """
SELECT e.id,
    greatest(c.last - e.position, 0) + (SELECT count(*) FROM messaging_webhookdelivery d
        WHERE d.endpoint_id = e.id AND d.status = 'pending'),
    (SELECT count(*) FROM messaging_webhookdelivery d
        WHERE d.endpoint_id = e.id AND d.status = 'failed')
FROM messaging_webhookendpoint e
LEFT JOIN messaging_eventcounter c ON c.account_id = e.account_id
WHERE e.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint does: attempts of the last hour and day, its median of the last hour in
    milliseconds, events that wait (some may be filtered out yet), deliveries given up."""

    hour: "Attempts"
    day: "Attempts"
    median_milliseconds: int | None
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts of a time by their outcome."""

    succeeded: int = 0
    failed: int = 0

    @property
    def rate(self) -> float | None:
        """The share that succeeded, 0 to 1; None without any attempt."""
        total = self.succeeded + self.failed
        return self.succeeded / total if total else None


def webhook_of(account: Account, endpoint_id: int, *, for_update: bool = False) -> WebhookEndpoint:
    """The account's endpoint. Raises NotFoundError."""
    endpoints = WebhookEndpoint.objects.filter(account=account, pk=endpoint_id)
    endpoint = (endpoints.select_for_update() if for_update else endpoints).first()
    if endpoint is None:
        raise NotFoundError(
            "no_webhook", _("The account has no such webhook: GET /webhooks lists those it has.")
        )
    return endpoint


def webhooks_health(ids: Sequence[int]) -> dict[int, Health]:
    """How each of the endpoints does; two queries for all."""
    now = clock.now()
    parameters: dict[str, Any] = {
        "ids": list(ids),
        "hour": now - timedelta(hours=1),
        "day": now - timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, parameters)
        recent = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_WAITING, parameters)
        waiting = cursor.fetchall()
    found = {}
    for endpoint_id, count, given_up in waiting:
        good, bad, day_good, day_bad, counts = recent.get(endpoint_id, (0, 0, 0, 0, ()))
        found[endpoint_id] = Health(
            Attempts(good or 0, bad or 0),
            Attempts(day_good or 0, day_bad or 0),
            durations.median([int(one) for one in counts or ()]),
            count or 0,
            given_up,
        )
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries: of this status, of these types, of events between two times."""

    status: str | None = None
    event_types: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


def deliveries_page(
    endpoint: WebhookEndpoint, wanted: Wanted, *, before: UUID | None, limit: int
) -> Sequence[WebhookDelivery]:
    """The endpoint's deliveries, newest event first."""
    found = WebhookDelivery.objects.filter(endpoint=endpoint)
    if wanted.status is not None:
        found = found.filter(status=wanted.status)
    if wanted.event_types:
        found = found.filter(type__in=list(wanted.event_types))
    if wanted.since is not None:
        found = found.filter(event_id__gte=uuid7_floor(wanted.since))
    if wanted.until is not None:
        found = found.filter(event_id__lt=uuid7_floor(wanted.until))
    if before is not None:
        found = found.filter(event_id__lt=before)
    return list(found.defer("log").order_by("-event_id")[:limit])


def delivery_of(endpoint: WebhookEndpoint, event_id: UUID) -> WebhookDelivery:
    """The delivery of one event. Raises NotFoundError."""
    found = WebhookDelivery.objects.filter(endpoint=endpoint, event_id=event_id).first()
    if found is None:
        raise NotFoundError(
            "no_delivery",
            _("The webhook has no delivery of this event: they are kept for 30 days."),
        )
    return found
