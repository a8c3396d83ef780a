"""Rules about texts that accounts and the platform set, as values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from compliance.content_policy.folding import Span
from compliance.findings import Finding, Values

WORDS, ANYWHERE, PATTERN = "words", "anywhere", "pattern"
START, END = "start", "end"
LINK_KINDS = frozenset({"link_domains", "link_shorteners", "link_count"})
SEGMENT_COUNT = "segment_count"
PREFIX = "content:"  # of the ids by which findings name rules

# A value of a slot in a template's text: no letter, no link, and refused by no rule.
VALUE = "\ufffc"


@dataclass(frozen=True, slots=True)
class ForbiddenPhrase:
    """None of the phrases may occur; `find` gives their places in a folded text."""

    find: Callable[[Any], Iterable[Span]]
    marks_count: bool


@dataclass(frozen=True, slots=True)
class RequiredPhrase:
    """One of the phrases must occur at `place`: anywhere, start or end."""

    phrases: tuple[str, ...]
    place: str
    marks_count: bool


@dataclass(frozen=True, slots=True)
class LinkDomains:
    """Links lead to these domains, or to what is below them, only."""

    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkShorteners:
    """No link of a public shortener: the shipped list and `also`, without `allowed`."""

    also: frozenset[str]
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class LinkCount:
    """At most so many links."""

    most: int


@dataclass(frozen=True, slots=True)
class BrandRequired:
    """The advertiser's name, or one of these spellings of it, stands in the text."""

    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """At most so many segments."""

    most: int


@dataclass(frozen=True, slots=True)
class CapitalLetters:
    """Of texts with at least `least_letters` letters at most `percent` are capitals."""

    percent: int
    least_letters: int


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """None of these characters may occur."""

    characters: frozenset[str]


Params = (
    ForbiddenPhrase
    | RequiredPhrase
    | LinkDomains
    | LinkShorteners
    | LinkCount
    | BrandRequired
    | SegmentCount
    | CapitalLetters
    | CharacterSet
)


@dataclass(frozen=True, slots=True, eq=False)
class PolicyRule:
    """One rule as it is applied. Equal only to itself, so that remembering by it is cheap.

    `account_id` None: for every account; `country` "": for every country; no `message_classes`:
    for every class. In force from the first to the last of its days. `fingerprint` is another
    one whenever what it asks or its consequence is another.
    """

    id: int
    name: str
    kind: str
    params: Params
    severity: str
    account_id: int | None = None
    country: str = ""
    message_classes: frozenset[str] = frozenset()
    effective_from: date | None = None
    effective_to: date | None = None
    fingerprint: str = ""

    @property
    def rule_id(self) -> str:
        """How findings name it."""
        return f"{PREFIX}{self.id}"

    def is_for(self, message_class: str) -> bool:
        """Whether it asks texts of the class."""
        return not self.message_classes or message_class in self.message_classes

    def is_in_force(self, on: date) -> bool:
        """Whether the day is one of its days."""
        has_begun = self.effective_from is None or self.effective_from <= on
        return has_begun and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check found: a code of `compliance.findings.MESSAGES`, its values, and where."""

    code: str
    values: Values = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyHit:
    """A finding with its rule and the places in the text (NFC) that gave it."""

    rule: PolicyRule
    finding: Finding
    spans: tuple[Span, ...]


class ContentPolicy:
    """The rules of all accounts, of one configuration; days begin at midnight in `zone`."""

    __slots__ = ("_known", "_rules", "_zone")

    def __init__(self, rules: Iterable[PolicyRule], zone: tzinfo) -> None:
        self._rules: Mapping[int | None, list[PolicyRule]] = _by_account(rules)
        self._zone = zone
        self._known: dict[tuple[int | None, str, date], tuple[PolicyRule, ...]] = {}

    def rules_for(
        self, account_id: int | None, country: str, now: datetime
    ) -> tuple[PolicyRule, ...]:
        """The rules that texts of the account to the country keep now: the platform's first.

        The same tuple for the same arguments on one day.
        """
        key = (account_id, country, now.astimezone(self._zone).date())
        rules = self._known.get(key)
        if rules is None:
            rules = self._known[key] = tuple(
                rule
                for owner in dict.fromkeys((None, account_id))
                for rule in self._rules.get(owner, ())
                if rule.country in ("", country) and rule.is_in_force(key[2])
            )
        return rules


def _by_account(rules: Iterable[PolicyRule]) -> dict[int | None, list[PolicyRule]]:
    grouped: dict[int | None, list[PolicyRule]] = {}
    for rule in rules:
        grouped.setdefault(rule.account_id, []).append(rule)
    return grouped
