"""A batch of rows into contacts and list by COPY and two set-based statements.

Two imports of the same numbers meet at the contacts: both lock them in the order of the
numbers, so that the second waits for the first and nothing deadlocks.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.imports.rows import Row

_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS campaigns_import_stage (
    position integer, is_first boolean, msisdn text, country text, name text, language text,
    timezone text, attributes text
) ON COMMIT DROP;
TRUNCATE campaigns_import_stage
"""
_COPY = "COPY campaigns_import_stage FROM STDIN (FORMAT BINARY)"
_TYPES = ["int4", "bool", "text", "text", "text", "text", "text", "text"]

# Tables that were just filled have no statistics, and a nested loop over two of them that are
# guessed to be small takes minutes.
_PLAN = "SET LOCAL enable_nestloop = off"
_PLAN_FREELY = "SET LOCAL enable_nestloop = on"

# A contact that says nothing new is locked but not written.
_MERGE = """
WITH merged AS (
    INSERT INTO campaigns_contact AS known
        (account_id, msisdn, country, name, language, timezone, attributes, created_at,
         updated_at)
    SELECT %(account)s, msisdn, country, name, language, timezone, attributes::jsonb, %(now)s,
        %(now)s
    FROM campaigns_import_stage ORDER BY msisdn
    ON CONFLICT (account_id, msisdn) DO UPDATE SET
        name = COALESCE(NULLIF(EXCLUDED.name, ''), known.name),
        language = COALESCE(NULLIF(EXCLUDED.language, ''), known.language),
        timezone = COALESCE(NULLIF(EXCLUDED.timezone, ''), known.timezone),
        attributes = known.attributes || EXCLUDED.attributes,
        updated_at = EXCLUDED.updated_at
    WHERE EXCLUDED.name NOT IN ('', known.name)
        OR EXCLUDED.language NOT IN ('', known.language)
        OR EXCLUDED.timezone NOT IN ('', known.timezone)
        OR NOT known.attributes @> EXCLUDED.attributes
    RETURNING msisdn, xmax = 0 AS is_created
)
SELECT count(*) FROM merged JOIN campaigns_import_stage USING (msisdn)
WHERE is_created AND is_first
"""

# The contacts are looked up by an array, never joined: without statistics a join may read all
# contacts of the account for each row.
_JOIN_LIST = """
WITH contact AS MATERIALIZED (
    SELECT id, msisdn FROM campaigns_contact
    WHERE account_id = %(account)s
        AND msisdn = ANY (ARRAY(SELECT msisdn FROM campaigns_import_stage))
)
INSERT INTO campaigns_listmembership (contact_list_id, contact_id)
SELECT %(list)s, contact.id FROM campaigns_import_stage JOIN contact USING (msisdn)
ORDER BY position
ON CONFLICT DO NOTHING
"""


_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a batch: contacts that are new, and members the list gained."""

    created: int
    joined: int


def merge_rows(
    rows: Mapping[str, Row],
    *,
    account_id: int,
    list_id: int | None,
    now: datetime,
    repeated: Iterable[str] = (),
) -> Merged:
    """Creates or updates the contacts of `rows` (by number, in file order) and puts them on
    the list. Values that are not empty win over what is known, attributes are merged.

    Numbers in `repeated` are not counted as created. Runs in the caller's transaction.
    """
    known = frozenset(repeated)
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for position, row in enumerate(rows.values()):
                copy.write_row(_staged(position, row, row.msisdn not in known))
        cursor.execute(_PLAN)
        values: dict[str, Any] = {"account": account_id, "list": list_id, "now": now}
        cursor.execute(_MERGE, values)
        created = int(cursor.fetchone()[0])
        joined = 0
        if list_id is not None:
            cursor.execute(_JOIN_LIST, values)
            joined = cursor.rowcount
        cursor.execute(_PLAN_FREELY)
    return Merged(created, joined)


def _staged(position: int, row: Row, is_first: bool) -> tuple[Any, ...]:
    attributes = _encode(row.attributes) if row.attributes else "{}"
    return (
        position,
        is_first,
        row.msisdn,
        row.country,
        row.name,
        row.language,
        row.timezone,
        attributes,
    )
