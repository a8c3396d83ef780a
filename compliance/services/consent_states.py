"""The present consent, derived from the ledger: one key after a record, or everything anew.

Read in the order of when they were given, grants and refusals decide; that somebody was asked,
or that consent lapsed, counts only beside them: a lapse ends a grant (never a refusal), a
request shows where nothing else stands. Written once, as SQL over any set of keys, so that what
is stored after each record equals what is rebuilt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

# `records`: those (r) of the ledger, and what limits them.
_FOLD = """
SELECT DISTINCT ON (msisdn, advertiser_id, purpose) account_id, advertiser_id, msisdn, purpose,
    action AS state, given_at AS since, id AS record_id,
    CASE action WHEN 'granted' THEN promised_limit END AS promised_limit,
    CASE action WHEN 'granted' THEN promised_hours END AS promised_hours,
    CASE action WHEN 'granted' THEN expires_at END AS expires_at
FROM (
    SELECT *,
        max(action) FILTER (WHERE n = decisive) OVER keys AS decision,
        min(n) FILTER (WHERE action = 'lapsed' AND n > decisive) OVER keys AS lapse
    FROM (
        SELECT *, max(n) FILTER (WHERE action IN ('granted', 'revoked')) OVER keys AS decisive
        FROM (
            SELECT r.*, row_number() OVER (
                PARTITION BY r.msisdn, r.advertiser_id, r.purpose ORDER BY r.given_at, r.id
            ) AS n
            FROM {records}
        ) AS numbered
        WINDOW keys AS (PARTITION BY msisdn, advertiser_id, purpose)
    ) AS deciding
    WINDOW keys AS (PARTITION BY msisdn, advertiser_id, purpose)
) AS lapsing
WHERE n = decisive OR decisive IS NULL
    OR (decision = 'granted' AND n > decisive AND (action = 'lapsed' OR n > lapse))
ORDER BY msisdn, advertiser_id, purpose, n DESC
"""
# Each key looks its own records up by the number (a brand's would be all of them: hence no `=`),
# and its state is met by an insert (`_DERIVE`). As joins, whoever thinks that a table holds one row
# (the planner, once a vacuum has seen it empty) compares each with each: a file of 100,000 never
# ends.
_OF_KEYS = """
{keys} AS k CROSS JOIN LATERAL (
    SELECT * FROM compliance_consentrecord AS of_key
    WHERE of_key.msisdn = k.msisdn
        AND of_key.advertiser_id IS NOT DISTINCT FROM k.advertiser_id
        AND of_key.purpose = k.purpose AND of_key.salt IS NOT NULL OFFSET 0
) AS r
"""
_COLUMNS = (
    *("account_id", "advertiser_id", "msisdn", "purpose", "state", "since", "record_id"),
    *("promised_limit", "promised_hours", "expires_at"),
)
_NAMES = ", ".join(_COLUMNS)
_OF_STATES = _OF_KEYS.format(keys="compliance_consentstate") + "WHERE k.id = ANY(%(ids)s)"
_DERIVE = f"""
INSERT INTO compliance_consentstate AS present ({_NAMES})
SELECT {_NAMES} FROM ({_FOLD.format(records=_OF_STATES)}) AS found
ON CONFLICT (msisdn, advertiser_id, purpose) DO UPDATE SET ({_NAMES}) = ROW(
    {", ".join("EXCLUDED." + name for name in _COLUMNS)})
