"""How binds share a contract: who gets how many segments per second, and when. Pure.

Whole segments, because each bind may send its first segment of a second at any instant: parts of
0.5 on two binds would let two segments through in the second of a contract for one.

Shrink before grow: what a bind gives up counts against the contract until a second has passed
since it sent at the old rate, so at every instant the sum of what holders may use is at most the
contract. A frozen or dead holder gives nothing up; its bind's share waits for who follows it.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Kind = Literal["carrier", "sender"]

KEEP: Final = -1  # of `in_use`: a new holder does not know what its predecessor sent last
_SPAN_MARGIN_SECONDS: Final = 0.2
_TURN_SECONDS: Final = 10.0  # of a bind that has the only segment per second there is
_CALM_SECONDS: Final = 10.0
_HEADROOM: Final = 1.5  # above what a bind uses that does not want more
_HUNGRY_FROM: Final = 0.8  # of a share in use
# Moving a part takes two or three seconds: what is given up sooner is wanted back on the way.
_MEMORY_SECONDS: Final = 5.0
IDLE_SECONDS: Final = 600.0  # then a sender has no part on a bind any more
_RESERVE_FROM: Final = 50  # segments per second of a sender, of which one part is kept back


class Key(NamedTuple):
    """Whose contract."""

    kind: Kind
    subject_id: int


@dataclass(frozen=True, slots=True)
class Need:
    """What a bind's holder says of one contract: what it used, whether it could use more, and
    what it may have been using during the last second."""

    key: Key
    contract: float
    used: float
    is_hungry: bool
    in_use: int


@dataclass(frozen=True, slots=True)
class Part:
    """A bind's part as the plan finds it. `idle_seconds` since it used any, `held_seconds` since
    `units` changed."""

    bind_id: int
    units: int
    in_use: int
    used: float = 0.0
    is_hungry: bool = False
    idle_seconds: float = 0.0
    held_seconds: float = 0.0


def units_of(contract: float) -> int:
    """How many whole segments per second a contract has; one for "one in several seconds"."""
    return max(1, math.floor(contract + 1e-9))


def plan(kind: Kind, contract: float, parts: Sequence[Part]) -> dict[int, int]:
    """The parts from now on, by bind: never more than the contract with what is still in use."""
    total = units_of(contract)
    ideal = _ideal(kind, total, parts)
    new = {part.bind_id: min(part.units, ideal[part.bind_id]) for part in parts}
    free = total - sum(max(part.in_use, new[part.bind_id]) for part in parts)
    for part in sorted(parts, key=lambda one: (new[one.bind_id], one.bind_id)):
        now = new[part.bind_id]
        # What it may still be using counts already.
        most = max(part.in_use, now) + max(0, free)
        grown = max(now, min(ideal[part.bind_id], most))
        free -= max(0, grown - max(part.in_use, now))
        new[part.bind_id] = grown
    return new


def _ideal(kind: Kind, total: int, parts: Sequence[Part]) -> dict[int, int]:
    if kind == "sender":
        idle = {part.bind_id: 0 for part in parts if part.idle_seconds >= IDLE_SECONDS}
        parts = [part for part in parts if part.bind_id not in idle]
        return idle | _divided(kind, total, parts) if parts else idle
    return _divided(kind, total, parts)


def _divided(kind: Kind, total: int, parts: Sequence[Part]) -> dict[int, int]:
    floor = 1 if total >= len(parts) * (1 if kind == "carrier" else 10) else 0
    # A bind of a carrier that has nothing asks always; with a floor it need not.
    asks_always = kind == "carrier" and floor > 0
    hungry = [part for part in parts if part.is_hungry and (part.units or not asks_always)]
    if not hungry:
        fits = sum(part.units for part in parts) <= total
        is_flowing = any(part.idle_seconds < _CALM_SECONDS and part.units for part in parts)
        if fits and is_flowing and all(part.units >= floor for part in parts):
            return {part.bind_id: part.units for part in parts}
        return _evenly(total - _reserve(kind, total), parts)
    calm = {
        part.bind_id: max(floor, min(part.units, math.ceil(part.used * _HEADROOM)))
        for part in parts
        if part not in hungry
    }
    rest = total - _reserve(kind, total) - sum(calm.values())
    return calm | _evenly(max(0, rest), hungry)


def _reserve(kind: Kind, total: int) -> int:
    """For the first message of a sender on one more bind: it cannot wait until others shrink."""
    return total // _RESERVE_FROM if kind == "sender" else 0


def _evenly(total: int, parts: Sequence[Part]) -> dict[int, int]:
    each, more = divmod(total, len(parts))
    # Who has an odd one keeps it for a turn, then it is the turn of who waits longest.
    first = sorted(
        parts,
        key=lambda one: (
            not (one.units > each and one.held_seconds < _TURN_SECONDS),
            one.units > each,
            -one.held_seconds,
            one.bind_id,
        ),
    )
    return {part.bind_id: each + (index < more) for index, part in enumerate(first)}


class _Entry:
    """One contract on one bind, as its holder keeps it."""

    __slots__ = (
        "contract",
        "former",
        "hungry_at",
        "is_starved",
        "recent",
        "segments",
        "shrunk_at",
        "units",
        "used_at",
    )

    def __init__(self, contract: float, now: float) -> None:
        self.used_at = now
        self.hungry_at = -math.inf
        self.recent: deque[tuple[float, float]] = deque()  # when, and how much a second
        self.contract = contract
        self.units = 0
        self.former = 0  # more than `units` until a second has passed since it gave way
        self.shrunk_at = -math.inf
        self.segments = 0
        self.is_starved = False

    def apply(self, units: int, now: float) -> None:
        if units < self.units:
            self.former, self.shrunk_at = max(self.former, self.units), now
        self.units = units

    def in_use(self, now: float) -> int:
        if now - self.shrunk_at >= _span(self.contract):
            self.former = self.units
        return max(self.former, self.units)

    def peak(self, used: float, now: float) -> float:
        """The most that was used lately, so that a part is not given up for a moment's lull."""
        self.recent.append((now, used))
        while now - self.recent[0][0] >= _MEMORY_SECONDS:
            self.recent.popleft()
        return max(rate for _at, rate in self.recent)

    @property
    def rate(self) -> float:
        """The whole contract may hold a fraction that no part does."""
        return self.contract if self.units >= units_of(self.contract) else float(self.units)


