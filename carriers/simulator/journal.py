"""The operator's own book: what it was given and what it answered, one JSON object per line.

It is independent of every database, so that tests can judge the platform by it. Lines are
collected during a pass of the event loop and appended by one `os.write` before the octets of
that pass reach a socket: a killed simulator may have noted an answer that did not leave, but
never the reverse.
"""

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from carriers.smpp import pdu

# Above this a journal is set aside at the next start, so that benchmarks don't fill the disk.
MAX_JOURNAL_OCTETS: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class JournalRecord:
    """One line. Fields that an event does not have keep their defaults.

    Events: `start`, `checkpoint`, `stop`, `bind`, `closed`, `scenario`, `submit` (what came and
    what was decided), `response` (written later than its submit), `receipt` and `receipt_ack`,
    `mo` (injected), `mo_sent` and `mo_ack`. `status` is the command_status given or received;
    None means that the SMSC took the submit_sm and keeps silent. `time` is Unix time.
    """

    event: str
    time: float = 0.0
    session: int = 0
    sequence: int = 0
    system_id: str = ""
    source: str = ""
    source_ton: int = 0
    source_npi: int = 0
    destination: str = ""
    dest_ton: int = 0
    dest_npi: int = 0
    status: int | None = 0
    message_id: str = ""
    serial: int = 0
    answered: bool = False
    behaviour: str = ""
    receipts: tuple[str, ...] = ()
    esm_class: int = 0
    data_coding: int = 0
    registered_delivery: int = 0
    validity_period: str = ""
    octets: bytes = b""
    user_message_reference: int | None = None
    tlvs: pdu.Tlvs = ()
    index: int = 0
    state: str = ""
    submitted_at: float = 0.0
    bind: str = ""
    name: str = ""
    seconds: float = 0.0
    owed: tuple["JournalRecord", ...] = ()


_FIELDS: Final = frozenset(item.name for item in fields(JournalRecord))


class Journal:
    """Appends lines to a file; without a path it keeps nothing (`path=None`)."""

    def __init__(self, path: Path | None, *, fsync: bool = False) -> None:
        self._lines: list[str] = []
        self._fsync = fsync
        self._has_failed = False
        self._file = -1 if path is None else _open(path)

    @property
    def kept(self) -> bool:
        return self._file >= 0

    def add(self, line: str) -> None:
        """Note a finished line (with its newline); it is written by the next flush."""
        self._lines.append(line)

    def note(self, event: str, time: float, **values: object) -> None:
        """Note an event that is not frequent enough to need a formatter of its own."""
        self._lines.append(json.dumps({"event": event, "time": time, **values}) + "\n")

    def flush(self) -> None:
        """Append what was noted, as whole lines. OSError when the disk refuses, now or before:
        nothing may be answered after a line was lost."""
        if self._has_failed:
            raise OSError(errno.EIO, "the journal could not be written before")
        if not self._lines:
            return
        text = "".join(self._lines)
        self._lines.clear()
        if self._file < 0:
            return
        self._has_failed = True
        rest = memoryview(text.encode("ascii"))
        while rest:
            rest = rest[os.write(self._file, rest) :]
        if self._fsync:
            os.fsync(self._file)
        self._has_failed = False

    def close(self) -> None:
        self.flush()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def journal_path(directory: Path, operator: str) -> Path:
    """Where an operator keeps its journal."""
    return directory / f"{operator}.jsonl"


def _open(path: Path) -> int:
    """Open for appending; end a line that a crash cut off, so that ours start clean."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Message texts and numbers are in here: for the owner's eyes only.
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.write(file, b"\n")
    return file


def record_of(values: dict[str, Any]) -> JournalRecord:  # Any: straight from JSON
    """Build a record from a parsed line; keys of newer versions are ignored."""
    known = {key: value for key, value in values.items() if key in _FIELDS}
    known["octets"] = bytes.fromhex(known.get("octets", ""))
    known["receipts"] = tuple(known.get("receipts", ()))
    known["tlvs"] = tuple((tag, bytes.fromhex(value)) for tag, value in known.get("tlvs", ()))
    known["owed"] = tuple(record_of(item) for item in known.get("owed", ()))
    return JournalRecord(**known)


def read_journal(path: Path, *, offset: int = 0) -> Iterator[JournalRecord]:
    """Yield the records from `offset` on; a line cut off by a crash was never answered: skipped.

    A journal that does not exist yet has no records.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            record = read_line(line)
            if record is not None:
                yield record


def read_line(line: bytes) -> JournalRecord | None:
    """The record of a line; None of one that is not whole."""
    if not line.endswith(b"}\n"):
        return None
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return record_of(values) if isinstance(values, dict) and "event" in values else None
