"""Who counts on a version: a port that the apps above answer (campaigns register at start-up)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VersionUse:
    """Something that sends a version: its admin page (`label`, `pk`), its name and state.

    `unreleased` recipients have no message yet; `unsent` messages wait or are queued.
    """

    label: str
    pk: int
    name: str
    status: str
    unreleased: int
    unsent: int


class UsesReader(Protocol):
    def __call__(self, version_id: int) -> Sequence[VersionUse]: ...


_readers: dict[str, UsesReader] = {}


def register(name: str, reader: UsesReader) -> None:
    """Called once by an app above, when it is ready; again replaces its reader."""
    _readers[name] = reader


def version_uses(version_id: int) -> list[VersionUse]:
    """What is under way with the version, or planned."""
    return [use for reader in _readers.values() for use in reader(version_id)]
