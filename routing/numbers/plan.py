"""Number plans: which prefix was given to which network, as dated data with sources.

A prefix is only a hint where numbers are portable; the caller stores where the network
of a message came from (override, receipt, prefix …). Pure except `load_plan`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"
CONFIDENCES = frozenset({"run", "src", "page", "one_source", "memory"})


class PlanError(ValueError):
    """A number plan breaks its format; `where` names the entry, `problem` says what to fix."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read: `kind` is page, source code, run (computed) or memory."""

    id: str
    title: str
    kind: str
    read_on: date


@dataclass(frozen=True, slots=True)
class NetworkEntry:
    """A mobile network; `host` is the code of the network a virtual operator rides on."""

    code: str
    name: str
    kind: str
    mcc_mnc: str
    host: str | None
    source: str


@dataclass(frozen=True, slots=True)
class PrefixEntry:
    """A prefix in E.164 digits (`8496`) and the network it was given to."""

    prefix: str
    network_code: str
    source: str
    confidence: str
    country: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conversion:
    """An old national prefix and the one that replaced it; the digits after it stay."""

    old: str
    new: str
    effective_from: date
    source: str


@dataclass(frozen=True, slots=True)
class RefusedRange:
    """Numbers that are no subscriber's mobile; `reason` is a code of `routing.numbers`."""

    prefix: str
    reason: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """One version of a country's plan; `mobile_length` counts the digits after the code."""

    country: str
    version: str
    effective_from: date
    calling_code: str
    trunk_prefix: str
    mobile_length: int | None
    is_portable: bool
    note: str
    sources: tuple[Source, ...]
    networks: tuple[NetworkEntry, ...]
    entries: tuple[PrefixEntry, ...]
    conversions: tuple[Conversion, ...]
    refused: tuple[RefusedRange, ...]


def load_plan(path: Path) -> NumberPlan:
    """Reads and checks a plan file. Raises PlanError, or OSError where there is no file."""
    return parse_plan(json.loads(path.read_text(encoding="utf-8")))


@cache
def shipped_plans() -> tuple[NumberPlan, ...]:
    """The plans that come with the product, by file name."""
    return tuple(load_plan(path) for path in sorted(DATA.glob("*_number_plan.json")))


def parse_plan(document: Mapping[str, Any]) -> NumberPlan:
    """A checked plan from its JSON form. Raises PlanError naming the entry at fault."""
    try:
        plan = _build(document)
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError("plan", f"field missing or of the wrong form ({error!r})") from error
    _check_entries(plan)
    _check_ranges(plan)
    return plan


def _build(document: Mapping[str, Any]) -> NumberPlan:
    country = str(document["country"])
    length = document["mobile_length"]
    return NumberPlan(
        country=country,
        version=str(document["version"]),
        effective_from=date.fromisoformat(document["effective_from"]),
        calling_code=str(document["calling_code"]),
        trunk_prefix=str(document["trunk_prefix"]),
        mobile_length=None if length is None else int(length),
        is_portable=bool(document["is_portable"]),
        note=str(document.get("note", "")),
        sources=tuple(
            Source(row["id"], row["title"], row["kind"], date.fromisoformat(row["read_on"]))
            for row in document["sources"]
        ),
        networks=tuple(
            NetworkEntry(**{name: row[name] for name in NetworkEntry.__slots__})
            for row in document["networks"]
        ),
        entries=tuple(
            PrefixEntry(
                row["prefix"],
                row["network"],
                row["source"],
                row["confidence"],
                country,
                row.get("note", ""),
            )
            for row in document["entries"]
        ),
        conversions=tuple(
            Conversion(
                row["old"], row["new"], date.fromisoformat(row["effective_from"]), row["source"]
            )
            for row in document["conversions"]
        ),
        refused=tuple(
            RefusedRange(row["prefix"], row["reason"], row["source"], row.get("note", ""))
            for row in document["refused"]
        ),
    )


def _check_entries(plan: NumberPlan) -> None:
    networks = {network.code for network in plan.networks}
    sources = {source.id for source in plan.sources}
    seen: set[str] = set()
    for entry in plan.entries:
        where = f"prefix {entry.prefix}"
        _check_prefix(plan, where, entry.prefix)
        if entry.prefix in seen:
            raise PlanError(where, "listed twice; keep one entry")
        seen.add(entry.prefix)
        if entry.network_code not in networks:
            raise PlanError(where, f"unknown network {entry.network_code}; add it to networks")
        if entry.source not in sources:
            raise PlanError(where, f"unknown source {entry.source}; add it to sources")
        if entry.confidence not in CONFIDENCES:
            raise PlanError(where, f"confidence must be one of {', '.join(sorted(CONFIDENCES))}")


def _check_ranges(plan: NumberPlan) -> None:
    allotted = {entry.prefix for entry in plan.entries}
    for refused in plan.refused:
        where = f"refused {refused.prefix}"
        _check_prefix(plan, where, refused.prefix)
        if refused.prefix in allotted:
            raise PlanError(where, "also allotted to a network; remove one of the two")
    for conversion in plan.conversions:
        if not (conversion.old.isdecimal() and conversion.new.isdecimal()):
            raise PlanError(f"conversion {conversion.old}", "old and new must be digits")


def _check_prefix(plan: NumberPlan, where: str, prefix: str) -> None:
    if not (prefix.isascii() and prefix.isdecimal() and prefix.startswith(plan.calling_code)):
        raise PlanError(where, f"must be E.164 digits beginning with {plan.calling_code}")
