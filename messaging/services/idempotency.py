"""`Idempotency-Key`: one piece of work and one answer per key, whatever is repeated or dies.

The key is claimed before the work in a transaction of its own, and settled with the answer
in the transaction of the work (draft-ietf-httpapi-idempotency-key-header-07; invariant 11).
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import ApiKey
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from messaging.models import IdempotencyKey

KEPT_FOR: Final = timedelta(hours=24)
# A claim this old belongs to a process that died: a request is never this slow.
TAKEN_OVER_AFTER: Final = timedelta(seconds=60)
_RETRY_AFTER_SECONDS: Final = 1
_PURGE_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes out: `body` is the text, so that a replay is the same to the byte.

    The key is kept until a day after `done_by` (the time of a scheduled send).
    """

    status: int
    body: str
    location: str = ""
    done_by: datetime | None = None
    is_replayed: bool = False


Settle = Callable[[Answer], None]


@dataclass(frozen=True, slots=True)
class Claim:
    """Our hold on a key; `claimed_at` tells it from one that took it over."""

    id: int
    claimed_at: datetime


def answer_once(
    *, api_key: ApiKey, route: str, key: str | None, payload: Any, work: Callable[[], Answer]
) -> Answer:
    """Runs `work` in a transaction, or replays the answer that the key already has.

    Without a key the work is simply done. Raises ConflictError while another request with
    the key runs, InvalidError where the key was used with another payload, and whatever
    `work` raises: the key is free again then, for nothing was done.
    """

    def whole(settle: Settle) -> Answer:
        with transaction.atomic():
            answer = work()
            settle(answer)
        return answer

    return answer_settled(api_key=api_key, route=route, key=key, payload=payload, work=whole)


def answer_settled(
    *, api_key: ApiKey, route: str, key: str | None, payload: Any, work: Callable[[Settle], Answer]
) -> Answer:
    """As `answer_once`, for work with a transaction of its own, in which it settles the answer."""
    if key is None:
        return work(_nothing)
    claim = _claim(api_key, route, key, _fingerprint(payload))
    if isinstance(claim, Answer):
        return claim
    is_settled = False
    try:
        answer = work(partial(_settle, claim))
        is_settled = True
    finally:
        if not is_settled:
            _release(claim)
    return answer


def _nothing(_answer: Answer) -> None:
    """Settles what nobody claimed."""


# One statement, so that of several requests exactly one gets the row.
_CLAIM = """
INSERT INTO messaging_idempotencykey
    (account_id, api_key_id, route, key, fingerprint, created_at, expires_at)
VALUES (%(account)s, %(api_key)s, %(route)s, %(key)s, %(fingerprint)s, %(now)s, %(expires)s)
ON CONFLICT (api_key_id, route, key) DO UPDATE SET
    fingerprint = excluded.fingerprint, status = NULL, answer = NULL,
    created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE messaging_idempotencykey.expires_at <= %(now)s
    OR (messaging_idempotencykey.status IS NULL
        AND messaging_idempotencykey.fingerprint = excluded.fingerprint
        AND messaging_idempotencykey.created_at <= %(dead)s)
RETURNING id
"""


def _claim(api_key: ApiKey, route: str, key: str, fingerprint: str) -> Claim | Answer:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "account": api_key.account_id,
                "api_key": api_key.pk,
                "route": route,
                "key": key,
                "fingerprint": fingerprint,
                "now": now,
                "expires": now + KEPT_FOR,
                "dead": now - TAKEN_OVER_AFTER,
            },
        )
        row = cursor.fetchone()
    if row is not None:
        return Claim(row[0], now)
    held = IdempotencyKey.objects.filter(api_key=api_key, route=route, key=key).first()
    if held is None:  # released between the two statements
        raise _still_running()
    return _held(held, fingerprint)


def _held(held: IdempotencyKey, fingerprint: str) -> Answer:
    if held.fingerprint != fingerprint:
        raise InvalidError(
            "idempotency_key_reused",
            _("This Idempotency-Key was used with another body: send a new key with a new body."),
        )
    if held.status is None:
        raise _still_running()
    return Answer(held.status, **(held.answer or {}), is_replayed=True)


def _still_running() -> ConflictError:
    return ConflictError(
        "idempotency_key_in_use",
        _("A request with this Idempotency-Key is still running: repeat it in a moment."),
        retry_after=_RETRY_AFTER_SECONDS,
    )


_SETTLE = """
UPDATE messaging_idempotencykey
SET status = %(status)s, answer = %(answer)s::jsonb, expires_at = %(expires_at)s
WHERE id = %(id)s AND created_at = %(claimed_at)s AND status IS NULL
"""


def _settle(claim: Claim, answer: Answer) -> None:
    """In the transaction of the work: if the claim was taken over, the work is undone."""
    done_by = max(answer.done_by or claim.claimed_at, claim.claimed_at)
    values: dict[str, Any] = {
        "id": claim.id,
        "claimed_at": claim.claimed_at,
        "status": answer.status,
        # As text inside JSON: jsonb would order the members anew.
        "answer": json.dumps({"body": answer.body, "location": answer.location}),
        "expires_at": done_by + KEPT_FOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, values)
        if not cursor.rowcount:
            raise _still_running()


def _release(claim: Claim) -> None:
    # Without a database the claim runs out by itself.
    with suppress(DatabaseError):
        IdempotencyKey.objects.filter(
            pk=claim.id, created_at=claim.claimed_at, status=None
        ).delete()


def _fingerprint(payload: Any) -> str:
    canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


_PURGE = """
DELETE FROM messaging_idempotencykey WHERE id = ANY(ARRAY(
    SELECT id FROM messaging_idempotencykey WHERE expires_at <= %(now)s
    ORDER BY expires_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED))
"""


def idempotency_keys_purge() -> int:
    """Forgets keys whose time is over, in batches; returns how many."""
    purged, count = 0, _PURGE_BATCH
    while count == _PURGE_BATCH:
        with connection.cursor() as cursor:
            cursor.execute(_PURGE, {"now": clock.now(), "batch": _PURGE_BATCH})
            count = cursor.rowcount
        purged += count
    return purged
