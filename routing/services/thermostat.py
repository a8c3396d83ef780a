"""The keeper of temperatures: each second, in one worker of all, from what carriers did.

It holds an advisory lock of its own connection, so that when the worker dies another one goes on
from the stored rows. Operators' pins and orders are read with it; what it changed is stored with
the reason, and what waiting messages have to do with it is returned to who runs it.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction

from config.common import clock, database
from routing.constants import HeatState, PlatformEventType
from routing.engine.temperature import (
    ENOUGH_ASKED,
    ENOUGH_PROBES,
    HOT_LEVEL,
    NO_NEWS,
    News,
    Temperature,
    Usual,
    heat_of,
    probe_share,
    silence,
    step,
    together,
)
from routing.models import RouteQuality
from routing.observed import ACCEPTED, RECEIPTS
from routing.services.news import Key, Ledger, gather, ledgers_forget, rows_read
from routing.services.platform_events import platform_event_append

_LOCK = 0x5163_0009
_LOCK_IDLE = "10s"
_BEHIND_SECONDS = 1.0  # so long a delta may take to be committed
_FIRST_SECONDS = 3.0
_MOST_BEHIND_SECONDS = 60.0
_TRAIL_MINUTES = 60
_USUAL_SECONDS = 15.0
_USUAL_DAYS = 7
_SMOOTHING_SECONDS = 60.0
_NOTICEABLE = 1.0
_PATIENCE_TIMES = 4.0

_WEEK = """
SELECT carrier_id, message_class, coalesce(sum(n) FILTER (WHERE what = ANY(%(came)s)), 0)::float8
    / sum(n) FILTER (WHERE what = %(asked)s)
FROM routing_observation WHERE grain = 'd' AND at >= %(since)s
GROUP BY carrier_id, message_class HAVING sum(n) FILTER (WHERE what = %(asked)s) >= 50
"""
_LOAD = """
SELECT carrier_id, network_id, message_class, value, level, state, share, memory, trail,
    extract(epoch FROM updated_at)::float8, pinned_state,
    coalesce(pinned_until < now(), false)
FROM routing_temperature
"""
_PINS = """
SELECT carrier_id, network_id, message_class, pinned_state FROM routing_temperature
WHERE pinned_state <> '' AND (pinned_until IS NULL OR pinned_until > now())
"""
_STORE = """
INSERT INTO routing_temperature AS t (carrier_id, network_id, message_class, value, level, state,
    share, memory, reasons, trail, changed_at, updated_at, pinned_state, pin_reason)
SELECT v.carrier, v.network, v.class, v.value, v.level, v.state, v.share, v.memory::jsonb,
    v.reasons::jsonb, ARRAY(SELECT jsonb_array_elements_text(v.trail::jsonb)::float8),
    CASE WHEN v.is_changed THEN %(now)s::timestamptz END, %(now)s, '', ''
FROM unnest(%(carriers)s::bigint[], %(networks)s::bigint[], %(classes)s::text[],
    %(values)s::float8[], %(levels)s::smallint[], %(states)s::text[], %(shares)s::float8[],
    %(memories)s::text[], %(reasons)s::text[], %(trails)s::text[], %(changed)s::bool[])
    AS v(carrier, network, class, value, level, state, share, memory, reasons, trail, is_changed)
JOIN carriers_carrier c ON c.id = v.carrier
ORDER BY v.carrier, v.network, v.class
ON CONFLICT (carrier_id, network_id, message_class) DO UPDATE SET value = excluded.value,
    level = excluded.level, state = excluded.state, share = excluded.share,
    memory = excluded.memory, reasons = excluded.reasons, trail = excluded.trail,
    changed_at = coalesce(excluded.changed_at, t.changed_at), updated_at = excluded.updated_at
"""
_CHANGES = """
INSERT INTO routing_temperaturechange (at, carrier_id, network_id, message_class, from_state,
    to_state, value, share, reasons)
SELECT %(now)s, v.* FROM unnest(%(carriers)s::bigint[], %(networks)s::bigint[],
    %(classes)s::text[], %(before)s::text[], %(after)s::text[], %(values)s::float8[],
    %(shares)s::float8[], %(reasons)s::jsonb[]) AS v
