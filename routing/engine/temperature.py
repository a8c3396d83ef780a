"""How hot a carrier is for a class at a network: graded failover by what it answers.

Bad news raises the temperature, good news and time lower it. How fast it rises depends on the
part of recent evidence that is bad, so that one refused message among thousands is nothing and
the same among three is something. The level follows the temperature with hysteresis and takes
away the share step by step; coming back it goes one step at a time, each held for a while.

Pure: what happened and how much time passed come in, the next state comes out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import exp
from typing import Literal

from routing.engine.moments import Heat

State = Literal["cool", "warm", "hot"]

HOTTEST = 100.0
HOT_LEVEL = 4
# The part of its share that a carrier keeps at each level; what a hot one gets are probes.
SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)
# From here a level is reached, from there it is left again: apart, so that traffic does not flap.
RISES = (30.0, 43.0, 56.0, 70.0)
FALLS = (15.0, 26.0, 36.0, 45.0)
HOLD_SECONDS = 15.0  # before the next step down

# How bad what a carrier did is, next to a message it took (1). A wrong number is one person's
# matter: it weighs only where nothing else comes. A throttled message is asked for again, so it
# is a sign to send less rather than nothing. What was neither taken nor refused is the worst.
WEIGHTS: Mapping[str, float] = {
    "unanswered": 3.0,
    "session": 1.0,
    "temporary": 1.0,
    "refused_route": 0.5,
    "refused_maybe": 0.3,
    "throttled": 0.3,
    "slow": 0.5,
    "silent": 2.0,
    "rejected_later": 0.3,
    "refused_message": 0.03,
}
# What says something of the whole carrier, and so counts in part for its other classes.
OF_CARRIER = frozenset({"unanswered", "session", "temporary", "slow", "silent"})
SIBLINGS = 0.5

_RISE_PER_SECOND = 0.25  # with nothing but bad news: hot in six seconds
_IDLE_SECONDS = 180.0  # without news it cools by e in so long …
_GOOD_SECONDS = 60.0  # … and with good news every second in so long
_MEMORY_SECONDS = 60.0  # how long evidence counts
_DOUBT = 5.0  # as many good messages are taken for granted
_MOST_SECONDS = 3600.0  # longer steps are one of this length: it is cool by then


@dataclass(frozen=True, slots=True)
class News:
    """What happened since the last step: messages taken, and what went wrong by kind."""

    good: float = 0.0
    bad: Mapping[str, float] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """The bad news in messages."""
        return sum(WEIGHTS.get(kind, 1.0) * max(0.0, n) for kind, n in self.bad.items())


NO_NEWS = News()


@dataclass(frozen=True, slots=True)
class Temperature:
    """A state between two steps. `good` and `bad` are recent evidence, `held` the seconds since
    the level last changed, `pinned` a state that operators ordered."""

    value: float = 0.0
    level: int = 0
    good: float = 0.0
    bad: float = 0.0
    held: float = HOLD_SECONDS
    pinned: State | None = None

    @property
    def state(self) -> State:
        """In the words people see; a pin decides."""
        return self.pinned or state_of(self.level)


def state_of(level: int) -> State:
    """The word for a level."""
    if level >= HOT_LEVEL:
        return "hot"
    return "warm" if level else "cool"


def step(before: Temperature, news: News, seconds: float) -> Temperature:
    """The state after `seconds` in which `news` came."""
    seconds = min(max(0.0, seconds), _MOST_SECONDS)
    kept = exp(-seconds / _MEMORY_SECONDS)
    weight, taken = news.weight, max(0.0, news.good)
    good, bad = before.good * kept + taken, before.bad * kept + weight
    worse = bad / (bad + good + _DOUBT)
    rise = _RISE_PER_SECOND * worse * min(max(seconds, 1.0), weight)
    cooling = seconds / _IDLE_SECONDS + min(seconds, taken) / _GOOD_SECONDS
    value = HOTTEST - (HOTTEST - before.value * exp(-cooling)) * exp(-rise)
    level, held = _level(before.level, value, before.held + seconds)
    return Temperature(value, level, good, bad, held, before.pinned)


def pin(before: Temperature, state: State | None) -> Temperature:
    """Fixes the state until it is pinned to None; the temperature itself goes on."""
    return replace(before, pinned=state)


def heat_of(now: Temperature, probe_share: float) -> Heat:
    """As the engine wants it; `probe_share` is what a hot one gets."""
    if now.pinned is None:
        share = SHARES[now.level] if now.level < HOT_LEVEL else probe_share
    else:
        share = {"cool": 1.0, "warm": 0.5, "hot": probe_share}[now.pinned]
    return Heat(round(now.value, 2), now.state, share, is_pinned=now.pinned is not None)


def together(own: News, others: Iterable[News]) -> News:
    """A class's own news, and in part what its carrier's other classes met there."""
    good, bad = own.good, dict(own.bad)
    for other in others:
        good += SIBLINGS * other.good
        for kind, n in other.bad.items():
            if kind in OF_CARRIER:
                bad[kind] = bad.get(kind, 0.0) + SIBLINGS * n
    return News(good, bad)


def probe_share(per_second: float, probes_per_minute: float) -> float:
    """The part of `per_second` messages that makes so many probes a minute."""
    if per_second <= 0:
        return 0.05
    return min(0.05, max(0.0002, probes_per_minute / 60 / per_second))


def _level(level: int, value: float, held: float) -> tuple[int, float]:
    """Up at once, down one step at a time."""
    up = level
    while up < HOT_LEVEL and value >= RISES[up]:
        up += 1
    if up > level:
        return up, 0.0
    if level and value <= FALLS[level - 1] and held >= HOLD_SECONDS:
        return level - 1, 0.0
    return level, held


@dataclass(frozen=True, slots=True)
class Cohort:
    """Messages that left in the same seconds: how many asked for a receipt, how many came."""

    began: float
    asked: float
    came: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What a carrier's receipts are like in good times."""

    coverage: float
    patience_seconds: float


_COHORT_SECONDS = 10.0  # the last of a cohort left so long after the first
ENOUGH_ASKED = 10.0
ENOUGH_PROBES = 3.0  # a hot carrier gets no more
_WINDOW_SECONDS = 90.0
_MOST_WINDOW_SECONDS = 900.0
_EXPECTED_PART = 0.5  # of the usual; less is silence
_LEAST_COVERAGE = 0.3  # who hardly ever reports is not silent when it does not


def silence(
    cohorts: Iterable[Cohort], usual: Usual, now: float, *, enough: float = ENOUGH_ASKED
) -> float:
    """How silent a carrier is about what it took, 0 to 1: of messages old enough to have a
    receipt, the part of the half of the usual ones that is missing. The latest decide; where they
    are few, older ones with them, and 0 where even those are fewer than `enough`."""
    if usual.coverage < _LEAST_COVERAGE:
        return 0.0
    ends = now - usual.patience_seconds - _COHORT_SECONDS
    asked = came = 0.0
    for one in sorted(cohorts, key=lambda one: -one.began):
        if one.began > ends:
            continue
        is_recent = one.began >= ends - _WINDOW_SECONDS
        if one.began < ends - _MOST_WINDOW_SECONDS or (asked >= enough and not is_recent):
            break
        asked, came = asked + one.asked, came + one.came
    if asked < enough:
        return 0.0
    expected = asked * usual.coverage * _EXPECTED_PART
    return max(0.0, 1.0 - came / expected) if expected > 0 else 0.0
