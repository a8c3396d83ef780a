"""What an attempt means: for its delivery, and for the endpoint's health."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from config.common import audit, clock, logs
from config.common.ids import uuid7_floor
from messaging.models import WebhookDelivery, WebhookEndpoint
from messaging.webhooks import schedule
from messaging.webhooks.client import Answer

log = logs.get_logger(__name__)

_GONE: Final = 410
_PENDING = WebhookDelivery.Status.PENDING.value
_DELIVERED = WebhookDelivery.Status.DELIVERED.value
_FAILED = WebhookDelivery.Status.FAILED.value
# Answers after which nothing is tried again.
_FINAL_ERRORS = frozenset({"event_gone"})

# `attempts` is the claim's: a result that comes after the claim ran out changes nothing,
# unless it is a success.
_SETTLE = """
UPDATE messaging_webhookdelivery d SET
    status = r.status, attempts = d.attempts + 1, next_attempt_at = r.next_attempt_at,
    last_status = r.http_status, last_error = r.error,
    delivered_at = CASE WHEN r.status = 'delivered' THEN %(now)s::timestamptz END
FROM unnest(%(ids)s::bigint[], %(attempts)s::int[], %(statuses)s::text[],
    %(next)s::timestamptz[], %(http)s::int[], %(errors)s::text[])
    AS r(id, attempts, status, next_attempt_at, http_status, error)
WHERE d.id = r.id AND d.status = 'pending'
    AND (d.attempts = r.attempts OR r.status = 'delivered')
"""


# By endpoint and event id: the index of the unique constraint.
_PURGE = """
DELETE FROM messaging_webhookdelivery WHERE id = ANY(ARRAY(
    SELECT id FROM messaging_webhookdelivery
    WHERE endpoint_id = %(endpoint)s AND event_id < %(before)s AND status <> 'pending'
    ORDER BY event_id LIMIT %(batch)s))
"""
KEPT_FOR: Final = timedelta(days=30)
_PURGE_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt that is over; `chance` (0 to 1) spreads the next one."""

    delivery_id: int
    endpoint_id: int
    attempts: int
    answer: Answer
    chance: float = 0.0


def results_settle(results: Sequence[Result]) -> None:
    """Stores the results in one transaction and draws the endpoints' consequences."""
    now = clock.now()
    rows = [_row(result, now) for result in sorted(results, key=lambda one: one.delivery_id)]
    names = ("ids", "attempts", "statuses", "next", "http", "errors")
    columns: dict[str, Any] = {
        name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, columns | {"now": now})
        _health(results, now)


def _row(result: Result, now: datetime) -> tuple[Any, ...]:
    answer = result.answer
    status, next_at = _DELIVERED, None
    if not answer.is_success:
        next_at = _next_attempt(result, now)
        status = _FAILED if next_at is None else _PENDING
    error = "" if answer.is_success else answer.error or f"http_{answer.status}"
    return result.delivery_id, result.attempts, status, next_at, answer.status, error


def _next_attempt(result: Result, now: datetime) -> datetime | None:
    if result.answer.status == _GONE or result.answer.error in _FINAL_ERRORS:
        return None
    return schedule.next_attempt(
        result.attempts + 1, now, chance=result.chance, retry_after=result.answer.retry_after
    )


def _health(results: Sequence[Result], now: datetime) -> None:
    """An endpoint with a success is well; of the others the last failure speaks."""
    well = {result.endpoint_id for result in results if result.answer.is_success}
    ill = {
        result.endpoint_id: result.answer
        for result in results
        if result.endpoint_id not in well and result.answer.error not in _FINAL_ERRORS
    }
    gone = {result.endpoint_id for result in results if result.answer.status == _GONE}
    WebhookEndpoint.objects.filter(pk__in=well, failing_since__isnull=False).update(
        failing_since=None, paused_until=None
    )
    for endpoint_id in sorted(ill.keys() | gone):
        _failed(endpoint_id, ill.get(endpoint_id), now, is_gone=endpoint_id in gone)


def _failed(endpoint_id: int, answer: Answer | None, now: datetime, *, is_gone: bool) -> None:
    endpoints = WebhookEndpoint.objects.filter(pk=endpoint_id, is_enabled=True)
    endpoints.update(failing_since=Coalesce("failing_since", now))
    # Without the secrets: one that cannot be read must not stop this.
    shown = endpoints.select_related("account").defer("secret", "previous_secret")
    endpoint = shown.first()
    if endpoint is None or endpoint.failing_since is None:
        return
    with translation.override(endpoint.account.language):
        if is_gone:
            _disable(endpoint, _("The receiver answered 410 Gone."))
        elif schedule.is_hopeless(endpoint.failing_since, now):
            _disable(endpoint, _("No delivery has succeeded for three days."))
        else:
            retry_after = answer.retry_after if answer else None
            endpoints.update(paused_until=schedule.pause(endpoint.failing_since, now, retry_after))


def _disable(endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.is_enabled = False
    endpoint.disabled_reason = reason
    endpoint.save(update_fields=["is_enabled", "disabled_reason"])
    audit.record(
        action="webhook.disabled",
        actor=None,
        account_id=endpoint.account_id,
        subject=f"webhook:{endpoint.pk}",
        detail={"reason": reason},
    )
    log.warning("webhook endpoint disabled", extra={"endpoint": endpoint.pk})


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
    return purged
