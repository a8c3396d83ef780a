"""A staged file becomes the list in force: only what differs is written, at one instant."""

from dataclasses import dataclass
from typing import Any

from compliance.models import RegisterSnapshot

# A number that stands in a whole list twice refuses what either line says; of two changes to a
# number the later line holds.
_FULL = """
DROP TABLE IF EXISTS register_wanted;
CREATE TEMPORARY TABLE register_wanted ON COMMIT DROP AS
SELECT msisdn, bool_or(sms) AS sms, bool_or(voice) AS voice FROM register_stage
WHERE NOT removal GROUP BY msisdn HAVING bool_or(sms) OR bool_or(voice);
ALTER TABLE register_wanted ADD PRIMARY KEY (msisdn);
ANALYZE register_wanted;
"""
_CHANGES = """
DROP TABLE IF EXISTS register_wanted;
CREATE TEMPORARY TABLE register_wanted ON COMMIT DROP AS
SELECT DISTINCT ON (msisdn) msisdn, sms AND NOT removal AS sms, voice AND NOT removal AS voice
FROM register_stage ORDER BY msisdn, line DESC;
ALTER TABLE register_wanted ADD PRIMARY KEY (msisdn);
ANALYZE register_wanted;
"""
# Entries of a whole list end where the new list no longer says the same of the number; entries
# under changes end where a change says something else.
_END_FULL = """
UPDATE compliance_registerentry e SET until_id = %(snapshot)s
WHERE e.register_id = %(register)s AND e.until_id IS NULL AND NOT EXISTS (
    SELECT FROM register_wanted w
    WHERE w.msisdn = e.msisdn AND w.sms = e.refuses_sms AND w.voice = e.refuses_voice)
"""
_END_CHANGES = """
UPDATE compliance_registerentry e SET until_id = %(snapshot)s FROM register_wanted w
WHERE e.register_id = %(register)s AND e.until_id IS NULL AND w.msisdn = e.msisdn
    AND (w.sms <> e.refuses_sms OR w.voice <> e.refuses_voice)
"""
_BEGIN = """
INSERT INTO compliance_registerentry
    (register_id, msisdn, since_id, until_id, refuses_sms, refuses_voice)
SELECT %(register)s, w.msisdn, %(snapshot)s, NULL, w.sms, w.voice FROM register_wanted w
WHERE (w.sms OR w.voice) AND NOT EXISTS (
    SELECT FROM compliance_registerentry e
    WHERE e.register_id = %(register)s AND e.msisdn = w.msisdn AND e.until_id IS NULL)
"""
_REPLACED = """
SELECT count(*) FROM compliance_registerentry gone
JOIN compliance_registerentry come ON come.register_id = gone.register_id
    AND come.msisdn = gone.msisdn AND come.since_id = gone.until_id
WHERE gone.register_id = %(register)s AND gone.until_id = %(snapshot)s
"""
_STANDING = """
SELECT count(*), count(*) FILTER (WHERE refuses_sms), count(*) FILTER (WHERE refuses_voice)
FROM compliance_registerentry WHERE register_id = %(register)s AND until_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Merged:
    """What the new list changed, and what stands on it now."""

    added: int
    changed: int
    removed: int
    numbers: int
    numbers_sms: int
    numbers_voice: int


def merge(cursor: Any, snapshot: RegisterSnapshot) -> Merged:
    """Applies `register_stage` in the cursor's transaction; whoever reads meanwhile sees the list
    before, whole."""
    is_full = snapshot.kind == RegisterSnapshot.Kind.FULL
    about = {"register": snapshot.register_id, "snapshot": snapshot.pk}
    cursor.execute(_FULL if is_full else _CHANGES)
    cursor.execute(_END_FULL if is_full else _END_CHANGES, about)
    ended = cursor.rowcount
    cursor.execute(_BEGIN, about)
    begun = cursor.rowcount
    cursor.execute(_REPLACED, about)
    changed = int(cursor.fetchone()[0])
    cursor.execute(_STANDING, about)
    numbers, sms, voice = cursor.fetchone()
    return Merged(begun - changed, changed, ended - changed, numbers, sms, voice)
