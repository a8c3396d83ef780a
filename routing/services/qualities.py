"""How well carriers deliver, by network and class, over the shortest window that says enough."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from config.common import clock
from routing.engine.buckets import quantile
from routing.models import RouteQuality
from routing.observed import ACCEPTED, CONVERTED, DELIVERED, RECEIPTS

ENOUGH_SAMPLES = 50
# Messages whose receipts may still be on their way say nothing yet.
_MATURE = timedelta(minutes=3)
# The shortest first: recent figures, and where they are few, older ones with them.
_WINDOWS = (("m", timedelta(hours=1)), ("h", timedelta(hours=24)), ("d", timedelta(days=7)))
_READ = """
SELECT carrier_id, network_id, message_class, what, bucket, sum(n)::bigint
FROM routing_observation
WHERE grain = %s AND at >= %s AND at < %s AND what = ANY(%s)
GROUP BY carrier_id, network_id, message_class, what, bucket
"""
_Key = tuple[int, int, str]


@dataclass(slots=True)
class Figures:
    """Counts of one carrier, network and class in a window."""

    asked: int = 0
    came: int = 0
    converted: int = 0
    delivered: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, what: str, bucket: int, n: int) -> None:
        if what == ACCEPTED:
            self.asked += n
        elif what == CONVERTED:
            self.converted += n
        else:
            self.came += n
            if what == DELIVERED:
                self.delivered[bucket] += n

    def quality(self, key: _Key, at: datetime) -> RouteQuality:
        delivered = sum(self.delivered.values())
        is_enough = self.asked >= ENOUGH_SAMPLES
        return RouteQuality(
            carrier_id=key[0],
            network_id=key[1],
            message_class=key[2],
            # What was told of twice or too late is still no more than all.
            delivery_rate=min(1.0, delivered / self.asked) if is_enough else None,
            coverage=min(1.0, self.came / self.asked) if is_enough else None,
            median_seconds=quantile(self.delivered, 0.5) if delivered >= ENOUGH_SAMPLES else None,
            conversion=min(1.0, self.converted / delivered) if self.converted else None,
            samples=self.asked,
            computed_at=at,
        )


def qualities_compute() -> int:
    """Computes all anew; returns how many keys there are. A task calls it every minute."""
    now = clock.now()
    best: dict[_Key, Figures] = {}
    for grain, length in _WINDOWS:
        for key, figures in _window(grain, now - _MATURE - length, now - _MATURE).items():
            known = best.get(key)
            if known is None or known.asked < ENOUGH_SAMPLES:
                best[key] = figures
    rows = [figures.quality(key, now) for key, figures in sorted(best.items())]
    RouteQuality.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["carrier_id", "network_id", "message_class"],
        update_fields=[
            "delivery_rate", "coverage", "median_seconds", "conversion", "samples", "computed_at",
        ],
    )  # fmt: skip
    RouteQuality.objects.filter(computed_at__lt=now - timedelta(days=7)).delete()
    return len(rows)


def _window(grain: str, since: datetime, until: datetime) -> dict[_Key, Figures]:
    found: dict[_Key, Figures] = defaultdict(Figures)
    with connection.cursor() as cursor:
        cursor.execute(_READ, [grain, since, until, [ACCEPTED, CONVERTED, *RECEIPTS]])
        rows: list[tuple[Any, ...]] = list(cursor.fetchall())
    for carrier, network, klass, what, bucket, n in rows:
        for place in {network, 0}:
            found[carrier, place, klass].add(what, bucket, n)
    return found