"""


@dataclass(slots=True)
class Kept:
    """One key's temperature and what is stored of it."""

    now: Temperature = field(default_factory=Temperature)
    stored_value: float = 0.0
    stored_state: str = HeatState.COOL.value
    stored_share: float = 1.0
    reasons: dict[str, float] = field(default_factory=dict)  # bad news of the last minute, by kind
    trail: list[float] = field(default_factory=list)
    hottest: float = 0.0  # of this minute
    last_news: float = 0.0
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A state that changed, and so the share of new and waiting messages."""

    key: Key
    before: str
    after: str
    share: float
    reasons: dict[str, float]


class Thermostat:
    """The state of one worker that may hold the lock."""

    def __init__(self) -> None:
        self._kept: dict[Key, Kept] = {}
        self._ledgers: dict[Key, Ledger] = {}
        self._usual: dict[tuple[int, str], Usual] = {}
        self._demand: dict[tuple[int | None, str], float] = {}
        self._read_to: datetime | None = None
        self._usual_at = self._minute = 0.0
        self._is_keeper = False
        self._lock: psycopg.Connection[Any] | None = None

    def tick(self) -> list[Change] | None:
        """One second's work; None where another worker does it. Returns changes of shares."""
        if not self._holds_lock():
            return None
        now = clock.now()
        until = now - timedelta(seconds=_BEHIND_SECONDS)
        since = self._read_to or until - timedelta(seconds=_FIRST_SECONDS)
        since = max(since, until - timedelta(seconds=_MOST_BEHIND_SECONDS))
        passed = max(0.0, (until - since).total_seconds()) * settings.TEMPERATURE_PACE
        if now.timestamp() - self._usual_at > _USUAL_SECONDS:
            self._usual, self._usual_at = _usual(), now.timestamp()
            ledgers_forget(self._ledgers, now.timestamp())
        with transaction.atomic(), connection.cursor() as cursor:
            rows = rows_read(cursor, since, until)
            pins = self._pins(cursor)
            changes = self._step(cursor, rows, pins, passed, now)
        self._read_to = until
        return changes

    def close(self) -> None:
        """Lets another worker keep the temperatures."""
        if self._lock is not None:
            self._lock.close()
        self._lock, self._is_keeper = None, False

    def _holds_lock(self) -> bool:
        """Asked each second, on a connection of its own: Django renews its connections, and the
        database ends this one when its worker is frozen for longer than `_LOCK_IDLE`."""
        try:
            if self._lock is None or self._lock.closed:
                self._is_keeper = False
                self._lock = database.connect("temperatures", idle_session_timeout=_LOCK_IDLE)
            if self._is_keeper:
                self._lock.execute("SELECT 1")
                return True
            row = self._lock.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        except psycopg.Error:
            self.close()
            return False
        if not (row and row[0]):
            return False
        with connection.cursor() as cursor:
            self._load(cursor)
        self._is_keeper, self._read_to = True, None
        return True

    def _load(self, cursor: Any) -> None:
        """What the former keeper left; time has passed since."""
        self._kept.clear()
        self._ledgers.clear()
        cursor.execute(_LOAD)
        at = clock.now().timestamp()
        for (
            carrier,
            network,
            klass,
            value,
            level,
            state,
            share,
            memory,
            trail,
            seen,
            *_,
        ) in cursor.fetchall():
            memory = json.loads(memory) if isinstance(memory, str) else memory
            before = Temperature(
                value, level, memory.get("good", 0.0), memory.get("bad", 0.0),
                memory.get("held", 0.0),
            )  # fmt: skip
            self._kept[carrier, network, klass] = Kept(
                step(before, NO_NEWS, (at - seen) * settings.TEMPERATURE_PACE), value, state, share, {}, list(trail),
                value, 0.0, is_new=False,
            )  # fmt: skip

    def _pins(self, cursor: Any) -> dict[Key, str]:
        cursor.execute(_PINS)
        return {(carrier, network, klass): state for carrier, network, klass, state in cursor}

    def _step(
        self,
        cursor: Any,
        rows: list[tuple[Any, ...]],
        pins: dict[Key, str],
        passed: float,
        now: datetime,
    ) -> list[Change]:
        at = now.timestamp()
        gathered = gather(rows, self._ledgers, slow_seconds=settings.SLOW_ANSWER_SECONDS)
        self._note_demand(gathered.demand, passed / settings.TEMPERATURE_PACE)
        by_place: dict[tuple[int, int | None], dict[str, News]] = {}
        for (carrier, network, klass), news in gathered.news.items():
            by_place.setdefault((carrier, network), {})[klass] = self._heard(
                (carrier, network, klass), news, at
            )
        for key in {*self._kept, *pins}:
            by_place.setdefault(key[:2], {}).setdefault(key[2], NO_NEWS)
        for (carrier, network), classes in by_place.items():
            for klass, own in classes.items():
                others = [news for other, news in classes.items() if other != klass]
                self._warm((carrier, network, klass), own, others, pins, passed, at)
        return self._store(cursor, now)

    def _note_demand(self, demand: dict[tuple[int | None, str], float], passed: float) -> None:
        kept = exp(-passed / _SMOOTHING_SECONDS)
        for place in {*self._demand, *demand}:
            fresh = demand.get(place, 0.0) / max(passed, 1.0)
            smooth = self._demand.get(place, fresh) * kept + fresh * (1 - kept)
            if smooth < 1e-4:
                self._demand.pop(place, None)
            else:
                self._demand[place] = smooth

    def _heard(self, key: Key, news: News, at: float) -> News:
        """The news with what does not come: receipts."""
        ledger, usual = self._ledgers.get(key), self._usual.get((key[0], key[2]))
        if ledger is None or usual is None or not news.good:
            return news
        kept = self._kept.get(key)
        is_hot = kept is not None and kept.now.level >= HOT_LEVEL
        enough = ENOUGH_PROBES if is_hot else ENOUGH_ASKED
        silent = silence(ledger.read(), usual, at, enough=enough)
        if not silent:
            return news
        # What nobody will hear of again was not taken well.
        return News(news.good * (1 - silent), {**news.bad, "silent": silent * news.good})

    def _warm(
        self,
        key: Key,
        own: News,
        others: list[News],
        pins: dict[Key, str],
        passed: float,
        at: float,
    ) -> None:
        kept = self._kept.get(key)
        heard = together(own, others)
        if kept is None:
            if not heard.weight and key not in pins:
                return
            kept = self._kept[key] = Kept()
        pinned = pins.get(key)
        moved = step(kept.now, heard, passed)
        kept.now = Temperature(
            moved.value,
            moved.level,
            moved.good,
            moved.bad,
            moved.held,
            pinned,  # type: ignore[arg-type]
        )
        kept.hottest = max(kept.hottest, moved.value)
        if own.good or own.bad:
            kept.last_news = at
        fade = exp(-passed / _SMOOTHING_SECONDS)
        reasons = {kind: n * fade for kind, n in kept.reasons.items() if n * fade >= 0.05}
        for kind, n in heard.bad.items():
            if n:
                reasons[kind] = reasons.get(kind, 0.0) + n
        kept.reasons = reasons

    def _share(self, key: Key, kept: Kept, at: float) -> float:
        _carrier, network, klass = key
        if kept.now.state == "hot" and klass == "otp" and self._siblings_probe(key, at):
            return 0.0  # no code is risked where another class can try
        rate = self._demand.get((network, klass), 0.0)
        return heat_of(kept.now, probe_share(rate, settings.HOT_PROBES_PER_MINUTE)).share

    def _siblings_probe(self, key: Key, at: float) -> bool:
        return any(
            other[:2] == key[:2] and other[2] != key[2] and at - kept.last_news < 300
            for other, kept in self._kept.items()
        )

    def _store(self, cursor: Any, now: datetime) -> list[Change]:
        at = now.timestamp()
        is_minute = at - self._minute >= 60
        changes: list[Change] = []
        rows: list[tuple[Any, ...]] = []
        for key, kept in list(self._kept.items()):
            if is_minute:
                kept.trail = [*kept.trail, round(kept.hottest, 1)][-_TRAIL_MINUTES:]
                kept.hottest = kept.now.value
            share = self._share(key, kept, at)
            state = kept.now.state
            is_changed = state != kept.stored_state
            moves = is_changed or _differs(share, kept.stored_share)
            drifted = abs(kept.now.value - kept.stored_value) >= _NOTICEABLE
            if not (moves or drifted or kept.is_new or (is_minute and any(kept.trail))):
                continue
            reasons = {kind: round(n, 1) for kind, n in kept.reasons.items()}
            if moves:
                changes.append(Change(key, kept.stored_state, state, share, reasons))
            memory = {"good": kept.now.good, "bad": kept.now.bad, "held": kept.now.held}
            rows.append(
                (*key, kept.now.value, kept.now.level, state, share, json.dumps(memory),
                 json.dumps(reasons), json.dumps(kept.trail), is_changed)
            )  # fmt: skip
            kept.stored_value, kept.stored_state, kept.stored_share = kept.now.value, state, share
            kept.is_new = False
        if is_minute:
            self._minute = at
        if rows:
            _rows_store(cursor, rows, now)
        self._tell([one for one in changes if one.before != one.after], cursor, now)
        return changes

    def _tell(self, changes: list[Change], cursor: Any, now: datetime) -> None:
        if not changes:
            return
        cursor.execute(
            _CHANGES,
            {
                "now": now,
                "carriers": [one.key[0] for one in changes],
                "networks": [one.key[1] for one in changes],
                "classes": [one.key[2] for one in changes],
                "before": [one.before for one in changes],
                "after": [one.after for one in changes],
                "values": [self._kept[one.key].now.value for one in changes],
                "shares": [one.share for one in changes],
                "reasons": [json.dumps(one.reasons) for one in changes],
            },
        )
        words = {HeatState.HOT.value: PlatformEventType.CARRIER_HOT,
                 HeatState.COOL.value: PlatformEventType.CARRIER_COOL}  # fmt: skip
        places: dict[tuple[int, str, str], list[Change]] = {}
        for one in changes:
            if one.after in words and not self._kept[one.key].now.pinned:
                places.setdefault((one.key[0], one.key[2], one.after), []).append(one)
        for (carrier, klass, after), those in sorted(places.items()):
            platform_event_append(
                words[after],
                at=now,
                key=f"{after}:{carrier}:{klass}:{now.timestamp():.0f}",
                carrier_id=carrier,
                data={
                    "class": klass,
                    "networks": sorted(one.key[1] for one in those if one.key[1] is not None),
                    "temperature": round(max(self._kept[one.key].now.value for one in those)),
                    "reasons": those[0].reasons,
                },
            )


