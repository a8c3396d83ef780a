"""What a person may choose, by environment variables: `COUNT=20000 make bench`."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.common import env

USUAL_FIGURES = ("decisions", "encoder", "latency", "routing", "throughput", "webhooks")
FIGURES = (
    *USUAL_FIGURES,
    "accept",
    "failover",
    "growth",
)  # the latter take long: only where asked for
PROCESSOR_FIGURES = ("decisions", "encoder", "routing")  # which need nothing but a processor
PLATFORM_FIGURES = frozenset(
    {"accept", "growth", "latency", "throughput", "webhooks"}
)  # which need all of it running


class OptionError(ValueError):
    """A variable that cannot be used; the text says which and what it may hold."""


@dataclass(frozen=True, slots=True)
class Sink:
    """An SMSC of one's own, in place of the simulator."""

    host: str
    port: int
    system_id: str
    password: str


@dataclass(frozen=True, slots=True)
class Options:
    """BENCH, COUNT, SINK, KEEP, and for growth OLD_MESSAGES (in the tables) and CROWD (contacts of
    the campaign whose memory is measured)."""

    figures: frozenset[str]
    count: int
    sink: Sink | None
    keeps: bool
    old: tuple[int, ...]
    crowd: int


def options() -> Options:
    """As the environment says. Raises OptionError."""
    sink = _sink(env.text("SINK"))
    figures = frozenset(env.items("BENCH")) or frozenset(USUAL_FIGURES)
    unknown = sorted(figures - set(FIGURES))
    if unknown:
        raise OptionError(f"BENCH={','.join(unknown)}: choose from {','.join(FIGURES)}")
    if sink is not None:
        figures -= {"latency"}  # it is read from the simulator's journal
    if not figures:  # of those asked for
        raise OptionError("BENCH=latency needs the bundled sink: leave SINK out")
    count = env.integer("COUNT", 100_000)
    if not 1_000 <= count <= 5_000_000:
        raise OptionError(f"COUNT={count}: write a number from 1000 to 5000000")
    crowd = env.integer("CROWD", 1_000_000)
    return Options(
        figures, count, sink, env.boolean("KEEP"), _old(env.items("OLD_MESSAGES")), crowd
    )


def _old(items: Sequence[str]) -> tuple[int, ...]:
    found = items or ("0", "1000000", "5000000")
    if not all(one.isdecimal() for one in found):
        raise OptionError(f"OLD_MESSAGES={','.join(found)}: write numbers, with commas between")
    return tuple(sorted(int(one) for one in found))


def _sink(text: str) -> Sink | None:
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise OptionError(f"SINK={text}: write host:port")
    return Sink(
        host,
        int(port),
        env.text("SINK_SYSTEM_ID", "signalbox"),
        env.text("SINK_PASSWORD", "sim-fast"),
    )
