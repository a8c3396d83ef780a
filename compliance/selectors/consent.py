"""What compliance knows of numbers: one query for thousands of them."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from compliance.constants import LANES, Purpose
from config.common import clock
from config.common.arrays import Texts

_STANDINGS = """
SELECT DISTINCT ON (msisdn) msisdn, state, promised_limit, promised_hours, expires_at,
    extract(epoch FROM since)::float8
FROM (
    SELECT msisdn, since, promised_limit, promised_hours, expires_at,
        CASE WHEN state = 'granted' AND expires_at <= %s THEN 'lapsed' ELSE state END AS state
    FROM compliance_consentstate
    WHERE msisdn = ANY(%s) AND advertiser_id = %s AND account_id = %s AND purpose = ANY(%s)
) AS present
ORDER BY msisdn, (state IN ('granted', 'revoked')) DESC, since DESC, state DESC
"""


class ConsentStanding(NamedTuple):
    """Where a number stands with an advertiser: a ConsentAction's value, what frequency was
    promised (at most so many messages in so many hours), and when the consent ends."""

    state: str
    promised: tuple[int, int] | None
    expires_at: datetime | None
    since_seconds: float  # a time takes longer to read than all the rest, and few ask for it

    @property
    def since(self) -> datetime:
        """When it came to stand so."""
        return datetime.fromtimestamp(self.since_seconds, UTC)


def consent_standings(
    account_id: int,
    advertiser_id: int,
    msisdns: Collection[str],
    purpose: str,
    now: datetime | None = None,
) -> Mapping[str, ConsentStanding]:
    """The present consent per number; numbers never heard of are absent.

    Consent to every message counts for each purpose; of grants and refusals the later decides,
    and only where there is none of them whether somebody was asked or the consent lapsed. What
    is past its time at `now` (default: the clock's) has lapsed, recorded or not.
    """
    values = [
        now or clock.now(),
        Texts(msisdns),
        advertiser_id,
        account_id,
        [purpose, Purpose.ALL.value],
    ]
    return {
        msisdn: ConsentStanding(state, (limit, hours) if limit else None, expires_at, since)
        for msisdn, state, limit, hours, expires_at, since in _rows(_STANDINGS, values)
    }


def consent_states(
    account_id: int, advertiser_id: int, msisdns: Collection[str], purpose: str
) -> Mapping[str, str]:
    """The state alone of `consent_standings`."""
    found = consent_standings(account_id, advertiser_id, msisdns, purpose)
    return {msisdn: standing.state for msisdn, standing in found.items()}


class Refusal(NamedTuple):
    """What a suppression refuses: a purpose (`all`: every one), where given only of a program or
    from a sender's address."""

    purpose: str
    program_id: int | None
    sender: str

    def covers(self, program_id: int | None, sender: str) -> bool:
        """Whether it is about a message of this program from this address."""
        return self.program_id in (None, program_id) and self.sender in ("", sender)


def suppressed(
    account_id: int, advertiser_id: int, msisdns: Collection[str], lane: int | str
) -> frozenset[str]:
    """Those of the numbers that must not get messages of a lane (number or message class),
    whatever their program and sender."""
    found = refusals(account_id, advertiser_id, msisdns, lane)
    return frozenset(m for m, those in found.items() if any(r.covers(None, "") for r in those))


def refusals(
    account_id: int, advertiser_id: int, msisdns: Collection[str], lane: int | str
) -> Mapping[str, tuple[Refusal, ...]]:
    """What the suppressed ones among the numbers refuse of a lane (number or message class)."""
    purpose = LANES[lane] if isinstance(lane, int) else lane
    found: dict[str, tuple[Refusal, ...]] = {}
    for msisdn, *refused in _rows(
        """
        SELECT msisdn, purpose, program_id, sender FROM compliance_suppression
        WHERE msisdn = ANY(%s) AND account_id = %s AND lifted_at IS NULL
            AND (advertiser_id IS NULL OR advertiser_id = %s) AND purpose = ANY(%s)
        """,
        [Texts(msisdns), account_id, advertiser_id, [purpose, Purpose.ALL.value]],
    ):
        found[msisdn] = (*found.get(msisdn, ()), Refusal(*refused))
    return found


def _rows(query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
