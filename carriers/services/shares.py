"""Sharing contracts among binds: every worker says what it needs, and all get a plan, at once.

One short transaction under one lock, once a second and worker: what is read, planned and written
is never older than another worker's. The rows are the bookkeeping of invariant 7: a bind may use
only what was committed here before.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from carriers.shares import IDLE_SECONDS, Key, Need, Part, plan

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('carriers.shares'))"
# Only for leases that are still the speaker's: a worker that was frozen has no say any more.
_SAID = """
FROM unnest(%(kinds)s::text[], %(subjects)s::bigint[], %(binds)s::bigint[], %(epochs)s::bigint[],
        %(contracts)s::float8[], %(used)s::float8[], %(hungry)s::boolean[], %(in_use)s::int[])
    AS v(kind, subject, bind, epoch, contract, used, hungry, in_use)
JOIN carriers_bindlease l ON l.bind_id = v.bind AND l.epoch = v.epoch AND l.expires_at IS NOT NULL
"""
_BEGIN = f"""
INSERT INTO carriers_throughputshare (kind, subject_id, bind_id, contract, units, in_use, used,
    is_hungry, used_at, moved_at)
SELECT v.kind, v.subject, v.bind, v.contract, 0, 0, v.used, v.hungry, now(), now() {_SAID}
ON CONFLICT DO NOTHING
"""
_SAY = f"""
UPDATE carriers_throughputshare s SET contract = v.contract, used = v.used,
    is_hungry = v.hungry,
    used_at = CASE WHEN v.used > 0 OR v.hungry THEN now() ELSE s.used_at END,
    in_use = greatest(s.units, CASE WHEN v.in_use < 0 THEN s.in_use ELSE v.in_use END)
{_SAID}
WHERE s.kind = v.kind AND s.subject_id = v.subject AND s.bind_id = v.bind
"""  # noqa: S608  constant parts
_FORGET = """
DELETE FROM carriers_throughputshare s
WHERE s.bind_id = ANY(%(ended)s) OR (s.units = 0 AND s.in_use = 0 AND NOT s.is_hungry
    AND s.kind = 'sender' AND s.used_at < now() - make_interval(secs => %(idle)s))
"""
_PARTS = """
SELECT s.kind, s.subject_id, s.contract, s.bind_id, s.units, s.in_use, s.used,
    s.is_hungry AND l.expires_at > now(), extract(epoch FROM now() - s.used_at)::float8,
    extract(epoch FROM now() - s.moved_at)::float8
FROM carriers_throughputshare s JOIN carriers_bindlease l ON l.bind_id = s.bind_id
ORDER BY s.kind, s.subject_id, s.bind_id
"""
_MOVE = """
UPDATE carriers_throughputshare s SET units = v.units, in_use = greatest(s.in_use, v.units),
    moved_at = now()
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::int[]) AS v(kind, subject, bind, units)
WHERE s.kind = v.kind AND s.subject_id = v.subject AND s.bind_id = v.bind
"""

Said = tuple[int, int, Sequence[Need]]  # bind, epoch, what its holder needs
Grants = dict[int, dict[Key, int]]


@transaction.atomic
def shares_settle(said: Sequence[Said], *, ended: Collection[int] = ()) -> Grants:
    """Notes what the holders of these leases say and returns their parts by bind.

    `ended`: binds that were given back a while ago and that nobody has taken; what they had is
    free again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        _say(cursor, said)
        cursor.execute(_FORGET, {"ended": list(ended), "idle": IDLE_SECONDS})
        cursor.execute(_PARTS)
        rows = cursor.fetchall()
        moved, grants = _planned(rows, {bind for bind, _epoch, _needs in said})
        if moved:
            cursor.execute(_MOVE, [list(column) for column in zip(*moved, strict=True)])
    return grants


def _say(cursor: Any, said: Iterable[Said]) -> None:
    rows = [(bind, epoch, need) for bind, epoch, needs in said for need in needs]
    if not rows:
        return
    values = {
        "kinds": [need.key.kind for _bind, _epoch, need in rows],
        "subjects": [need.key.subject_id for _bind, _epoch, need in rows],
        "binds": [bind for bind, _epoch, _need in rows],
        "epochs": [epoch for _bind, epoch, _need in rows],
        "contracts": [need.contract for _bind, _epoch, need in rows],
        "used": [need.used for _bind, _epoch, need in rows],
        "hungry": [need.is_hungry for _bind, _epoch, need in rows],
        "in_use": [need.in_use for _bind, _epoch, need in rows],
    }
    cursor.execute(_BEGIN, values)
    cursor.execute(_SAY, values)


def _planned(
    rows: Sequence[Any], ours: Collection[int]
) -> tuple[list[tuple[str, int, int, int]], Grants]:
    moved: list[tuple[str, int, int, int]] = []
    grants: Grants = {bind: {} for bind in ours}
    for (kind, subject), group in groupby(rows, key=lambda row: (row[0], row[1])):
        held = list(group)
        # Where workers have not all read a change yet, the smaller contract holds.
        contract = min(row[2] for row in held)
        parts = [Part(*row[3:]) for row in held]
        units: Mapping[int, int] = plan(kind, contract, parts)
        for part in parts:
            new = units[part.bind_id]
            if new != part.units:
                moved.append((kind, subject, part.bind_id, new))
            if part.bind_id in grants:
                grants[part.bind_id][Key(kind, subject)] = new
    return moved, grants
