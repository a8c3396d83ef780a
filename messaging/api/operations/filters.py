"""Filters of lists: each is a query parameter and where its value stands in a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.constants import MessageClass
from config.common.api.fields import Moment, Text, Truth, Whole, Word
from config.common.api.pagination import PageInput


@dataclass(frozen=True, slots=True)
class By:
    """A filter: what it takes, and how it asks the rows."""

    lookup: str
    field: Any
    value: Callable[[Any], Any] = field(default=lambda given: given)


@dataclass(frozen=True, slots=True)
class Filters:
    """The query parameters of a list, and its filters by name."""

    query: type[PageInput] = PageInput
    by: Mapping[str, By] = field(default_factory=dict)

    def of(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """What the rows are asked for."""
        return {
            one.lookup: one.value(wanted[name]) for name, one in self.by.items() if name in wanted
        }


def filters(name: str, **by: By) -> Filters:
    """Filters of one list; a name that Python keeps for itself ends with `_`."""
    fields = {one: kept.field for one, kept in by.items()}
    query = type(f"{name}Query", (PageInput,), {**fields, "__doc__": ""})
    return Filters(query, {one.rstrip("_"): kept for one, kept in by.items()})


def by_text(lookup: str, said: str, longest: int = 50) -> By:
    """Rows with exactly this text."""
    return By(lookup, Text(max_length=longest, required=False, help_text=said))


def by_word(lookup: str, choices: Any, said: str = "") -> By:
    """Rows with one of a closed list of words."""
    return By(lookup, Word(choices=choices, required=False, help_text=said))


def by_truth(lookup: str, said: str = "") -> By:
    """Rows where this is so, or is not."""
    return By(lookup, Truth(required=False, help_text=said))


def by_whole(lookup: str, said: str = "") -> By:
    """Rows with this number."""
    return By(lookup, Whole(min_value=1, required=False, help_text=said))


def by_time(lookup: str, said: str) -> By:
    """Rows from, or before, a time."""
    return By(lookup, Moment(required=False, help_text=said))


def by_carrier(lookup: str = "carrier__code") -> By:
    """Rows of a carrier."""
    return by_text(lookup, "A carrier's code.")


def by_network(lookup: str = "network__code") -> By:
    """Rows of a network."""
    return by_text(lookup, "A network's code.")


def by_account(lookup: str = "account__slug") -> By:
    """Rows of an account."""
    return by_text(lookup, "An account's short name.")


def by_country(lookup: str = "country") -> By:
    """Rows of a country, however its letters are written."""
    shown = Text(min_length=2, max_length=2, required=False, help_text="Two letters.")
    return By(lookup, shown, lambda given: given.upper())


def by_class(lookup: str = "message_class") -> By:
    """Rows of a class of messages."""
    return by_word(lookup, MessageClass.choices)
