"""What the simulated operator itself says: its counters, and its journal of what came when."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings

from carriers.simulator.client import stats
from carriers.simulator.journal import journal_path, read_journal
from config.bench.rig import OPERATOR

_COUNTED = ("submitted", "accepted", "receipts_sent", "receipts_acknowledged")
_TRIES, _PAUSE_SECONDS = 50, 0.1


@dataclass(frozen=True, slots=True)
class Mark:
    """Where counters and journal stood at a moment."""

    counts: dict[str, int]
    journal_octets: int


def mark() -> Mark:
    """Now, once the operator owes no receipts of what came before."""
    pause = Event()
    for _ in range(_TRIES):
        if not _stats()["owed"]:
            break
        pause.wait(_PAUSE_SECONDS)
    return mark_now()


def mark_now() -> Mark:
    """While traffic flows."""
    path = _journal()
    return Mark(_counts(), path.stat().st_size if path.exists() else 0)


def counted_since(start: Mark, messages: int) -> dict[str, int]:
    """What came since then, waiting a moment for `messages` acknowledgements, which leave after
    our commit."""
    pause = Event()
    found: dict[str, int] = {}
    for _ in range(_TRIES):
        found = {name: value - start.counts[name] for name, value in _counts().items()}
        if found["receipts_acknowledged"] >= messages:
            break
        pause.wait(_PAUSE_SECONDS)
    return found


def arrivals(start: Mark, msisdns: Collection[str]) -> dict[str, float]:
    """Unix time at which the first submit_sm to each number was read from the socket; waits a
    few seconds for the last of them."""
    pause = Event()
    found: dict[str, float] = {}
    for _ in range(_TRIES):
        found = _submits(start.journal_octets, frozenset(msisdns))
        if len(found) == len(msisdns):
            break
        pause.wait(_PAUSE_SECONDS * 5)
    return found


def _submits(offset: int, wanted: frozenset[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for record in read_journal(_journal(), offset=offset):
        if record.event == "submit" and record.destination in wanted:
            found.setdefault(record.destination, record.time)
    return found


def _counts() -> dict[str, int]:
    counters = _stats()
    return {name: int(counters[name]) for name in _COUNTED}


def _stats() -> dict[str, Any]:
    return stats(settings.SIMULATOR_CONTROL_URL)[OPERATOR]


def _journal() -> Path:
    return journal_path(Path(settings.SIMULATOR_DIR), OPERATOR)
