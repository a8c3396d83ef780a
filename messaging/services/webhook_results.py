"""What an attempt means: for its delivery, and for the endpoint's health."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from config.common import audit, clock, logs
from messaging.constants import EventType
from messaging.models import WebhookDelivery, WebhookEndpoint
from messaging.services.events import event_append
from messaging.services.webhook_health import health_add
from messaging.webhooks import attempts, schedule
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
    log = CASE WHEN jsonb_array_length(d.log) >= %(kept)s THEN d.log - 0 ELSE d.log END || r.entry,
    delivered_at = CASE WHEN r.status = 'delivered' THEN %(now)s::timestamptz END
FROM unnest(%(ids)s::bigint[], %(attempts)s::int[], %(statuses)s::text[],
    %(next)s::timestamptz[], %(http)s::int[], %(errors)s::text[], %(entries)s::jsonb[])
    AS r(id, attempts, status, next_attempt_at, http_status, error, entry)
WHERE d.id = r.id AND d.status = 'pending'
    AND (d.attempts = r.attempts OR r.status = 'delivered')
"""


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt that is over; `chance` (0 to 1) spreads the next one."""

    delivery_id: int
    endpoint_id: int
    attempts: int
    answer: Answer
    chance: float = 0.0
    url: str = ""
    signed_at: int = 0  # the header's seconds
    signatures: int = 0


def results_settle(results: Sequence[Result]) -> None:
    """Stores the results in one transaction and draws the endpoints' consequences."""
    now = clock.now()
    rows = [_row(result, now) for result in sorted(results, key=lambda one: one.delivery_id)]
    names = ("ids", "attempts", "statuses", "next", "http", "errors", "entries")
    columns: dict[str, Any] = {
        name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, columns | {"now": now, "kept": attempts.KEPT})
        disabled = _health(results, now)
        health_add(results, now)
        _tell(disabled, now)


def _row(result: Result, now: datetime) -> tuple[Any, ...]:
    answer = result.answer
    status, next_at = _DELIVERED, None
    if not answer.is_success:
        next_at = _next_attempt(result, now)
        status = _FAILED if next_at is None else _PENDING
    error = "" if answer.is_success else answer.error or f"http_{answer.status}"
    entry = attempts.entry(
        at=now,
        url=result.url,
        signed_at=result.signed_at,
        signatures=result.signatures,
        status=answer.status,
        error=error,
        milliseconds=answer.milliseconds,
        headers=answer.headers,
        body=answer.body,
    )
    shown = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    return result.delivery_id, result.attempts, status, next_at, answer.status, error, shown


def _next_attempt(result: Result, now: datetime) -> datetime | None:
    if result.answer.status == _GONE or result.answer.error in _FINAL_ERRORS:
        return None
    return schedule.next_attempt(
        result.attempts + 1, now, chance=result.chance, retry_after=result.answer.retry_after
    )


def _health(results: Sequence[Result], now: datetime) -> list[WebhookEndpoint]:
    """An endpoint with a success is well; of the others the last failure speaks. Returns those
    that are disabled for it."""
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
    failed = (
        _failed(endpoint_id, ill.get(endpoint_id), now, is_gone=endpoint_id in gone)
        for endpoint_id in sorted(ill.keys() | gone)
    )
    return [endpoint for endpoint in failed if endpoint is not None]


def _failed(
    endpoint_id: int, answer: Answer | None, now: datetime, *, is_gone: bool
) -> WebhookEndpoint | None:
    """The endpoint where this was one failure too many."""
    endpoints = WebhookEndpoint.objects.filter(pk=endpoint_id, is_enabled=True)
    endpoints.update(failing_since=Coalesce("failing_since", now))
    # Without the secrets: one that cannot be read must not stop this.
    hidden = ("secret", "previous_secret", "client_key")
    endpoint = endpoints.select_related("account").defer(*hidden).first()
    if endpoint is None or endpoint.failing_since is None:
        return None
    with translation.override(endpoint.account.language):
        if is_gone:
            _disable(endpoint, _("The receiver answered 410 Gone."))
        elif schedule.is_hopeless(endpoint.failing_since, now):
            _disable(endpoint, _("No delivery has succeeded for three days."))
        else:
            retry_after = answer.retry_after if answer else None
            endpoints.update(paused_until=schedule.pause(endpoint.failing_since, now, retry_after))
            return None
    return endpoint


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


def _tell(disabled: Sequence[WebhookEndpoint], now: datetime) -> None:
    """The account's other endpoints and pollers hear of it; accounts in order, as their counters
    stay locked until the commit."""
    if not disabled:
        return
    with connection.cursor() as cursor:
        for endpoint in sorted(disabled, key=lambda one: (one.account_id, one.pk)):
            event_append(
                cursor,
                account_id=endpoint.account_id,
                event_type=EventType.WEBHOOK_DISABLED,
                at=now,
                data={
                    "id": endpoint.pk,
                    "name": endpoint.name,
                    "reason": endpoint.disabled_reason,
                    "failing_since": endpoint.failing_since,
                },
            )
