"""The packs that come with the product, and the rules in force on a day."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

from compliance.rule_packs.model import MESSAGE_CLASSES, Pack, Rule
from compliance.rule_packs.parsing import parse_pack

PACKS = Path(__file__).parent
ANY_COUNTRY = "ZZ"
SCHEMA = PACKS / "schema.json"
WINDOW_KIND = "window"
CONTENT_KINDS = frozenset({"label", "optout_text", "price_text"})


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
    """A pack's rules in force on a day, by message class and by what they look at."""

    pack: Pack
    on: date
    recipient_rules: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False)
    content_rules: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False)
    window_rules: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False)
    version: str = field(init=False)

    def __post_init__(self) -> None:
        in_force = [rule for rule in self.pack.rules if rule.is_in_force(self.on)]
        content = [rule for rule in in_force if rule.kind in CONTENT_KINDS]
        windows = [rule for rule in in_force if rule.kind == WINDOW_KIND]
        others = [rule for rule in in_force if rule not in content and rule not in windows]
        derived = {
            "recipient_rules": _by_class(others),
            "content_rules": _by_class(content),
            "window_rules": _by_class(windows),
            "version": f"{self.pack.country} {self.pack.version}",
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    @property
    def country(self) -> str:
        """The country of the pack."""
        return self.pack.country


def _by_class(rules: list[Rule]) -> dict[str, tuple[Rule, ...]]:
    return {
        message_class: tuple(rule for rule in rules if message_class in rule.applies_to)
        for message_class in MESSAGE_CLASSES
    }


class Rulebook:
    """Rules by country and day over a set of packs; of one country the latest in force."""

    __slots__ = ("_known", "_packs")

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._packs: dict[str, list[Pack]] = {}
        for pack in sorted(packs, key=lambda pack: pack.effective_from, reverse=True):
            self._packs.setdefault(pack.country, []).append(pack)
        if ANY_COUNTRY not in self._packs:
            raise ValueError(f"a rulebook needs a pack {ANY_COUNTRY} for all other countries")
        self._known: dict[tuple[str, date], Rules] = {}

    def rules_for(self, country: str, now: datetime) -> Rules:
        """The rules of a country (or of any country) on its present day."""
        packs = self._packs.get(country) or self._packs[ANY_COUNTRY]
        on = now.astimezone(packs[0].zone).date()
        rules = self._known.get((country, on))
        if rules is None:
            rules = self._known[country, on] = Rules(self._in_force(packs, on), on)
        return rules

    def _in_force(self, packs: list[Pack], on: date) -> Pack:
        for pack in (*packs, *self._packs[ANY_COUNTRY]):
            if pack.effective_from <= on and (pack.effective_to is None or on < pack.effective_to):
                return pack
        raise ValueError(f"no rules are in force on {on}")


@cache
def shipped_rulebook() -> Rulebook:
    """The rulebook of the shipped packs."""
    return Rulebook(shipped_packs())