def _differs(one: float, other: float) -> bool:
    """Probes of a hot carrier follow the traffic; small changes are not worth a decision."""
    if min(one, other) > 0.05:
        return abs(one - other) > 0.01
    return (one > 0.05) != (other > 0.05) or max(one, other) > 3 * min(one, other)


def _rows_store(cursor: Any, rows: list[tuple[Any, ...]], now: datetime) -> None:
    names = (
        "carriers", "networks", "classes", "values", "levels", "states", "shares", "memories",
        "reasons", "trails", "changed",
    )  # fmt: skip
    columns = (list(column) for column in zip(*rows, strict=True))
    cursor.execute(_STORE, dict(zip(names, columns, strict=True)) | {"now": now})


def _usual() -> dict[tuple[int, str], Usual]:
    """What receipts of carriers are like by class, where enough is known. The coverage is that of
    a week where it was better than lately: a silence of hours must not become the usual."""
    rows = RouteQuality.objects.filter(network_id=0).exclude(coverage=None)
    week = _coverage_of_week()
    least = float(settings.RECEIPT_PATIENCE_SECONDS)
    return {
        (row.carrier_id, row.message_class): Usual(
            max(row.coverage or 0.0, week.get((row.carrier_id, row.message_class), 0.0)),
            max(least, _PATIENCE_TIMES * (row.median_seconds or 0.0)),
        )
        for row in rows
    }


def _coverage_of_week() -> dict[tuple[int, str], float]:
    since = clock.now() - timedelta(days=_USUAL_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_WEEK, {"since": since, "asked": ACCEPTED, "came": list(RECEIPTS)})
        return {(carrier, klass): min(1.0, part) for carrier, klass, part in cursor.fetchall()}
