"""The packs that come with the product, and the rules in force on a day."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from compliance.rule_packs.adjustments import Adjustment, adjusted
from compliance.rule_packs.model import MESSAGE_CLASSES, OptOutPolicy, Pack, Rule
from compliance.rule_packs.parsing import parse_pack

PACKS = Path(__file__).parent
ANY_COUNTRY = "ZZ"
SCHEMA = PACKS / "schema.json"
WINDOW_KIND = "window"
CONSENT_KIND = "consent"
REQUEST_KIND = "consent_request"
CONTENT_KINDS = frozenset({"characters", "label", "links", "optout_text", "price_text"})
# The confirmation of a refusal is the pack's own text, sent once to somebody who has refused.
NOT_FOR_CONFIRMATIONS = frozenset(
    {"cap", CONSENT_KIND, REQUEST_KIND, "register", "suppression", "template"}
)


def load_pack(path: Path) -> Pack:
    """Reads and checks a pack file. Raises PackError, or OSError where there is no file."""
    return parse_pack(json.loads(path.read_text(encoding="utf-8")))


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """The packs that come with the product, by file name."""
    return tuple(load_pack(path) for path in sorted(PACKS.glob("*.json")) if path != SCHEMA)


def languages_of(country: str) -> tuple[str, ...]:
    """The languages people of a country reply in, by its shipped pack; English elsewhere."""
    by_country = {pack.country: pack.languages for pack in shipped_packs()}
    return by_country.get(country, by_country[ANY_COUNTRY])


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A pack's rules in force on a day, by message class and by what they look at.

    `adjustments` are the account's own, those in force on the day; `account_id` 0: none are
    applied. `exceptions`: per class the ids of the pack's rules that they leave out.
    """

    pack: Pack
    on: date
    account_id: int = 0
    adjustments: tuple[Adjustment, ...] = ()
    rules: tuple[Rule, ...] = field(init=False, repr=False)
    optout: OptOutPolicy = field(init=False, repr=False)
    recipient_rules: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False)
    request_rules: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False)
    confirmation_rules: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False)
    content_rules: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False)
    window_rules: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False)
    exceptions: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    version: str = field(init=False)
    # What decisions prepare from the rules, kept with them.
    prepared: dict[tuple[str, str, str], Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        rules, left_out = adjusted(
            (rule for rule in self.pack.rules if rule.is_in_force(self.on)), self.adjustments
        )
        content = [rule for rule in rules if rule.kind in CONTENT_KINDS]
        windows = [rule for rule in rules if rule.kind == WINDOW_KIND]
        others = [rule for rule in rules if rule not in content and rule not in windows]
        confirmed = [rule for rule in others if rule.kind not in NOT_FOR_CONFIRMATIONS]
        derived = {
            "rules": rules,
            "optout": self.pack.optout_on(self.on),
            "recipient_rules": _by_class(r for r in others if r.kind != REQUEST_KIND),
            "request_rules": _for_requests(others),
            "confirmation_rules": _by_class(confirmed),
            "content_rules": _by_class(content),
            "window_rules": _by_class(windows),
            "exceptions": {
                message_class: tuple(
                    rule_id for rule_id, those in left_out.items() if message_class in those
                )
                for message_class in MESSAGE_CLASSES
            },
            "version": f"{self.pack.country} {self.pack.version}",
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    @property
    def country(self) -> str:
        """The country of the pack."""
        return self.pack.country


def _by_class(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    listed = tuple(rules)
    return {
        message_class: tuple(rule for rule in listed if message_class in rule.applies_to)
        for message_class in MESSAGE_CLASSES
    }


def _for_requests(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """What a message meets that asks for consent: the rule about such messages in place of
    that on consent. A pack without one knows no such message."""
    return {
        message_class: tuple(rule for rule in those if rule.kind != CONSENT_KIND)
        if any(rule.kind == REQUEST_KIND for rule in those)
        else those
        for message_class, those in _by_class(rules).items()
    }


@dataclass(frozen=True, slots=True)
class PackInForce:
    """A pack with the days on which we apply it (`active_to` is exclusive; None: no end), which
    are narrower than those on which it is the law."""

    pack: Pack
    active_from: date | None = None
    active_to: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Whether it is applied on a day of its country."""
        starts = max(self.pack.effective_from, self.active_from or date.min)
        ends = min(self.pack.effective_to or date.max, self.active_to or date.max)
        return starts <= on < ends


class Rulebook:
    """Rules by country and day over a set of packs; of one country the latest in force."""

    __slots__ = ("_adjustments", "_known", "_packs")

    def __init__(
        self, packs: Iterable[Pack | PackInForce], adjustments: Iterable[Adjustment] = ()
    ) -> None:
        entries = (PackInForce(one) if isinstance(one, Pack) else one for one in packs)
        self._packs: dict[str, list[PackInForce]] = {}
        for entry in sorted(entries, key=_latest_first, reverse=True):
            self._packs.setdefault(entry.pack.country, []).append(entry)
        if ANY_COUNTRY not in self._packs:
            raise ValueError(f"a rulebook needs a pack {ANY_COUNTRY} for all other countries")
        self._adjustments: dict[int, list[Adjustment]] = {}
        for adjustment in adjustments:
            self._adjustments.setdefault(adjustment.account_id, []).append(adjustment)
        self._known: dict[tuple[str, date, int, int], Rules] = {}

    @classmethod
    def of(
        cls, entries: Iterable[PackInForce], adjustments: Iterable[Adjustment] = ()
    ) -> "Rulebook":
        """Over packs that are applied from one day to another. Of those of one country that are
        in force on a day, the one counts that was put in force last."""
        return cls(entries, adjustments)

    @property
    def countries(self) -> frozenset[str]:
        """The countries that have a pack of their own."""
        return frozenset(self._packs) - {ANY_COUNTRY}

    def rules_for(
        self, country: str, now: datetime, account_id: int = 0, advertiser_id: int = 0
    ) -> Rules:
        """The rules of a country (or of any country) on its present day, with what the account
        changed about them for all its advertisers and for this one (0: the pack's alone)."""
        packs = self._packs.get(country) or self._packs[ANY_COUNTRY]
        on = now.astimezone(packs[0].pack.zone).date()
        own = self._adjustments.get(account_id, ())
        key = (country, on, account_id, advertiser_id) if own else (country, on, 0, 0)
        rules = self._known.get(key)
        if rules is None:
            pack = self._in_force(packs, on)
            holding = tuple(one for one in own if one.holds(country, on, advertiser_id))
            if holding or not own:
                rules = Rules(pack, on, account_id if own else 0, holding)
            else:
                rules = self.rules_for(country, now)
            self._known[key] = rules
        return rules

    def _in_force(self, packs: list[PackInForce], on: date) -> Pack:
        for entry in (*packs, *self._packs[ANY_COUNTRY]):
            if entry.is_in_force(on):
                return entry.pack
        raise ValueError(f"no rules are in force on {on}")


def _latest_first(entry: PackInForce) -> tuple[date, date]:
    return (entry.active_from or date.min, entry.pack.effective_from)


@cache
def shipped_rulebook() -> Rulebook:
    """The rulebook of the shipped packs."""
    return Rulebook(shipped_packs())
