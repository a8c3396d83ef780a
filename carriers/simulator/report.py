"""The judge: what an operator's journal says about the platform that used it."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from carriers.simulator.journal import JournalRecord, read_journal
from carriers.simulator.parts import part_number


@dataclass(frozen=True, slots=True)
class JournalReport:
    """Counts of submit_sm by destination (MSISDN as sent, digits).

    `given` counts every attempt, `accepted` those the operator took with ESME_ROK. `taken` adds
    the ones it swallowed in silence: the platform cannot know, so neither may be sent again.
    `unanswered` are taken ones without a written response. `duplicates` counts, per destination,
    how often the same part was taken beyond the first time. `refused` counts by status,
    `receipts` the acknowledged receipts by stat word.
    """

    given: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    receipts: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    @property
    def peak_per_second(self) -> int:
        """The most submits taken in any rolling second."""
        recent: deque[float] = deque()
        peak = 0
        for time in sorted(self.times):
            recent.append(time)
            while time - recent[0] >= 1.0:
                recent.popleft()
            peak = max(peak, len(recent))
        return peak


Contract = Literal["bind", "account", "sender"]


def peaks(records: Iterable[JournalRecord], contract: Contract) -> dict[str, int]:
    """The most segments that came in any rolling second, by bind (its session), account
    (system_id) or sender, refused ones included: as the SMSC counts when it throttles."""
    recent: dict[str, deque[float]] = {}
    found: dict[str, int] = {}
    for record in sorted(records, key=lambda one: one.time):
        if record.event != "submit":
            continue
        name = _OWNERS[contract](record)
        times = recent.setdefault(name, deque())
        times.append(record.time)
        while record.time - times[0] >= 1.0:
            times.popleft()
        found[name] = max(found.get(name, 0), len(times))
    return found


_OWNERS: dict[str, Callable[[JournalRecord], str]] = {
    "bind": lambda record: f"{record.system_id} {record.session}",
    "account": lambda record: record.system_id,
    "sender": lambda record: record.source,
}


def report_journals(
    paths: Iterable[Path], *, source: str | None = None, since: float = 0.0
) -> JournalReport:
    """Judge several journals together, of one sender (`source`) and from a Unix time on."""
    return report_records(
        (record for path in paths for record in read_journal(path)), source=source, since=since
    )


def report_records(
    records: Iterable[JournalRecord], *, source: str | None = None, since: float = 0.0
) -> JournalReport:
    """Judge records in the order they were written."""
    report = JournalReport()
    parts: set[tuple[str, str, int]] = set()
    waiting: dict[str, str] = {}
    for record in records:
        if record.event == "response":
            waiting.pop(record.message_id, None)
        elif record.event == "receipt_ack" and record.status == 0 and record.time >= since:
            report.receipts[record.state] += 1
        elif record.event == "submit" and record.time >= since and source in {None, record.source}:
            _count_submit(report, record, parts, waiting)
    report.unanswered.update(waiting.values())
    return report


def _count_submit(
    report: JournalReport,
    record: JournalRecord,
    parts: set[tuple[str, str, int]],
    waiting: dict[str, str],
) -> None:
    report.given[record.destination] += 1
    if record.status:
        report.refused[record.status] += 1
        return
    if record.status == 0:
        report.accepted[record.destination] += 1
    report.taken[record.destination] += 1
    report.times.append(record.time)
    if record.status is None:
        report.unanswered[record.destination] += 1
    elif not record.answered:
        waiting[record.message_id] = record.destination
    number = part_number(record.esm_class, record.octets, record.tlvs)
    part = (record.source, record.destination, number)
    if part in parts:
        report.duplicates[record.destination] += 1
    parts.add(part)
