"""What compliance knows of numbers: one query for thousands of them."""

from collections.abc import Collection, Mapping
from typing import Any

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


def suppressed(
    account_id: int, advertiser_id: int, msisdns: Collection[str], lane: int | str
) -> frozenset[str]:
    """Those of the numbers that must not get messages of a lane (number or message class)."""
    return frozenset(suppressed_scopes(account_id, advertiser_id, msisdns, lane))


def suppressed_scopes(
    account_id: int, advertiser_id: int, msisdns: Collection[str], lane: int | str
) -> Mapping[str, frozenset[str]]:
    """For each suppressed number the purposes that are, among the lane's own and "all"."""
    purpose = LANES[lane] if isinstance(lane, int) else lane
    found: dict[str, frozenset[str]] = {}
    for msisdn, scope in _rows(
        """
        SELECT msisdn, purpose FROM compliance_suppression
        WHERE msisdn = ANY(%s) AND account_id = %s AND lifted_at IS NULL
            AND (advertiser_id IS NULL OR advertiser_id = %s) AND purpose = ANY(%s)
        """,
        [list(msisdns), account_id, advertiser_id, [purpose, Purpose.ALL.value]],
    ):
        found[msisdn] = found.get(msisdn, frozenset()) | {scope}
    return found


def _rows(query: str, parameters: list[Any]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [(str(first), str(second)) for first, second in cursor.fetchall()]
