"""Which deliveries are ours for a minute, and all that a thread needs to post them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.common import clock, logs, secrets
from messaging.webhooks import signing
from messaging.webhooks.client import Answer
from messaging.webhooks.identities import Identity

log = logs.get_logger(__name__)

PER_ENDPOINT: Final = 16
# Longer than an attempt can take, so that nobody else sends what is being sent.
LEASE: Final = timedelta(seconds=60)

# The least busy endpoint first, and none more than half of what is free: a slow receiver
# must not take every thread. A failing one gets a single probe; one outside of the countries in
# which the account's data stays gets nothing, also where that was said after it was set up. Where
# order is wanted (`order_key`), only the earliest pending delivery of a key is due.
_CLAIM = """
WITH room AS MATERIALIZED (
    SELECT e.id, least(
        CASE WHEN e.failing_since IS NULL THEN coalesce(busy.most, %(per_endpoint)s) ELSE 1 END
            - coalesce(busy.n, 0),
        (%(free)s + 1) / 2) AS n
    FROM messaging_webhookendpoint e
    JOIN compliance_account a ON a.id = e.account_id
        AND (a.residency = '{}' OR e.country = ANY(a.residency))
    LEFT JOIN unnest(%(busy_ids)s::bigint[], %(busy_counts)s::int[], %(most)s::int[])
        AS busy(id, n, most) ON busy.id = e.id
    WHERE e.is_enabled AND (e.paused_until IS NULL OR e.paused_until <= %(now)s)
    ORDER BY coalesce(busy.n, 0), random()
), due AS MATERIALIZED (
    SELECT d.id FROM room CROSS JOIN LATERAL (
        SELECT id FROM messaging_webhookdelivery waiting
        WHERE endpoint_id = room.id AND status = 'pending' AND next_attempt_at <= %(now)s
            AND (order_key IS NULL OR NOT EXISTS (
                SELECT FROM messaging_webhookdelivery earlier
                WHERE earlier.endpoint_id = room.id AND earlier.status = 'pending'
                    AND earlier.order_key = waiting.order_key
                    AND earlier.sequence < waiting.sequence))
        ORDER BY next_attempt_at LIMIT greatest(room.n, 0)
        FOR UPDATE SKIP LOCKED) AS d
    LIMIT %(free)s
)
UPDATE messaging_webhookdelivery SET next_attempt_at = %(lease)s
WHERE id = ANY(ARRAY(SELECT id FROM due))
RETURNING id, endpoint_id, event_id, attempts, %(moment)s::float8
"""


_RELEASE = """
UPDATE messaging_webhookdelivery d SET next_attempt_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS r(id, attempts)
WHERE d.id = r.id AND d.status = 'pending' AND d.attempts = r.attempts
"""
_BODIES = "SELECT id, body FROM messaging_event WHERE id = ANY(%s)"
_TARGETS = """
SELECT id, url, client_certificate, client_key, secret,
    CASE WHEN previous_secret_until > %(now)s THEN previous_secret ELSE '' END
FROM messaging_webhookendpoint WHERE id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours for a minute."""

    id: int
    endpoint_id: int
    event_id: UUID
    attempts: int
    claimed_at: float  # monotonic


@dataclass(frozen=True, slots=True)
class _Target:
    """Where an endpoint's deliveries go, signed by these; without secrets one is unreadable."""

    url: str
    secrets: tuple[str, ...]
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt, with all that a thread needs."""

    claimed: Claimed
    url: str
    body: str
    headers: dict[str, str]
    signatures: int
    identity: Identity | None

    @property
    def endpoint_id(self) -> int:
        return self.claimed.endpoint_id

    @property
    def claimed_at(self) -> float:
        return self.claimed.claimed_at


def deliveries_claim(
    free: int, held: Mapping[int, int], most: Mapping[int, int] | None = None
) -> list[Claimed]:
    """At most `free` due deliveries; `held` says how many each endpoint has here already, `most`
    how many it may have where that is more than PER_ENDPOINT."""
    now, moment = clock.now(), time.monotonic()
    most = most or {}
    known = sorted(held.keys() | most.keys())
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "free": free,
                "per_endpoint": PER_ENDPOINT,
                "busy_ids": known,
                "busy_counts": [held.get(endpoint, 0) for endpoint in known],
                "most": [most.get(endpoint, PER_ENDPOINT) for endpoint in known],
                "now": now,
                "lease": now + LEASE,
                "moment": moment,
            },
        )
        return [Claimed(*row) for row in cursor.fetchall()]


def deliveries_release(claims: Sequence[Claimed]) -> None:
    """Makes claims due again that nobody has tried to post."""
    with connection.cursor() as cursor:
        ids, attempts = [one.id for one in claims], [one.attempts for one in claims]
        cursor.execute(_RELEASE, {"ids": ids, "attempts": attempts, "now": clock.now()})


def jobs_make(claims: Sequence[Claimed]) -> tuple[list[Job], list[tuple[Claimed, Answer]]]:
    """What can be sent, and what cannot: the event is gone, the secret unreadable."""
    if not claims:
        return [], []
    with connection.cursor() as cursor:
        ids = list({claimed.endpoint_id for claimed in claims})
        cursor.execute(_TARGETS, {"ids": ids, "now": clock.now()})
        targets = {row[0]: _target(*row) for row in cursor.fetchall()}
        cursor.execute(_BODIES, [[claimed.event_id for claimed in claims]])
        bodies = dict(cursor.fetchall())
    jobs, lost = [], []
    for claimed in claims:
        target, body = targets.get(claimed.endpoint_id), bodies.get(claimed.event_id)
        if target is None:  # deleted a moment ago, and its deliveries with it
            continue
        made = Answer(None, "event_gone") if body is None else _job(claimed, target, body)
        if isinstance(made, Job):
            jobs.append(made)
        else:
            lost.append((claimed, made))
    return jobs, lost


def _target(endpoint_id: int, url: str, certificate: str, key: str, *tokens: str) -> _Target:
    """The last token is empty unless the former secret still signs, too."""
    try:
        signing_secrets = tuple(secrets.decrypt(token) for token in tokens if token)
        identity = Identity(certificate, secrets.decrypt(key)) if certificate else None
        return _Target(url, signing_secrets, identity)
    except ImproperlyConfigured:  # one bad secret stops nobody else
        log.exception("webhook secret unreadable", extra={"endpoint": endpoint_id})
        return _Target(url, ())


def _job(claimed: Claimed, target: _Target, body: str) -> Job | Answer:
    if not target.secrets:
        return Answer(None, "secret_unreadable")
    try:
        headers = signing.headers(
            message_id=str(claimed.event_id),
            at=clock.now(),
            body=body,
            signing_secrets=target.secrets,
        )
    except ValueError:
        log.exception("webhook secret unreadable", extra={"endpoint": claimed.endpoint_id})
        return Answer(None, "secret_unreadable")
    return Job(claimed, target.url, body, headers, len(target.secrets), target.identity)
