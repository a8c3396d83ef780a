"""How many decisions a core makes about recipients, with all shipped packs loaded.

`single`: one message after the other by `decide`, which remembers none of them; every recipient
has a history of their own, half of them a promised frequency. `distinct`: the same recipients
in batches, as a slice of a campaign decides them. `batch`: without histories, so that most
have the same facts as many others.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from compliance.content import content_findings
from compliance.decision import Decider, Facts, Rules, decide
from compliance.places import place_of
from compliance.rule_packs import ANY_COUNTRY, Rulebook, shipped_packs
from config.bench.figures import Figure

_RECIPIENTS = 20_000  # of each way
_BATCH = 1_000  # recipients that share sender, text and moment, as in a slice of a campaign
_ROUND_SECONDS = 0.5
_ROUNDS = 5
_NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)  # evening in Vietnam, morning in New York
_POOR = ("long_code", "ACME: 20% off bit.ly/acme")  # every fourth batch breaks rules
_VIETNAM = ("alphanumeric", "[QC] ACME giam 30% toan bo. De tu choi, soan TC gui 1313")
_ABROAD = ("alphanumeric", "ACME: 20% off today. Reply STOP 36111 to opt out, or to 60001")
_GOOD = {"VN": _VIETNAM, "US": ("short_code", _ABROAD[1])}
_AREA_CODES = ("214", "305", "203", "415", "808", "212", "907", "800", "850", "602")
_CONSENTS = ("granted",) * 8 + ("none", "revoked", "lapsed")
_SUPPRESSED = (frozenset[str](),) * 9 + (frozenset({"marketing"}), frozenset({"all"}))

Recipient = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Recipients that share sender, text and moment; `facts` are those of `people` in full."""

    rules: Rules
    shared: Facts
    people: Sequence[Recipient]
    facts: Sequence[Facts]


def decisions() -> Iterator[Figure]:
    """A figure per way: decisions per second of CPU time, of this one process."""
    for way, recipient, once in (
        ("single", _distinct, _single),
        ("distinct", _distinct, _through_decider),
        ("batch", _common, _through_decider),
    ):
        batches = tuple(_batches(recipient))
        seconds = min(_round(batches, once) for _ in range(_ROUNDS))
        values = {
            "way": way,
            "decisions_per_second": round(1 / seconds),
            "cpu_us_per_decision": round(seconds * 1_000_000, 3),
            "outcomes": dict(Counter(_outcomes(batches))),
        }
        settings = {
            "recipients": _RECIPIENTS,
            "batch": _BATCH,
            "countries": _countries(),
            "rounds": _ROUNDS,
            "best_of": "rounds",
        }
        yield Figure("decisions", values, settings)


def _countries() -> list[str]:
    return [pack.country for pack in shipped_packs()]


def _batches(recipient: Callable[[random.Random], Recipient]) -> Iterator[Batch]:
    """Batches of every country in turn; each with its own sender, text and moment."""
    chance = random.Random(_RECIPIENTS)  # noqa: S311 - the same facts in every run
    book, countries = Rulebook(shipped_packs()), _countries()
    for number in range(_RECIPIENTS // _BATCH):
        country = countries[number % len(countries)]
        kind, text = _GOOD.get(country, _ABROAD) if number % 4 else _POOR
        now = _NOW + timedelta(minutes=number)
        shared = Facts(
            country=country,
            message_class="marketing",
            account_id=1,
            advertiser_id=1,
            sender_kind=kind,
            sender_address="ACMEIN" if kind == "alphanumeric" else "53849",
            now=now,
            text=text,
            is_from_template=True,
            register_as_of=now - timedelta(hours=9),
        )
        people = [_placed(country, recipient(chance), chance) for _ in range(_BATCH)]
        facts = [replace(shared, **person) for person in people]
        yield Batch(book.rules_for(country, now, 1, 1), shared, people, facts)


def _placed(country: str, recipient: Recipient, chance: random.Random) -> Recipient:
    prefix = f"1{chance.choice(_AREA_CODES)}5550100" if country == "US" else "84912345678"
    place = place_of(country if country != ANY_COUNTRY else "", prefix)
    return {**recipient, "zones": place.zones, "region": place.region}


def _common(chance: random.Random) -> Recipient:
    return {
        "consent": chance.choice(_CONSENTS),
        "suppressed": chance.choice(_SUPPRESSED),
        "sender_registered": chance.random() < 0.9,
        "segments": chance.choice((1, 1, 1, 2)),
        "is_dnc_listed": chance.random() < 0.05,
    }


def _distinct(chance: random.Random) -> Recipient:
    """Somebody with a history and a promise of their own."""
    touches = tuple(
        _NOW - timedelta(seconds=chance.random() * 200_000) for _ in range(chance.randint(1, 4))
    )
    promised = (chance.randint(1, 6), chance.choice((24, 168))) if chance.random() < 0.5 else None
    return {**_common(chance), "touches": touches, "promised": promised}


def _outcomes(batches: Sequence[Batch]) -> Iterator[str]:
    for batch in batches:
        decider = _decider(batch)
        for person in batch.people:
            yield decider.decide(**person).outcome


def _decider(batch: Batch) -> Decider:
    rules, shared = batch.rules, batch.shared
    content = content_findings(rules, shared.text or "", shared.message_class)
    return Decider(rules, shared, content)


def _through_decider(batch: Batch) -> None:
    """A decider lives for a batch, so each pass makes a new one; what rules keep, they keep."""
    decide_one = _decider(batch).decide
    for person in batch.people:
        decide_one(**person)


def _single(batch: Batch) -> None:
    rules = batch.rules
    for facts in batch.facts:
        decide(rules, facts)


def _round(batches: Sequence[Batch], once: Callable[[Batch], None]) -> float:
    """CPU seconds per decision of passes over all batches."""
    began, done = time.process_time(), 0
    while (spent := time.process_time() - began) < _ROUND_SECONDS or not done:
        for batch in batches:
            once(batch)
            done += len(batch.people)
    return spent / done
