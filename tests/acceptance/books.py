"""The operators' books, read as they grow: a test that waits looks into them many times."""

from collections.abc import Iterator
from pathlib import Path

from carriers.simulator.journal import JournalRecord, read_line


class Books:
    """`records` of journals, each line of which is read once."""

    def __init__(self) -> None:
        self._read: dict[Path, list[JournalRecord]] = {}
        self._offsets: dict[Path, int] = {}

    def records(self, *paths: Path) -> Iterator[JournalRecord]:
        """Everything that stands there by now, journal by journal."""
        for path in paths:
            yield from self._records_of(path)

    def _records_of(self, path: Path) -> list[JournalRecord]:
        known = self._read.setdefault(path, [])
        if not path.exists():
            return known
        with path.open("rb") as file:
            file.seek(self._offsets.get(path, 0))
            for line in file:
                if not line.endswith(b"\n"):
                    break  # its rest is being written
                self._offsets[path] = self._offsets.get(path, 0) + len(line)
                if (record := read_line(line)) is not None:
                    known.append(record)
        return known
