"""The port through which apps remove what they keep: one remover per kind of data."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Span:
    """An account's data about people of a country ("": of none of `others`), made in a time.

    `after` is where the last run stopped (None: nothing was removed yet).
    """

    account_id: int
    country: str
    others: tuple[str, ...]
    after: datetime | None
    before: datetime

    @property
    def place(self) -> Mapping[str, Any]:
        """Parameters of `PLACE`."""
        return {"country": self.country, "others": list(self.others)}


# A condition on a column that holds the country; `%%(…)s` become parameters of the statement.
PLACE = """(%(country)s <> '' AND {column} = %(country)s
    OR %(country)s = '' AND {column} <> ALL(%(others)s::text[]))"""


@dataclass(frozen=True, slots=True)
class Removed:
    """Rows removed, or that would be; everything before `through` is done with."""

    rows: int
    through: datetime


class Remover(Protocol):
    """Removes a span in batches, each in a transaction of its own; a rehearsal only counts."""

    def __call__(self, span: Span, *, is_rehearsal: bool) -> Removed: ...


class Sweep(Protocol):
    """Removes what no account keeps any longer, all at once; rows by account."""

    def __call__(self, before: datetime) -> Counter[int]: ...


_sweeps: dict[str, Sweep] = {}
_removers: dict[str, Remover] = {}


def register(kind: str, remover: Remover, sweep: Sweep | None = None) -> None:
    """Called once per kind, when the app that keeps it is ready; `sweep` comes first in a run."""
    _removers[kind] = remover
    if sweep is not None:
        _sweeps[kind] = sweep


def removers() -> Mapping[str, Remover]:
    """The removers by kind."""
    return dict(_removers)


def sweeps() -> Mapping[str, Sweep]:
    """The sweeps by kind."""
    return dict(_sweeps)
