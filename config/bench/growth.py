"""Throughput over tables that have grown, with a long report open, and memory of a large release."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from campaigns.services.campaigns import campaign_launch
from campaigns.services.preflight import preflight_run
from config.bench.audience import audience_make, campaign_draft
from config.bench.cpu import snapshot, tree_pids
from config.bench.figures import Figure
from config.bench.old_messages import old_messages_make
from config.bench.options import Options
from config.bench.rig import tell
from config.bench.throughput import is_sound, settings_of, settled, throughput
from config.bench.world import World
from config.common.database import connect

_REPORT = "SELECT count(*) FROM messaging_message"
_KIB = 1024


def growth(
    options: Options, world: World, roots: Mapping[str, int]
) -> Iterator[Callable[[], Figure]]:
    """A figure per number of old messages, one more with a report open, and one of memory."""
    grown = _Grown(options, world, dict(roots))
    for old in options.old:
        yield lambda old=old: grown.with_old(old)  # type: ignore[misc]  # bound now, not later
    yield grown.with_report
    if options.crowd:
        yield grown.memory


class _Grown:
    """The tables as they fill, and the first figure to compare with."""

    def __init__(self, options: Options, world: World, roots: dict[str, int]) -> None:
        self._options, self._world, self._roots = options, world, roots
        self._old = 0
        self._first: float | None = None

    def with_old(self, old: int) -> Figure:
        old_messages_make(self._world, self._old, old)
        self._old = max(self._old, old)
        return self._throughput(is_report_open=False)

    def with_report(self) -> Figure:
        """A transaction that began before the campaign and sees the tables as they were."""
        with connect("bench report", autocommit=False) as report:
            report.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            report.execute(_REPORT)
            return self._throughput(is_report_open=True)

    def memory(self) -> Figure:
        """The most that each of our processes ever held while a crowd is released."""
        count = self._options.crowd
        tell(f"making {count} contacts")
        audience = audience_make(self._world, count)
        campaign = campaign_draft(self._world, audience, "crowd")
        preflight_run(campaign.pk)
        began = time.monotonic()
        campaign_launch(campaign=campaign, actor=None)
        counts = settled(campaign.pk, count)
        seconds = time.monotonic() - began
        values: dict[str, Any] = {
            "peak_mib": peaks(self._roots),
            "audience": count,
            "messages": counts.accepted,
            "messages_per_second": round(counts.accepted / seconds, 1),
            "old_messages": self._old,
        }
        return Figure("memory", values, settings_of(self._world), is_sound(counts, audience, None))

    def _throughput(self, *, is_report_open: bool) -> Figure:
        audience = audience_make(self._world, self._options.count)
        is_ours = self._options.sink is None
        figure = throughput(self._world, audience, self._roots, own_sink=is_ours)
        rate = figure.values["messages_per_second"]
        self._first = self._first or rate
        added = {
            "old_messages": self._old,
            "report_open": is_report_open,
            "of_first": round(rate / self._first, 3),
        }
        return replace(figure, name="growth", values={**added, **figure.values})


def peaks(roots: Mapping[str, int]) -> dict[str, float]:
    """MiB that the largest process of each tree ever had in memory (VmHWM of proc_pid_status(5)).

    PostgreSQL's and Valkey's are left out: their memory is bounded by their settings.
    """
    processes = snapshot()
    return {
        name: max((_peak(pid) for pid in tree_pids(processes, root)), default=0.0)
        for name, root in roots.items()
        if name not in {"postgres", "valkey"}
    }


def _peak(pid: int) -> float:
    try:
        lines = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    except OSError:  # it ended while we looked
        return 0.0
    for line in lines:
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / _KIB, 1)
    return 0.0
