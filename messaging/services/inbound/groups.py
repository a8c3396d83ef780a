"""Which carriers are ways to one SMSC: parts of a text, and what is sent again, may come by each."""

from collections.abc import Iterable, Mapping

from django.db import connection

_LEADERS = """
SELECT one.id, min(other.id) FROM carriers_carrier one
JOIN carriers_carrier other ON other.id = one.id
    OR (one.receipt_group <> '' AND other.receipt_group = one.receipt_group)
WHERE one.id = ANY(%s) OR one.receipt_group <> ''
GROUP BY one.id
"""


def group_leaders(carrier_ids: Iterable[int]) -> dict[int, int]:
    """By carrier the first of its receipt group (itself where it is in none); of every carrier
    that is in a group, too."""
    with connection.cursor() as cursor:
        cursor.execute(_LEADERS, [sorted(set(carrier_ids))])
        return {int(one): int(leader) for one, leader in cursor.fetchall()}


def same_group(leaders: Mapping[int, int], one: int, other: int) -> bool:
    """Whether two carriers are one SMSC's."""
    return leaders.get(one, one) == leaders.get(other, other)
