"""From counted observations to news: what each carrier did there since the last second."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from routing.engine.buckets import bounds
from routing.engine.temperature import Cohort, News
from routing.observed import ACCEPTED, ACCEPTED_PART, RECEIPTS, TAKEN

Key = tuple[int, int | None, str]  # carrier, network (None: over all), message class

_READ = """
SELECT carrier_id, network_id, message_class, what, bucket,
    extract(epoch FROM cohort)::float8, sum(n)::float8
FROM routing_observationdelta
WHERE at > %s AND at <= %s AND what NOT IN ('status', 'tenth')
GROUP BY carrier_id, network_id, message_class, what, bucket, cohort
"""
_COHORTS_SECONDS = 1200


@dataclass(slots=True)
class Ledger:
    """Recent cohorts of one key: asked and came, by when they left."""

    cohorts: dict[float, list[float]] = field(default_factory=dict)

    def note(self, began: float, *, asked: float = 0.0, came: float = 0.0) -> None:
        pair = self.cohorts.setdefault(began, [0.0, 0.0])
        pair[0] += asked
        pair[1] += came

    def forget(self, before: float) -> None:
        for began in [one for one in self.cohorts if one < before]:
            del self.cohorts[began]

    def read(self) -> list[Cohort]:
        return [Cohort(began, *pair) for began, pair in self.cohorts.items()]


@dataclass(slots=True)
class Gathered:
    """News by key, messages by network and class (for the size of probes)."""

    news: dict[Key, News]
    demand: dict[tuple[int | None, str], float]


def rows_read(cursor: Any, since: Any, until: Any) -> list[tuple[Any, ...]]:
    """What was noted between two moments, grouped."""
    cursor.execute(_READ, [since, until])
    return list(cursor.fetchall())


class _Gathering:
    def __init__(self, ledgers: dict[Key, Ledger], slow_seconds: float) -> None:
        self._ledgers, self._slow_seconds = ledgers, slow_seconds
        self.good: dict[Key, float] = defaultdict(float)
        self.bad: dict[Key, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.demand: dict[tuple[int | None, str], float] = defaultdict(float)

    def add(self, key: Key, what: str, bucket: int, began: float, n: float) -> None:
        if what in RECEIPTS:
            self._receipt(key, what, began, n)
            return
        self.demand[key[1:]] += n
        if what in TAKEN:
            self._taken(key, what, bucket, began, n)
        elif what != ACCEPTED_PART:
            self.bad[key][what] += n

    def _taken(self, key: Key, what: str, bucket: int, began: float, n: float) -> None:
        if bounds(bucket)[0] >= self._slow_seconds:
            self.bad[key]["slow"] += n
        else:
            self.good[key] += n
        if what == ACCEPTED:
            self._ledgers.setdefault(key, Ledger()).note(began, asked=n)

    def _receipt(self, key: Key, what: str, began: float, n: float) -> None:
        self._ledgers.setdefault(key, Ledger()).note(began, came=n)
        if what == "receipt_rejected":
            self.bad[key]["rejected_later"] += n


def gather(
    rows: Iterable[tuple[Any, ...]], ledgers: dict[Key, Ledger], *, slow_seconds: float
) -> Gathered:
    """Sorts rows into news per key, each also into its carrier's own over all networks, and notes
    receipts in the ledgers."""
    found = _Gathering(ledgers, slow_seconds)
    for carrier_id, network, message_class, what, bucket, began, n in rows:
        for network_id in {network or None, None}:
            found.add((carrier_id, network_id, message_class), what, bucket, began, n)
    keys = {*found.good, *found.bad}
    news = {key: News(found.good[key], dict(found.bad[key])) for key in keys}
    return Gathered(news, found.demand)


def ledgers_forget(ledgers: dict[Key, Ledger], now: float) -> None:
    """Cohorts that nobody asks about any more."""
    for key, ledger in list(ledgers.items()):
        ledger.forget(now - _COHORTS_SECONDS)
        if not ledger.cohorts:
            del ledgers[key]
