"""Which network a number's prefix was given to: longest prefix wins.

A prefix is only a hint where numbers are portable; the caller stores where the network
of a message came from (override, receipt, prefix …).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from routing.numbers.plan import (
    NumberPlan,
    PlanError,
    PrefixEntry,
    load_plan,
    parse_plan,
    shipped_plans,
)

__all__ = [
    "Match",
    "NumberPlan",
    "PlanError",
    "PrefixEntry",
    "PrefixTable",
    "load_plan",
    "parse_plan",
    "shipped_plans",
]


@dataclass(frozen=True, slots=True)
class Match:
    """The longest prefix that fits a number."""

    network_code: str
    prefix: str
    source: str
    country: str


class PrefixTable:
    """Longest-prefix lookup: one dictionary, asked by falling length (under 1 µs)."""

    __slots__ = ("_lengths", "_matches")

    def __init__(self, entries: Iterable[PrefixEntry]) -> None:
        self._matches = {
            entry.prefix: Match(entry.network_code, entry.prefix, entry.source, entry.country)
            for entry in entries
        }
        self._lengths = tuple(sorted({len(prefix) for prefix in self._matches}, reverse=True))

    def lookup(self, msisdn: str, country: str | None = None) -> Match | None:
        """The network hint for `msisdn` (digits); entries of another `country` don't count."""
        for length in self._lengths:
            match = self._matches.get(msisdn[:length])
            if match is not None and (country is None or match.country == country):
                return match
        return None