def _span(contract: float) -> float:
    return max(1.0, 1.0 / contract) + _SPAN_MARGIN_SECONDS


class ShareBook:
    """What one leased bind may use of contracts that it shares, and what it uses.

    The link's thread asks and notes; the keeper's thread reads `needs` and brings `grant`s.
    `wanted` is called where something has to wait for a first share.
    """

    def __init__(
        self,
        carrier_id: int,
        carrier_contract: float | None,
        wanted: Callable[[], None],
        now: float,
    ) -> None:
        self._carrier = Key("carrier", carrier_id)
        self._entries: dict[Key, _Entry] = {}
        self._wanted = wanted
        self._began = self._counted_at = now
        self.set_carrier_contract(carrier_contract)

    def set_carrier_contract(self, contract: float | None) -> None:
        """Follow the carrier's configuration."""
        entry = self._entries.get(self._carrier)
        if contract is None:
            self._entries.pop(self._carrier, None)
        elif entry is None:
            self._entries[self._carrier] = _Entry(contract, self._began)
        else:
            entry.contract = contract

    def carrier_rate(self) -> float | None:
        """Segments per second of the carrier's contract; None: it has none."""
        entry = self._entries.get(self._carrier)
        return None if entry is None else entry.rate

    def sender_rate(self, sender_id: int, contract: float) -> float:
        """Segments per second of the sender's contract; 0 until there is a share."""
        key = Key("sender", sender_id)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(contract, self._counted_at)
        entry.contract = contract
        if not entry.units and not entry.is_starved:
            entry.is_starved = True
            self._wanted()
        return entry.rate

    def spent(self, segments: int) -> None:
        """Note what left under the carrier's contract."""
        entry = self._entries.get(self._carrier)
        if entry is not None:
            entry.segments += segments

    def spent_sender(self, sender_id: int) -> None:
        """Note a segment that left under a sender's contract."""
        self._entries[Key("sender", sender_id)].segments += 1

    def starved(self, sender_id: int | None = None) -> None:
        """Note that something could have left if the share were larger."""
        key = self._carrier if sender_id is None else Key("sender", sender_id)
        entry = self._entries.get(key)
        if entry is not None:
            entry.is_starved = True

    def needs(self, now: float) -> list[Need]:
        """What happened since the last call."""
        seconds = max(0.05, now - self._counted_at)
        self._counted_at = now
        found = []
        for key, entry in list(self._entries.items()):
            used, entry.segments = entry.segments / seconds, 0
            starved, entry.is_starved = entry.is_starved, False
            if used or starved:
                entry.used_at = now
            elif self._is_forgotten(key, entry, now):
                del self._entries[key]
                continue
            is_young = now - self._began < _span(entry.contract)
            in_use = KEEP if is_young else entry.in_use(now)
            if starved or (entry.units > 0 and used >= entry.units * _HUNGRY_FROM):
                entry.hungry_at = now
            is_hungry = now - entry.hungry_at < _MEMORY_SECONDS
            found.append(Need(key, entry.contract, entry.peak(used, now), is_hungry, in_use))
        return found

    @staticmethod
    def _is_forgotten(key: Key, entry: _Entry, now: float) -> bool:
        is_idle = now - entry.used_at >= IDLE_SECONDS
        return key.kind == "sender" and is_idle and not entry.in_use(now)

    def grant(self, units: Mapping[Key, int], now: float) -> bool:
        """Take what the plan gives; whether anything has grown."""
        grown = False
        for key, entry in list(self._entries.items()):
            given = units.get(key, 0)
            grown = grown or given > entry.units
            entry.apply(given, now)
        return grown


def total_in_use(parts: Iterable[Part]) -> int:
    """What holders may use at most now."""
    return sum(max(part.units, part.in_use) for part in parts)
