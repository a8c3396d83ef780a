"""What looks like SMS pumping: many codes sent into one block, few of them entered.

Thresholds are data of each service. Figures come with enough samples or say nothing: a quiet
prefix is never held.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LOW_CONVERSION: Final = "low_conversion"
SEQUENTIAL: Final = "sequential"
COUNTRY_SURGE: Final = "country_surge"
# A week of little says little: of a country with fewer sends a day "usual" is not known.
LEAST_USUAL: Final = 10


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on a service's traffic is suspicious; shares are parts of 1."""

    least_sends: int = 20
    least_conversion: float = 0.2
    sequential_numbers: int = 6
    country_times: float = 2.0
    countries_per_ip: int = 5


@dataclass(frozen=True, slots=True)
class PrefixFigures:
    """Starts of the last hour into one prefix whose people had time to answer. `numbers` in order,
    each once; only blocks have them."""

    prefix: str
    country: str
    sends: int
    approvals: int
    numbers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class CountryFigures:
    """Starts to one country: of the last day, and of each of the seven days before it."""

    country: str
    sends: int
    approvals: int
    days: Sequence[int]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What should be held and why, with what was measured against which limit. An empty prefix is
    the whole country."""

    cause: str
    country: str
    prefix: str
    measured: Mapping[str, Any]


def prefix_suspicions(figures: Sequence[PrefixFigures], limits: Thresholds) -> Iterator[Suspicion]:
    """Prefixes to hold. Of a prefix and one inside it the wider says it all."""
    held: list[str] = []
    for one in sorted(figures, key=lambda each: len(each.prefix)):
        if any(one.prefix.startswith(prefix) for prefix in held):
            continue
        found = _suspicion(one, limits)
        if found is not None:
            held.append(one.prefix)
            yield found


def _suspicion(one: PrefixFigures, limits: Thresholds) -> Suspicion | None:
    conversion = one.approvals / one.sends if one.sends else 1.0
    measured = {"sends": one.sends, "approvals": one.approvals}
    if one.sends >= limits.least_sends and conversion < limits.least_conversion:
        least = {"least_conversion": limits.least_conversion}
        return Suspicion(LOW_CONVERSION, one.country, one.prefix, measured | least)
    row = longest_row(one.numbers)
    # Neighbours who really enter their codes are a new office, not a robot.
    if row >= limits.sequential_numbers and conversion < max(limits.least_conversion, 0.5):
        found = {"row": row, "sequential_numbers": limits.sequential_numbers}
        return Suspicion(SEQUENTIAL, one.country, one.prefix, measured | found)
    return None


def longest_row(numbers: Sequence[int]) -> int:
    """How many of the numbers, in order and each once, follow each other without a gap."""
    best = run = 0
    last: int | None = None
    for number in numbers:
        run = run + 1 if last is not None and number == last + 1 else 1
        best, last = max(best, run), number
    return best


def country_suspicion(one: CountryFigures, limits: Thresholds) -> Suspicion | None:
    """Much more than usual to a country, and not because more people verify themselves."""
    usual = sum(one.days) / len(one.days) if one.days else 0.0
    if usual < LEAST_USUAL or one.sends < limits.least_sends:
        return None
    conversion = one.approvals / one.sends
    if one.sends < limits.country_times * usual or conversion >= limits.least_conversion:
        return None
    measured = {
        "sends": one.sends,
        "approvals": one.approvals,
        "usual": round(usual, 1),
        "country_times": limits.country_times,
    }
    return Suspicion(COUNTRY_SURGE, one.country, "", measured)


def mode_for(
    rules: Sequence[tuple[int | None, str, str]], service_id: int, country: str, default: str
) -> str:
    """The shield's mode by (service or None, country or "", mode): the closest rule decides, one
    of the service before one of its country."""
    found: dict[tuple[int | None, str], str] = {(who, where): mode for who, where, mode in rules}
    for key in ((service_id, country), (service_id, ""), (None, country), (None, "")):
        if key in found:
            return found[key]
    return default
