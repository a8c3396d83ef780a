"""What compliance knows of numbers: one query for thousands of them."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import connection

from compliance.constants import LANES, Purpose


def consent_states(
    account_id: int, advertiser_id: int, msisdns: Collection[str], purpose: str
) -> Mapping[str, str]:
    """The present consent per number (`granted`, `revoked`); numbers never heard of are absent.

    Consent to every message counts for each purpose; of the two the later fact decides.
    """
    return dict(
        _rows(
            """
            SELECT DISTINCT ON (msisdn) msisdn, state FROM compliance_consentstate
            WHERE msisdn = ANY(%s) AND advertiser_id = %s AND account_id = %s
                AND purpose = ANY(%s)
            ORDER BY msisdn, since DESC, state DESC
            """,
            [list(msisdns), advertiser_id, account_id, [purpose, Purpose.ALL.value]],
        )
    )


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
        [list(msisdns), account_id, advertiser_id, [purpose, Purpose.ALL.value]],
    ):
        found[msisdn] = (*found.get(msisdn, ()), Refusal(*refused))
    return found


def _rows(query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
