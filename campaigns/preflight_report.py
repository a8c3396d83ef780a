"""The sums of a pre-flight: assessments in, a report for people out. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from config.common.redaction import msisdn as masked

# Of these the detail of an assessment names the network.
NETWORK_REASONS = frozenset({"template_unregistered", "too_long_there", "characters_refused"})
_REFUSALS = ("value_not_allowed", "value_refused")  # their detail is "slot:code"
CAP_REASON = "frequency_cap"  # its detail names campaigns, with commas between
_MOST_CAMPAIGNS = 10
_FIRST_SAMPLES = 4  # and the longest text of all


class Assessed(Protocol):
    """What the report reads of an assessment (messaging.services.releases)."""

    msisdn: str
    outcome: str
    reason: str
    detail: str
    segment_count: int
    billed_segments: int
    encoding: str
    price_micros: int
    network_id: int | None
    due_at: datetime | None
    text: str
    taken_from: tuple[int | None, ...]
    sender: str
    stand_in: tuple[str, str, str] | None
    carrier_id: int
    cost_micros: int


@dataclass(slots=True)
class Sums:
    """Messages, their segments, how many of those are billed, and their price."""

    messages: int = 0
    segments: int = 0
    billed_segments: int = 0
    price_micros: int = 0

    def add(self, one: Assessed) -> None:
        self.messages += 1
        self.segments += one.segment_count
        self.billed_segments += one.billed_segments
        self.price_micros += one.price_micros

    def as_json(self) -> dict[str, int]:
        return {
            "messages": self.messages,
            "segments": self.segments,
            "billed_segments": self.billed_segments,
            "price_micros": self.price_micros,
        }


@dataclass(slots=True)
class Report:
    """Adds assessments up."""

    audience: int = 0
    exclusions: Counter[str] = field(default_factory=Counter)
    missing_slots: Counter[str] = field(default_factory=Counter)
    refused_values: Counter[str] = field(default_factory=Counter)  # "slot:code"
    refusing_networks: dict[str, Counter[str]] = field(default_factory=dict)
    released: Sums = field(default_factory=Sums)
    by_encoding: dict[str, Sums] = field(default_factory=dict)
    by_count: dict[int, Sums] = field(default_factory=dict)
    by_network: dict[int | None, Sums] = field(default_factory=dict)
    waiting: Counter[datetime] = field(default_factory=Counter)
    held_by: Counter[str] = field(default_factory=Counter)  # campaigns whose places are taken
    taken_from: Counter[str] = field(default_factory=Counter)  # and those that would lose some
    samples: list[Assessed] = field(default_factory=list)
    longest: Assessed | None = None
    countries: set[str] = field(default_factory=set)
    # Asked for, instead of it, why, and on which network.
    stand_ins: Counter[tuple[str, str, str, int | None]] = field(default_factory=Counter)
    carriers: set[int] = field(default_factory=set)
    costs: Counter[int] = field(default_factory=Counter)  # millionths by carrier
    without_cost: Sums = field(default_factory=Sums)

    def add(self, assessed: Iterable[Assessed]) -> None:
        """A slice of the audience."""
        for one in assessed:
            self.audience += 1
            if one.outcome != "released":
                self.exclusions[one.reason] += 1
                if one.reason == "missing_value":
                    self.missing_slots[one.detail] += 1
                elif one.reason == CAP_REASON:
                    self.held_by.update(filter(None, one.detail.split(",")))
                elif one.reason in _REFUSALS:
                    self.refused_values[one.detail] += 1
                elif one.reason in NETWORK_REASONS:
                    self.refusing_networks.setdefault(one.reason, Counter())[one.detail] += 1
            else:
                self._release(one)

    def _release(self, one: Assessed) -> None:
        self.released.add(one)
        self.by_encoding.setdefault(one.encoding, Sums()).add(one)
        self.by_count.setdefault(one.segment_count, Sums()).add(one)
        self.by_network.setdefault(one.network_id, Sums()).add(one)
        self.taken_from.update(str(campaign or "") for campaign in one.taken_from)
        if one.due_at is not None:
            self.waiting[one.due_at] += 1
        if one.stand_in is not None:
            self.stand_ins[*one.stand_in, one.network_id] += 1
        self.carriers.add(one.carrier_id)
        if one.cost_micros:
            self.costs[one.carrier_id] += one.cost_micros
        else:
            self.without_cost.add(one)
        if len(self.samples) < _FIRST_SAMPLES:
            self.samples.append(one)
        elif self.longest is None or len(one.text) > len(self.longest.text):
            self.longest = one

    def segments_per_message(self) -> float:
        """The mean; 1 where nothing is released."""
        return self.released.segments / self.released.messages if self.released.messages else 1.0

    def as_json(
        self, network_names: Mapping[int, str], limits: Mapping[str, float], moment: datetime
    ) -> dict[str, Any]:
        """The report as it is kept. `limits`: segments per second by what sets them, 0 for
        none; `moment`: when the campaign would begin."""
        return {
            "audience": self.audience,
            "released": self.released.messages,
            "segments": self.released.segments,
            "billed_segments": self.released.billed_segments,
            "price_micros": self.released.price_micros,
            "exclusions": dict(self.exclusions.most_common()),
            "missing_slots": dict(self.missing_slots.most_common()),
            "refused_values": dict(self.refused_values.most_common()),
            "refusing_networks": {
                reason: dict(counts.most_common())
                for reason, counts in self.refusing_networks.items()
            },
            "by_encoding": {name: sums.as_json() for name, sums in self.by_encoding.items()},
            "by_count": {str(n): self.by_count[n].as_json() for n in sorted(self.by_count)},
            "networks": self._networks(network_names),
            "stand_ins": self._stand_ins(network_names),
            "costs": {str(carrier): micros for carrier, micros in self.costs.items()},
            "without_cost": self.without_cost.as_json(),
            "held_by": dict(self.held_by.most_common(_MOST_CAMPAIGNS)),
            "taken_from": dict(self.taken_from.most_common(_MOST_CAMPAIGNS)),
            "waiting": {
                "messages": self.waiting.total(),
                "until": [
                    {"at": at.isoformat(), "messages": self.waiting[at]}
                    for at in sorted(self.waiting)
                ],
            },
            "samples": [_sample(one) for one in (*self.samples, self.longest) if one],
        } | self._finish(limits, moment)

    def _networks(self, names: Mapping[int, str]) -> list[dict[str, Any]]:
        ordered = sorted(self.by_network.items(), key=lambda pair: -pair[1].messages)
        return [
            {"name": "" if key is None else names.get(key, "")} | sums.as_json()
            for key, sums in ordered
        ]

    def _stand_ins(self, names: Mapping[int, str]) -> list[dict[str, Any]]:
        """Who is written to from another sender, by sender and cause."""
        found: dict[tuple[str, str, str], Counter[str]] = {}
        for (asked, other, cause, network_id), count in self.stand_ins.items():
            there = found.setdefault((asked, other, cause), Counter())
            there[names.get(network_id or 0, "")] += count
        return [
            {
                "from": asked,
                "to": other,
                "cause": cause,
                "messages": there.total(),
                "networks": dict(there.most_common()),
            }
            for (asked, other, cause), there in sorted(
                found.items(), key=lambda pair: -pair[1].total()
            )
        ]

    def _finish(self, limits: Mapping[str, float], moment: datetime) -> dict[str, Any]:
        """When the last message would leave at the lowest limit, and which limit that is."""
        known = {name: limit for name, limit in limits.items() if limit}
        if not known or not self.released.messages:
            return {"finish_at": None, "limited_by": "", "segments_per_second": None}
        name = min(known, key=lambda one: known[one])
        rate = known[name]
        begins = max([moment, *self.waiting])
        late = self.waiting.total() if self.waiting else self.released.messages
        seconds = late * self.segments_per_message() / rate
        return {
            "finish_at": (begins + timedelta(seconds=seconds)).isoformat(),
            "limited_by": name,
            "segments_per_second": rate,
        }


def _sample(one: Assessed) -> dict[str, Any]:
    return {
        "from": one.sender,
        "to": f"+{masked(one.msisdn)}",
        "text": one.text,
        "encoding": one.encoding,
        "segment_count": one.segment_count,
    }
