"""What was known of each message's recipient when the message was accepted, read from facts that
are never changed: the consent ledger, suppressions with their ends, earlier messages."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from compliance.constants import ConsentAction, Purpose
from compliance.selectors.consent import Refusal
from config.common.arrays import Uuids

LONGEST_CAP_HOURS = 31 * 24


class PastMessage(NamedTuple):
    """A message as it was accepted, and what became of it."""

    id: uuid.UUID
    at: datetime
    message_class: str
    account_id: int
    advertiser_id: int
    campaign_id: int | None
    msisdn: str
    country: str
    network_id: int | None
    sender_id: int
    template_version_id: int | None
    text: str
    segment_count: int
    recipient_zone: str | None
    status: str


_SLICE = """
SELECT id, created_at, message_class, account_id, advertiser_id, campaign_id, msisdn, country,
    network_id, sender_id, template_version_id, text, segment_count, recipient_zone, status
FROM messaging_message
WHERE account_id = %(account)s AND id > %(after)s AND id < uuid7_floor(%(last)s)
  AND country = %(country)s AND origin <> 'system' AND NOT is_test
ORDER BY account_id, id LIMIT %(limit)s
"""
_COUNT = """
SELECT count(*) FROM messaging_message
WHERE account_id = ANY(%(accounts)s) AND id >= uuid7_floor(%(first)s)
  AND id < uuid7_floor(%(last)s) AND country = %(country)s AND origin <> 'system' AND NOT is_test
"""
# Grants and refusals decide; only where there is none of them, whether somebody was asked.
_CONSENTS = """
SELECT DISTINCT ON (i.id) i.id,
    CASE WHEN r.action = 'granted' AND r.expires_at <= i.at THEN 'lapsed' ELSE r.action END
FROM unnest(%(ids)s::uuid[], %(msisdns)s::text[], %(advertisers)s::bigint[],
        %(purposes)s::text[], %(at)s::timestamptz[]) AS i(id, msisdn, advertiser_id, purpose, at)
JOIN compliance_consentrecord r ON r.msisdn = i.msisdn AND r.advertiser_id = i.advertiser_id
    AND r.purpose IN (i.purpose, 'all') AND r.given_at <= i.at
ORDER BY i.id, (r.action = ANY(%(firm)s)) DESC, r.given_at DESC, r.id DESC
"""
_SUPPRESSIONS = """
SELECT i.id, s.purpose, s.program_id, s.sender
FROM unnest(%(ids)s::uuid[], %(msisdns)s::text[], %(accounts)s::bigint[],
        %(advertisers)s::bigint[], %(purposes)s::text[], %(at)s::timestamptz[])
    AS i(id, msisdn, account_id, advertiser_id, purpose, at)
JOIN compliance_suppression s ON s.msisdn = i.msisdn AND s.account_id = i.account_id
    AND (s.advertiser_id IS NULL OR s.advertiser_id = i.advertiser_id)
    AND s.purpose IN (i.purpose, 'all')
    AND s.created_at <= i.at AND (s.lifted_at IS NULL OR s.lifted_at > i.at)
"""
_TOUCHES = """
SELECT i.id, coalesce(m.sent_at, m.created_at)
FROM unnest(%(ids)s::uuid[], %(msisdns)s::text[], %(advertisers)s::bigint[],
        %(classes)s::text[], %(at)s::timestamptz[]) AS i(id, msisdn, advertiser_id, class, at)
CROSS JOIN LATERAL (
    SELECT m.sent_at, m.created_at FROM messaging_message m
    WHERE m.msisdn = i.msisdn AND m.id < i.id AND m.id >= uuid7_floor(i.at - %(span)s)
      AND m.advertiser_id = i.advertiser_id AND m.message_class = i.class
      AND m.status IN ('queued', 'sent', 'delivered', 'undelivered', 'unknown')
) m
"""
_FIRM = [ConsentAction.GRANTED.value, ConsentAction.REVOKED.value]


@dataclass(slots=True)
class Past:
    """By message; missing means nothing was known."""

    consents: Mapping[uuid.UUID, str] = field(default_factory=dict)
    refusals: dict[uuid.UUID, tuple[Refusal, ...]] = field(default_factory=dict)
    touches: dict[uuid.UUID, tuple[datetime, ...]] = field(default_factory=dict)


def messages_count(accounts: Iterable[int], country: str, first: datetime, last: datetime) -> int:
    """How many messages of the accounts went, or did not go, to a country in a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {"accounts": list(accounts), "country": country, "first": first, "last": last},
        )
        return int(cursor.fetchone()[0])


def messages_slice(
    account_id: int, country: str, after: uuid.UUID, last: datetime, limit: int
) -> list[PastMessage]:
    """The account's next messages behind `after`, in order, by the index of its messages."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SLICE,
            {
                "account": account_id,
                "after": after,
                "last": last,
                "country": country,
                "limit": limit,
            },
        )
        return [PastMessage(*row) for row in cursor.fetchall()]


def past_of(messages: Sequence[PastMessage], *, cap_hours: int) -> Past:
    """What was known at the time: three queries for a whole slice. `cap_hours`: how far back
    earlier messages count (0: no rule asks)."""
    parameters: dict[str, Any] = {
        "ids": Uuids([one.id for one in messages]),
        "msisdns": [one.msisdn for one in messages],
        "accounts": [one.account_id for one in messages],
        "advertisers": [one.advertiser_id for one in messages],
        "purposes": [Purpose(one.message_class).value for one in messages],
        "classes": [one.message_class for one in messages],
        "at": [one.at for one in messages],
        "firm": _FIRM,
        "span": timedelta(hours=min(cap_hours, LONGEST_CAP_HOURS)),
    }
    past = Past()
    with connection.cursor() as cursor:
        cursor.execute(_CONSENTS, parameters)
        past.consents = dict(cursor.fetchall())
        cursor.execute(_SUPPRESSIONS, parameters)
        for key, *refused in cursor.fetchall():
            past.refusals[key] = (*past.refusals.get(key, ()), Refusal(*refused))
        if cap_hours:
            cursor.execute(_TOUCHES, parameters)
            for key, at in cursor.fetchall():
                past.touches[key] = (*past.touches.get(key, ()), at)
    return past