"""  # noqa: S608  names of this file
_KEEP = f"""
INSERT INTO compliance_consentstate AS present ({_NAMES})
VALUES ({", ".join(["%s"] * len(_COLUMNS))})
ON CONFLICT (msisdn, advertiser_id, purpose) DO UPDATE SET record_id = present.record_id
RETURNING id, xmax = 0
"""  # noqa: S608  names of this file


@dataclass(frozen=True, slots=True)
class Differences:
    """How many keys are stored otherwise than the ledger says, and some of them:
    (number, advertiser, purpose, stored state, state by the ledger), "" for none."""

    missing: int
    extra: int
    changed: int
    examples: tuple[tuple[str, int, str, str, str], ...]

    @property
    def total(self) -> int:
        """Of every kind."""
        return self.missing + self.extra + self.changed


def state_keep(values: Sequence[Any]) -> int:
    """Makes the state of a record just written (its values in `_COLUMNS`' order), or derives
    it where records of the key are known; answers the number of the record now in force.

    The state's row is locked from here to the commit, so writers of one key take turns.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
        state_id, is_first = cursor.fetchone() or (0, False)
        if is_first:
            return int(values[_COLUMNS.index("record_id")])
        states_derive([state_id])
        cursor.execute("SELECT record_id FROM compliance_consentstate WHERE id = %s", [state_id])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def states_derive(ids: Sequence[int]) -> None:
    """Derives states anew whose rows the caller has locked."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_DERIVE, {"ids": list(ids)})


_OF_ACCOUNT = """
compliance_consentrecord AS r
WHERE r.salt IS NOT NULL AND (r.account_id = %(account)s OR %(all)s)
"""
_DIFFERENCES = f"""
CREATE TEMPORARY TABLE consent_differences ON COMMIT DROP AS
SELECT coalesce(found.msisdn, stored.msisdn) AS msisdn,
    coalesce(found.advertiser_id, stored.advertiser_id) AS advertiser_id,
    coalesce(found.purpose, stored.purpose) AS purpose,
    stored.state AS stored_state, found.state AS found_state, stored.id AS state_id
FROM ({_FOLD.format(records=_OF_ACCOUNT)}) AS found
FULL JOIN (
    SELECT * FROM compliance_consentstate WHERE account_id = %(account)s OR %(all)s
) AS stored USING (msisdn, advertiser_id, purpose)
WHERE ({", ".join(f"found.{name}" for name in _COLUMNS)}) IS DISTINCT FROM
    ({", ".join(f"stored.{name}" for name in _COLUMNS)})
"""  # noqa: S608  names of this file
_COUNTS = """
SELECT count(*) FILTER (WHERE stored_state IS NULL), count(*) FILTER (WHERE found_state IS NULL),
    count(*) FROM consent_differences
"""
_EXAMPLES = """
SELECT msisdn, advertiser_id, purpose, coalesce(stored_state, ''), coalesce(found_state, '')
FROM consent_differences ORDER BY msisdn, advertiser_id, purpose LIMIT 20
"""
_OF_DIFFERENCES = _OF_KEYS.format(keys="consent_differences")
_ADD_MISSING = f"""
INSERT INTO compliance_consentstate AS present ({_NAMES})
SELECT {_NAMES} FROM ({_FOLD.format(records=_OF_DIFFERENCES)}) AS found
ON CONFLICT (msisdn, advertiser_id, purpose) DO UPDATE SET record_id = present.record_id
RETURNING id
"""  # noqa: S608  names of this file
_DROP_EXTRA = """
DELETE FROM compliance_consentstate AS s USING consent_differences AS k
WHERE s.id = k.state_id AND k.found_state IS NULL AND NOT EXISTS (
    SELECT FROM compliance_consentrecord AS r WHERE r.msisdn = s.msisdn
        AND r.advertiser_id = s.advertiser_id AND r.purpose = s.purpose AND r.salt IS NOT NULL)
"""


@transaction.atomic
def states_rebuild(account_id: int | None = None, *, is_check: bool = False) -> Differences:
    """Compares every stored state with the ledger and mends what differs; `is_check` only
    compares. `account_id` None: of all accounts. Locks nothing but the states that differ."""
    values = {"account": account_id, "all": account_id is None}
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, values)
        cursor.execute(_COUNTS)
        missing, extra, total = cursor.fetchone() or (0, 0, 0)
        cursor.execute(_EXAMPLES)
        examples = tuple(cursor.fetchall())
        if total and not is_check:
            cursor.execute("ANALYZE consent_differences")
            cursor.execute(_ADD_MISSING)
            states_derive([row[0] for row in cursor.fetchall()])
            cursor.execute(_DROP_EXTRA)
        cursor.execute("DROP TABLE consent_differences")
    return Differences(missing, extra, total - missing - extra, examples)
