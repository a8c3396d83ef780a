"""What the event log says of a verification, and the counts that outlive it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final

from django.db import connection

from messaging.models import Verification
from messaging.services.events import event_append
from messaging.verification.places import block_of

_COUNT = """
INSERT INTO messaging_verificationstat AS s
    (account_id, service_id, hour, country, block, starts, approvals, noted, noted_approvals,
     blocked)
VALUES (%(account)s, %(service)s, date_trunc('hour', %(at)s::timestamptz, 'UTC'), %(country)s,
    %(block)s, %(starts)s, %(approvals)s, %(noted)s, %(noted_approvals)s, %(blocked)s)
ON CONFLICT (service_id, hour, country, block) DO UPDATE SET
    starts = s.starts + excluded.starts, approvals = s.approvals + excluded.approvals,
    noted = s.noted + excluded.noted,
    noted_approvals = s.noted_approvals + excluded.noted_approvals,
    blocked = s.blocked + excluded.blocked
"""


Told = tuple[str, Mapping[str, Any]]
_held: Final[ContextVar[list[Told] | None]] = ContextVar("verification_news", default=None)


@contextmanager
def verification_news() -> Iterator[list[Told]]:
    """Inside, events are handed over as (type, data) instead of being written: for a transaction
    that writes events of several accounts, all at its end and in their order."""
    found: list[Told] = []
    token = _held.set(found)
    try:
        yield found
    finally:
        _held.reset(token)


def verification_told(verification: Verification, event: str, at: datetime, *, slug: str) -> None:
    """Appends `verification.<event>`, as late in the transaction as possible. Never a code."""
    kind, data = f"verification.{event}", _data(verification, slug)
    held = _held.get()
    if held is not None:
        held.append((kind, data))
        return
    with connection.cursor() as cursor:
        event_append(cursor, account_id=verification.account_id, event_type=kind, at=at, data=data)


def _data(verification: Verification, slug: str) -> dict[str, Any]:
    return {
        "id": str(verification.pk),
        "to": f"+{verification.msisdn}",
        "service": slug,
        "channel": verification.channel,
        "status": str(verification.status),
        "reason": verification.reason or None,
        "sends": verification.sends,
        "checks": verification.checks,
        "client_reference": verification.client_reference or None,
        "livemode": not verification.is_test,
        "metadata": verification.metadata or {},
        "created_at": _time(verification.created_at),
        "expires_at": _time(verification.expires_at),
        "done_at": _time(verification.done_at),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def verification_counted(verification: Verification, **counts: int) -> None:
    """Adds to the counts of the hour in which it was started; test keys count nowhere."""
    if verification.is_test:
        return
    zeros = dict.fromkeys(("starts", "approvals", "noted", "noted_approvals", "blocked"), 0)
    parameters: dict[str, Any] = {
        "account": verification.account_id,
        "service": verification.service_id,
        "at": verification.created_at,
        "country": verification.country,
        "block": block_of(verification.msisdn),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, parameters | zeros | counts)
